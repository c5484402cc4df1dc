"""Rules of CreateBatchSegmentJob: those that Personalize's batch jobs share.

https://docs.aws.amazon.com/personalize/latest/dg/creating-batch-seg-job.html
"""

from __future__ import annotations

from ..personalize.rules import RULES

__all__ = ["RULES"]
