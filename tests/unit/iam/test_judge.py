"""The judge of policies that the fakes use: it refuses what IAM refuses."""

from __future__ import annotations

import pytest

from tests.fakes.iam import Asked, allows

JOB = "arn:aws:batch:us-east-1:123456789012:service-job/1"
POLICY = {
    "Statement": [
        {
            "Action": ["batch:TerminateServiceJob"],
            "Resource": ["arn:aws:batch:*:123456789012:service-job/*"],
            "Condition": {
                "StringLike": {"aws:ResourceTag/owner": "us/*"},
                "StringEquals": {"aws:RequestedRegion": ["us-east-1", "us-west-2"]},
            },
        },
        {"Action": ["batch:ListServiceJobs"], "Resource": ["*"]},
    ]
}
OURS = {"aws:ResourceTag/owner": "us/prod", "aws:RequestedRegion": "us-east-1"}


@pytest.mark.parametrize(
    ("asked", "allowed"),
    [
        (Asked("batch:TerminateServiceJob", JOB, OURS), True),
        (Asked("batch:ListServiceJobs"), True),
        (Asked("batch:TagResource", JOB, OURS), False),
        (Asked("batch:TerminateServiceJob", JOB.replace("1234", "9999"), OURS), False),
        (Asked("batch:TerminateServiceJob", "*", OURS), False),
        (Asked("batch:TerminateServiceJob", JOB), False),
        (Asked("batch:TerminateServiceJob", JOB, {**OURS, "aws:ResourceTag/owner": "you"}), False),
        (Asked("batch:TerminateServiceJob", JOB, {**OURS, "aws:RequestedRegion": "x"}), False),
    ],
)
def test_action_resource_and_every_condition_must_match(asked: Asked, allowed: bool) -> None:
    """A missing action, another resource, a missing or different tag: each alone is a refusal."""
    assert allows(POLICY, asked) is allowed
