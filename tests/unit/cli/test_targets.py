"""`.github/stacks.yaml`: the stacks of the workflows, its mistakes, and which of them a change touches."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from cli.project.stack import Project
from cli.project.targets import FILE, Target, choose_touched, read_targets
from components.errors import JobError
from tests.conftest import ROOT

ROLE = "arn:aws:iam::123456789012:role/jobs"
ENTRY = {
    "region": "us-east-1",
    "backend": "s3://acme-pulumi-state/aws-jobs?region=us-east-1",
    "previewRole": f"{ROLE}-preview",
    "deployRole": f"{ROLE}-deploy",
    "environment": "production",
}


def write(root: Path, text: str, *stacks: str) -> Project:
    (root / FILE).parent.mkdir(exist_ok=True)
    (root / FILE).write_text(text, "utf-8")
    for stack in stacks:
        (root / f"Pulumi.{stack}.yaml").touch()
    return Project(root, "aws-jobs")


def test_stacks_are_read_in_the_files_order(tmp_path: Path) -> None:
    """Which is the order of deployment."""
    project = write(tmp_path, json.dumps({"prod": ENTRY, "dev": ENTRY}), "dev", "prod")
    assert read_targets(project) == [Target("prod", **ENTRY), Target("dev", **ENTRY)]


@pytest.mark.parametrize("text", ["", "# none yet\n", "{}"])
def test_a_file_without_stacks_has_none(tmp_path: Path, text: str) -> None:
    """Nor has a repository without the file."""
    assert read_targets(Project(tmp_path, "aws-jobs")) == []
    assert read_targets(write(tmp_path, text)) == []


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("- dev\n", "expected a mapping of stacks to their settings"),
        ("a: b: c\n", f"{FILE}:1:5: a `: ` inside a value"),
        ("prod: {}\n", "there is no Pulumi.prod.yaml"),
        ("dev: us-east-1\n", f"{FILE}:1:1: dev: expected a mapping with region, backend"),
        ("dev: {}\n", "`deployRole` is missing: the ARN of an IAM role"),
        ("dev:\n  rolle: x\n", f"{FILE}:2:3: dev.rolle: unknown key; allowed: region, backend"),
        ("dev:\n  region: useast\n", f"{FILE}:2:3: dev.region: useast is not an AWS region"),
        ("dev: {region: eu-mars-1}\n", "dev.region: eu-mars-1 is not an AWS region"),
        ("dev: {deployRole: jobs}\n", "jobs is not the ARN of an IAM role"),
        ("dev: {environment: 1}\n", "1 is not the GitHub environment"),
    ],
)
def test_a_mistake_has_its_place(tmp_path: Path, text: str, expected: str) -> None:
    """With what would be right."""
    with pytest.raises(JobError) as raised:
        read_targets(write(tmp_path, text, "dev"))
    assert expected in str(raised.value)


def test_another_region_than_the_stacks_own_is_a_mistake(tmp_path: Path) -> None:
    """The workflow's credentials would be for one region, and its jobs in another."""
    project = write(tmp_path, json.dumps({"dev": ENTRY}))
    (tmp_path / "Pulumi.dev.yaml").write_text("config:\n  aws:region: eu-central-1\n")
    expected = "us-east-1 is not eu-central-1, which Pulumi.dev.yaml has"
    with pytest.raises(JobError, match=expected):
        read_targets(project)


@pytest.mark.parametrize(
    ("paths", "expected"),
    [
        (["README.md", "docs/gitops.md"], []),
        (["jobs/churn.yaml"], ["dev"]),
        (["jobs/prod/churn.yaml"], ["dev", "prod"]),
        (["Pulumi.prod.yaml"], ["prod"]),
        (["Pulumi.local.yaml"], []),
        (["src/train.py"], ["dev", "prod"]),
        (["Pulumi.local.yaml", "policy/tags.yaml"], ["dev", "prod"]),
        ([], []),
    ],
)
def test_a_change_touches_the_stacks_that_it_can_change(
    paths: list[str], expected: list[str]
) -> None:
    """A stack's settings and its folder of job files are its own (`jobs/` has `jobs/prod` in it)."""
    targets = [Target("dev", **ENTRY), Target("prod", **ENTRY)]
    folders = {"dev": "jobs", "prod": "jobs/prod", "local": "jobs"}
    assert [target.stack for target in choose_touched(targets, folders, paths)] == expected


def test_the_guides_example_is_accepted(tmp_path: Path) -> None:
    """dev and prod in docs/gitops.md."""
    guide = (ROOT / "docs" / "gitops.md").read_text("utf-8")
    found = re.search(r"```yaml\n(# \.github/stacks\.yaml.*?)```", guide, re.DOTALL)
    assert found
    targets = read_targets(write(tmp_path, found[1], "dev", "prod"))
    assert [target.environment for target in targets] == ["dev", "production"]
    assert len({target.deployRole for target in targets}) == 2
    assert len({target.backend for target in targets}) == 2
