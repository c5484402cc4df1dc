"""Amazon Personalize batch inference job.

https://docs.aws.amazon.com/personalize/latest/dg/API_CreateBatchInferenceJob.html
"""

from __future__ import annotations

from ..personalize.table import make_kind

# https://docs.aws.amazon.com/personalize/latest/dg/limits.html
KIND = make_kind(
    "BatchInferenceJob",
    "Amazon Personalize batch inference job",
    input_files=1000,
    input_bytes=2**30,
)
