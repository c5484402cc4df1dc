"""AWS's quotas of a batch inference job's input, by the bucket's listing."""

from __future__ import annotations

from typing import Any

import pytest

from components.aws import Aws
from components.jobfile import Job
from components.preflight.inputs import find_objects, find_problems
from tests.unit.plan.documents import job_files

SCORE = """\
kind: BatchInferenceJob
request:
  solutionVersionArn: arn:aws:personalize:us-east-1:123456789012:solution/users/11111111
  roleArn: arn:aws:iam::123456789012:role/PersonalizeBatchRole
  jobInput: {s3DataSource: {path: s3://lake/users/}}
  jobOutput: {s3DataDestination: {path: s3://lake/out/}}
"""


class S3:
    """A bucket of files, listed a page at a time as S3 does."""

    def __init__(self, sizes: list[int]) -> None:
        self.keys = [(f"users/{number:05}.json", size) for number, size in enumerate(sizes)]
        self.calls = 0

    def list_objects_v2(
        self, *, MaxKeys: int, ContinuationToken: str = "0", **_: Any
    ) -> dict[str, Any]:
        self.calls += 1
        start = int(ContinuationToken)
        end = start + min(MaxKeys, 1000)
        answer: dict[str, Any] = {
            "Contents": [
                {"Key": key, "Size": size, "LastModified": 0, "ETag": '"e"'}
                for key, size in self.keys[start:end]
            ],
            "IsTruncated": end < len(self.keys),
        }
        return {**answer, "NextContinuationToken": str(end)} if answer["IsTruncated"] else answer


def said(job: Job, s3: S3) -> list[tuple[str, str]]:
    aws = Aws("us-east-1", lambda service, region, once: s3)
    return [(each.level, each.message) for each in find_problems([job], find_objects([job], aws))]


@pytest.mark.parametrize(
    ("sizes", "excess", "calls"),
    [
        ([1] * 1000, "", 1),
        ([1] * 1001, "more than 1,000 files", 2),
        ([1] * 5000, "more than 1,000 files", 2),
        ([2**29, 2**29], "", 1),
        ([2**29, 2**30], "1.5 GiB", 1),
    ],
)
def test_what_exceeds_a_quota_is_a_warning(sizes: list[int], excess: str, calls: int) -> None:
    """An account may have had its quotas raised. As many pages are read as tell it."""
    (job,) = job_files(score=SCORE)
    s3 = S3(sizes)
    message = (
        f"s3://lake/users/ has {excess}; AWS's default quota is exceeded, and the job would fail"
    )
    assert said(job, s3) == ([("warning", message)] if excess else [])
    assert s3.calls == calls
