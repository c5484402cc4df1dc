"""Which stacks the CLI may write the state of once: those of nothing but jobs."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from cli.engine.checkpoints import declares_jobs_alone, has_jobs_alone
from cli.project.stack import Project, Stack, find_project
from tests.conftest import ROOT

JOB = "pulumi-python:dynamic/aws-jobs:ServiceJob"
OURS = ("pulumi:pulumi:Stack", "pulumi:providers:pulumi-python", JOB)


@pytest.fixture
def project(tmp_path: Path) -> Project:
    """A project with this repository's own program."""
    (tmp_path / "Pulumi.yaml").write_text("name: aws-jobs\nruntime: python\n", "utf-8")
    shutil.copy(ROOT / "__main__.py", tmp_path)
    return find_project(tmp_path)


def export(*types: str) -> str:
    return json.dumps({"version": 3, "deployment": {"resources": [{"type": t} for t in types]}})


@pytest.mark.parametrize(
    ("exported", "answer"),
    [
        (export(), True),
        ('{"version": 3, "deployment": {"manifest": {}}}', True),
        (export(*OURS, JOB), True),
        (export(*OURS, "aws:s3/bucket:Bucket"), False),
        (export(*OURS, "pulumi:providers:aws"), False),
        (export(*OURS, "pulumi-python:dynamic/mine:Thing"), False),
        (export(*OURS, "pulumi-python:dynamic:Resource"), False),
        ("", False),
    ],
)
def test_the_state_has_nothing_but_jobs(project: Project, exported: str, answer: bool) -> None:
    """What another package made is not found again without state; a state that cannot be read says nothing."""
    assert has_jobs_alone(Stack(project, "prod"), lambda: exported) is answer


@pytest.mark.parametrize("value", ["{bucket: {}}", {"secure": "v1:x"}])
def test_a_platform_keeps_the_checkpoints(project: Project, value: Any) -> None:
    """It makes a bucket and roles in this very `up`; the state is not even read."""
    stack = Stack(project, "prod", {"aws-jobs:platform": value})
    assert not has_jobs_alone(stack, lambda: pytest.fail("the state was read"))


@pytest.mark.parametrize(
    "more",
    [
        "import pulumi_aws as aws",
        "from pulumi_aws import s3",
        "import other",
        "from components.platform.bucket import Bucket",
        "from pulumi.dynamic import Resource",
        "import pulumi as p",
        "pulumi.dynamic.Resource(None, 'x', {}, None)",
        "pulumi.CustomResource('aws:s3/bucket:Bucket', 'x', {})",
        "def broken(",
    ],
)
def test_a_program_that_may_declare_more(project: Project, more: str) -> None:
    """The state of its first `up` is empty, and a bucket in it must not be lost."""
    assert declares_jobs_alone(project)
    with (project.root / "__main__.py").open("a", encoding="utf-8") as file:
        file.write(more)
    assert not declares_jobs_alone(project)


def test_a_program_elsewhere(project: Project) -> None:
    """`main` in Pulumi.yaml names another one."""
    (project.root / "Pulumi.yaml").write_text("name: x\nruntime: python\nmain: app\n", "utf-8")
    assert not declares_jobs_alone(project)


def test_no_program(project: Project) -> None:
    """A project in another language, for example."""
    (project.root / "__main__.py").unlink()
    assert not declares_jobs_alone(project)
