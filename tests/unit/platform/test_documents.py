"""Every document at once: nothing is wider than AWS lets it be."""

from __future__ import annotations

from typing import Any

import pytest

from components import permissions
from components.platform import documents
from tests.fakes.reference import takes_resource

SCOPE = permissions.Scope(
    "aws-jobs",
    "dev",
    "123456789012",
    "us-east-1",
    artifacts="s3://acme-jobs/code",
    watched=("s3://acme-jobs/data/_SUCCESS",),
    state="s3://acme-state/aws-jobs",
)
ALL = {
    "training": documents.training(["lake"], ["acme-jobs"], "123456789012", "us-east-1", "aws", {}),
    "personalize": documents.personalize(["lake"], ["acme-jobs"], "aws", {}),
    "bucket": documents.bucket("acme-jobs", "123456789012", "us-east-1", "aws", True),
    "topic": documents.topic("arn:aws:sns:us-east-1:123456789012:notices"),
    "preview": permissions.make_policy("preview", SCOPE),
    "deploy": permissions.make_policy("deploy", SCOPE),
}
TRUSTS = {
    "sagemaker": documents.service_trust("sagemaker", "123456789012", "us-east-1", "aws"),
    "personalize": documents.service_trust("personalize", "123456789012", "us-east-1", "aws"),
    "preview": documents.github_trust("acme/jobs", "preview", "123456789012", "aws"),
    "deploy": documents.github_trust("acme/jobs", "production", "123456789012", "aws"),
}


def listed(value: Any) -> list[str]:
    return [value] if isinstance(value, str) else list(value)


@pytest.mark.parametrize("name", list(ALL))
def test_nothing_is_allowed_by_wildcard(name: str) -> None:
    """No action `*`, nor all of a service; resource `*` only where the action takes no other."""
    for statement in ALL[name]["Statement"]:
        if statement["Effect"] == "Deny":
            continue
        actions = listed(statement["Action"])
        assert [action for action in actions if "*" in action] == []
        if "*" in listed(statement["Resource"]):
            assert [each for each in actions if takes_resource(each)] == [], statement["Sid"]


@pytest.mark.parametrize("name", list(ALL))
def test_nobody_but_a_service_is_a_principal(name: str) -> None:
    """Where a document names who may, it is one service; to everyone there is only a refusal."""
    for statement in ALL[name]["Statement"]:
        if statement.get("Principal") == "*":
            assert statement["Effect"] == "Deny"
        elif "Principal" in statement:
            assert list(statement["Principal"]) == ["Service"]


@pytest.mark.parametrize("name", list(TRUSTS))
def test_every_trust_has_its_condition(name: str) -> None:
    """Of a service, this account; of GitHub, exact subjects and the audience: never a wildcard in a subject."""
    [statement] = TRUSTS[name]["Statement"]
    equal = statement["Condition"]["StringEquals"]
    if "Service" in statement["Principal"]:
        assert equal == {"aws:SourceAccount": "123456789012"}
        return
    assert equal["token.actions.githubusercontent.com:aud"] == "sts.amazonaws.com"
    subject = equal["token.actions.githubusercontent.com:sub"]
    assert subject.startswith("repo:acme/jobs:environment:") and "*" not in subject
    assert "StringLike" not in statement["Condition"]


@pytest.mark.parametrize(
    ("region", "partition"), [("cn-north-1", "aws-cn"), ("us-gov-west-1", "aws-us-gov")]
)
def test_other_partitions_have_their_own_arns(region: str, partition: str) -> None:
    """No `arn:aws:` is left where the partition is another."""
    found = [
        documents.training(["lake"], ["acme-jobs"], "123456789012", region, partition, {}),
        documents.bucket("acme-jobs", "123456789012", region, partition, True),
        documents.service_trust("sagemaker", "123456789012", region, partition),
    ]
    assert "arn:aws:" not in str(found)
    assert f"arn:{partition}:" in str(found)
