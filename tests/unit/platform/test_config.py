"""What a stack asks for: read like a job file, every mistake with its place."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from components.errors import Problems
from components.platform.config import Account, parse_platform

WHOLE: dict[str, Any] = {
    "bucket": {"name": "acme-jobs"},
    "trainingRole": {"read": ["acme-lake"]},
    "personalizeRole": {},
    "fairShare": {"shares": {"growth": 1, "vision*": 0.5}},
    "notices": {"emails": ["ml@example.com"]},
    "github": {"repository": "acme/jobs"},
    "budget": {"monthly": 500, "emails": ["cfo@example.com"]},
}
ACCOUNT = Account("123456789012", "us-east-1")


def problems(root: Path, document: Any) -> list[str]:
    with pytest.raises(Problems) as caught:
        parse_platform(json.dumps(document), "aws-jobs", "dev", root)
    return str(caught.value).splitlines()


def test_nothing_asked_is_nothing(tmp_path: Path) -> None:
    """The key's absence is the usual case."""
    assert parse_platform("", "aws-jobs", "dev", tmp_path) is None


def test_every_output_is_known_before_anything_is_made(tmp_path: Path) -> None:
    """Names follow from project and stack, so a role that is made anew keeps its ARN and no job runs again."""
    found = parse_platform(json.dumps(WHOLE), "aws-jobs", "dev", tmp_path)
    assert found is not None
    assert found.identities == "aws-jobs/dev/"
    assert found.outputs(ACCOUNT) == {
        "bucket": "acme-jobs",
        "bucketArn": "arn:aws:s3:::acme-jobs",
        "trainingRoleArn": "arn:aws:iam::123456789012:role/aws-jobs-dev-training",
        "personalizeRoleArn": "arn:aws:iam::123456789012:role/aws-jobs-dev-personalize",
        "previewRoleArn": "arn:aws:iam::123456789012:role/aws-jobs-dev-preview",
        "deployRoleArn": "arn:aws:iam::123456789012:role/aws-jobs-dev-deploy",
        "schedulingPolicyArn": "arn:aws:batch:us-east-1:123456789012:scheduling-policy/aws-jobs-dev-fair-share",
        "topicArn": "arn:aws:sns:us-east-1:123456789012:aws-jobs-dev-notices",
    }


def test_a_part_that_is_not_asked_for_has_no_output(tmp_path: Path) -> None:
    """People get these only when they ask."""
    found = parse_platform('{"trainingRole": {}, "prefix": "ml"}', "aws-jobs", "dev", tmp_path)
    assert found is not None
    assert found.outputs(ACCOUNT) == {
        "trainingRoleArn": "arn:aws:iam::123456789012:role/ml-training"
    }


def test_names_fit_where_they_go(tmp_path: Path) -> None:
    """A long project and an odd stack make a name that IAM (64), SNS and Batch take."""
    found = parse_platform('{"personalizeRole": {}}', "A" * 50, "o'Dd.stack", tmp_path)
    assert found is not None
    assert found.name("personalize") == "a" * 40 + "-personalize"


def test_mistakes_have_their_line_in_the_stacks_file(tmp_path: Path) -> None:
    """As in a job file: what is wrong, where, and what would be right."""
    (tmp_path / "Pulumi.dev.yaml").write_text(
        "config:\n"
        "  aws:region: us-east-1\n"
        "  aws-jobs:platform:\n"
        "    bucket: {name: Acme_Jobs}\n"
        "    trainingRoll: {}\n"
        "    budget:\n"
        "      monthly: 500\n"
    )
    document = {
        "bucket": {"name": "Acme_Jobs"},
        "trainingRoll": {},
        "budget": {"monthly": 500},
    }
    assert problems(tmp_path, document) == [
        "Pulumi.dev.yaml:4:14: aws-jobs:platform.bucket.name: `Acme_Jobs` is not a bucket's name: "
        "3 to 63 lower-case letters, digits, . and -",
        "Pulumi.dev.yaml:5:5: aws-jobs:platform.trainingRoll: unknown field; did you mean `trainingRole`?",
        "Pulumi.dev.yaml:6:5: aws-jobs:platform.budget: `emails` is missing",
    ]


@pytest.mark.parametrize(
    ("document", "said"),
    [
        ({}, "is empty"),
        ("yes", "expected a mapping, got `yes`"),
        ({"github": {"repository": "acme"}}, "takes owner/name"),
        ({"github": {"repository": "acme/jobs", "deployEnvironment": "*"}}, "GitHub environment"),
        ({"fairShare": {"shares": {"a-b": 1}}}, "takes letters and digits"),
        ({"fairShare": {"shares": {"a": 0}}}, "0 is less than the minimum of 0.0001"),
        ({"notices": {"emails": ["nobody"]}}, "is not an e-mail address"),
        ({"notices": {"emails": ["a@b.c"], "statuses": ["FAILURE"]}}, "did you mean `FAILED`?"),
        ({"budget": {"monthly": 1, "emails": ["a@b.c"] * 2}}, "duplicate item"),
    ],
)
def test_each_mistake_is_a_sentence(tmp_path: Path, document: Any, said: str) -> None:
    """Nothing reaches AWS that it would refuse; a wildcard never becomes a trust."""
    [line] = problems(tmp_path, document)
    assert said in line
