"""Amazon Personalize batch segment job: the users most likely to interact with each item of the input.

https://docs.aws.amazon.com/personalize/latest/dg/API_CreateBatchSegmentJob.html
"""

from __future__ import annotations

from ..personalize.table import make_kind

KIND = make_kind("BatchSegmentJob", "Amazon Personalize batch segment job", rule="segments")
