"""The roles that services assume: whom they trust, and the least they need."""

from __future__ import annotations

from typing import Any

import pytest

from components.platform.roles import PersonalizeRole, TrainingRole
from tests.unit.platform.recording import ACCOUNT, REGION, Registry, run

COMPONENTS = {"training": TrainingRole, "personalize": PersonalizeRole}
SERVICES = {"training": "sagemaker", "personalize": "personalize"}
BOTH = pytest.mark.parametrize("which", list(COMPONENTS))


def made(which: str, **buckets: list[str]) -> Registry:
    component: Any = COMPONENTS[which]

    def program() -> None:
        component(
            "jobs",
            name=f"acme-{which}",
            account=ACCOUNT,
            region=REGION,
            tags={"team": "growth"},
            **buckets,
        )

    return run(program)


def statements(which: str, **buckets: list[str]) -> dict[str, dict[str, Any]]:
    policy = made(which, **buckets).one("aws:iam/rolePolicy:RolePolicy").document("policy")
    return {statement["Sid"]: statement for statement in policy["Statement"]}


@BOTH
def test_a_role_and_its_one_policy(which: str) -> None:
    """Both belong to the component; the role has the name and tags given."""
    found = made(which, write=["acme-jobs"])
    role, policy = found.one("aws:iam/role:Role"), found.one("aws:iam/rolePolicy:RolePolicy")
    assert (role.parent, policy.parent) == ("jobs", "jobs")
    assert role.inputs["name"] == f"acme-{which}"
    assert role.inputs["tags"] == {"team": "growth"}
    assert policy.inputs["role"] == f"acme-{which}"


@BOTH
def test_only_the_service_assumes_it_and_only_for_this_account(which: str) -> None:
    """Nobody makes the service use this role for another account's job."""
    trust = made(which).one("aws:iam/role:Role").document("assumeRolePolicy")
    service = SERVICES[which]
    assert trust == {
        "Version": "2012-10-17",
        "Statement": [
            {
                "Sid": "AssumedByService",
                "Effect": "Allow",
                "Principal": {"Service": f"{service}.amazonaws.com"},
                "Action": "sts:AssumeRole",
                "Condition": {
                    "StringEquals": {"aws:SourceAccount": "123456789012"},
                    "ArnLike": {"aws:SourceArn": f"arn:aws:{service}:us-east-1:123456789012:*"},
                },
            }
        ],
    }


@BOTH
def test_it_reads_the_buckets_named_and_writes_only_those_that_it_may(which: str) -> None:
    """What may be written may be read; no other bucket is named."""
    found = statements(which, read=["acme-lake"], write=["acme-jobs"])
    assert found["ListBuckets"]["Action"] == ["s3:GetBucketLocation", "s3:ListBucket"]
    assert found["ListBuckets"]["Resource"] == ["arn:aws:s3:::acme-jobs", "arn:aws:s3:::acme-lake"]
    assert found["ReadObjects"]["Action"] == ["s3:GetObject"]
    assert found["ReadObjects"]["Resource"] == [
        "arn:aws:s3:::acme-jobs/*",
        "arn:aws:s3:::acme-lake/*",
    ]
    assert found["WriteObjects"]["Action"] == ["s3:AbortMultipartUpload", "s3:PutObject"]
    assert found["WriteObjects"]["Resource"] == ["arn:aws:s3:::acme-jobs/*"]


def test_without_a_bucket_to_write_there_is_no_leave_to_write() -> None:
    """A statement without resources would be refused by IAM."""
    assert "WriteObjects" not in statements("training", read=["acme-lake"])
    assert "ListBuckets" not in statements("training")


def test_personalize_needs_its_buckets_and_nothing_else() -> None:
    """Its role has no further statement."""
    found = statements("personalize", write=["acme-jobs"])
    assert set(found) == {"ListBuckets", "ReadObjects", "WriteObjects"}


def test_training_pulls_images_writes_its_log_and_its_metrics() -> None:
    """`*` stands only where the actions take no resource; images may lie in AWS's accounts."""
    found = statements("training", write=["acme-jobs"])
    del found["ListBuckets"], found["ReadObjects"], found["WriteObjects"]
    group = "arn:aws:logs:us-east-1:123456789012:log-group:/aws/sagemaker/TrainingJobs"
    assert {sid: (s["Action"], s["Resource"]) for sid, s in found.items()} == {
        "PullImages": (
            ["ecr:BatchCheckLayerAvailability", "ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer"],
            "arn:aws:ecr:us-east-1:*:repository/*",
        ),
        "LogInToImages": (["ecr:GetAuthorizationToken"], "*"),
        "MakeLogGroup": (["logs:CreateLogGroup", "logs:DescribeLogStreams"], [group]),
        "WriteLogs": (
            ["logs:CreateLogStream", "logs:PutLogEvents"],
            [f"{group}:log-stream:*"],
        ),
        "WriteMetrics": (["cloudwatch:PutMetricData"], "*"),
    }
    assert found["WriteMetrics"]["Condition"] == {
        "StringLike": {
            "cloudwatch:namespace": ["/aws/sagemaker/*", "aws/sagemaker/*", "AWS/SageMaker"]
        }
    }
