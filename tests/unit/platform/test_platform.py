"""The platform as a whole: what is asked for is made, under one component, with the outputs that were foreseen."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path

import pulumi

from components import permissions
from components.platform.config import Account, parse_platform
from components.platform.platform import Platform
from tests.unit.platform.recording import Registry, run
from tests.unit.platform.test_config import ACCOUNT, WHOLE

SCOPE = permissions.Scope("aws-jobs", "dev", ACCOUNT.id, ACCOUNT.region)


@cache
def made(text: str = json.dumps(WHOLE), preview: bool = False) -> tuple[Registry, dict[str, str]]:
    """What is registered, and the outputs once they are known."""
    outputs: dict[str, str] = {}

    def program() -> pulumi.Output[None]:
        wanted = parse_platform(text, "aws-jobs", "dev", Path())
        assert wanted is not None
        platform = Platform("platform", wanted, SCOPE, tags={"team": "growth"})
        return pulumi.Output.all(**platform.outputs).apply(outputs.update)

    return run(program, preview=preview), outputs


def test_each_part_is_a_component_of_the_platform() -> None:
    """Seven parts for seven keys."""
    found, _ = made()
    parts = {(r.type, r.name) for r in found.all if r.parent == "platform"}
    assert parts == {
        ("aws-jobs:platform:Bucket", "bucket"),
        ("aws-jobs:platform:TrainingRole", "training"),
        ("aws-jobs:platform:PersonalizeRole", "personalize"),
        ("aws-jobs:platform:FairShare", "fair-share"),
        ("aws-jobs:platform:Notices", "notices"),
        ("aws-jobs:platform:GitHubRoles", "github"),
        ("aws-jobs:platform:BudgetAlarm", "budget"),
    }


def test_what_is_not_asked_for_is_not_made() -> None:
    """One role is a component, a role and its policy."""
    found, _ = made('{"trainingRole": {}}')
    assert found.types() == {
        "aws-jobs:platform:Platform",
        "aws-jobs:platform:TrainingRole",
        "aws:iam/role:Role",
        "aws:iam/rolePolicy:RolePolicy",
    }


def test_outputs_are_what_was_foreseen() -> None:
    """What AWS answers equals what look-ups of runs reckoned with."""
    _, outputs = made()
    wanted = parse_platform(json.dumps(WHOLE), "aws-jobs", "dev", Path())
    assert wanted is not None
    assert outputs == wanted.outputs(Account("123456789012", "us-east-1"))
    assert outputs["trainingRoleArn"] == "arn:aws:iam::123456789012:role/aws-jobs-dev-training"


def test_everything_that_takes_tags_has_the_stacks_and_its_own() -> None:
    """Whose it is can be read off every resource."""
    found, _ = made()
    tagged = {r.type.rpartition(":")[2] for r in found.all if "tags" in r.inputs}
    assert tagged == {
        "Bucket",
        "Role",
        "SchedulingPolicy",
        "Topic",
        "EventRule",
        "OpenIdConnectProvider",
        "Budget",
    }
    for registered in found.all:
        if "tags" in registered.inputs:
            assert registered.inputs["tags"] == {
                "team": "growth",
                "aws-jobs:platform": "aws-jobs/dev",
            }


def test_roles_write_the_stacks_bucket_and_read_what_is_named() -> None:
    """The training role of this stack reads the lake too; Personalize's does not."""
    found, _ = made()
    training = found.one("aws:iam/rolePolicy:RolePolicy", "training").document("policy")
    by_sid = {s["Sid"]: s["Resource"] for s in training["Statement"]}
    assert by_sid["ReadObjects"] == ["arn:aws:s3:::acme-jobs/*", "arn:aws:s3:::acme-lake/*"]
    assert by_sid["WriteObjects"] == ["arn:aws:s3:::acme-jobs/*"]
    personalize = found.one("aws:iam/rolePolicy:RolePolicy", "personalize").document("policy")
    assert "acme-lake" not in str(personalize)


def test_the_bucket_lets_personalize_in_only_with_its_role() -> None:
    """Without the role, the bucket's policy is TLS and nothing else."""
    found, _ = made()
    assert "personalize.amazonaws.com" in str(found.one("aws:s3/bucketPolicy:BucketPolicy").inputs)
    bare, _ = made('{"bucket": {"name": "acme-jobs"}}')
    assert "personalize" not in str(bare.one("aws:s3/bucketPolicy:BucketPolicy").inputs)


def test_queues_are_named_and_become_arns() -> None:
    """The config has names; EventBridge's events have ARNs."""
    text = json.dumps({"notices": {"emails": ["a@b.c"], "queues": ["training"]}})
    found, _ = made(text)
    rule = found.one("aws:cloudwatch/eventRule:EventRule", "notices-batch")
    assert rule.document("eventPattern")["detail"]["jobQueue"] == [
        "arn:aws:batch:us-east-1:123456789012:job-queue/training"
    ]


def test_a_preview_knows_only_names_before_anything_is_made() -> None:
    """ARNs are unknown, so the outputs as a whole are."""
    _, outputs = made(preview=True)
    assert outputs == {}
