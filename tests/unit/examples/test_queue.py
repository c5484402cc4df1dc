"""`examples/queue`: environment, policy, queue and quota shares, by pulumi-aws-native and by the AWS CLI alike."""

from __future__ import annotations

import runpy
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import botocore.session
import pytest
from botocore.validate import ParamValidator

from components.wire import normalize_numbers
from tests.unit.platform.recording import Registry, run

if TYPE_CHECKING:
    pass

FOLDER = Path(__file__).resolve().parents[3] / "examples" / "queue"
DOUBLES = Path(__file__).parent / "doubles"
MODEL = botocore.session.get_session().get_service_model("batch")
KINDS = ("ServiceEnvironment", "SchedulingPolicy", "JobQueue", "QuotaShare")


@pytest.fixture
def found(monkeypatch: pytest.MonkeyPatch) -> Iterator[Registry]:
    """What the program registers, with a double of pulumi-aws-native that has its names."""
    monkeypatch.syspath_prepend(str(DOUBLES))
    before = set(sys.modules)
    yield run(
        lambda: runpy.run_path(str(FOLDER / "__main__.py")) and None,
        project="training-queue",
        stack="ml",
    )
    for name in set(sys.modules) - before:
        if name.startswith("pulumi_aws_native"):
            del sys.modules[name]


def by_kind(found: Registry, kind: str) -> list[dict[str, Any]]:
    return [r.inputs for r in found.all if r.type == f"aws-native:batch:{kind}"]


@pytest.mark.parametrize("kind", KINDS)
def test_what_it_makes_is_what_batch_takes(found: Registry, kind: str) -> None:
    """Each resource's inputs are a valid request of the API, by botocore's own model."""
    made = by_kind(found, kind)
    assert made
    shape = MODEL.shape_for(f"Create{kind}Request")
    for inputs in made:
        report = ParamValidator().validate(normalize_numbers(inputs), shape)
        assert not report.has_errors(), report.generate_report()


def test_it_exports_what_job_files_use(found: Registry) -> None:
    """The queue's name and its shares' names."""
    assert found.outputs["jobQueue"] == "training"
    assert found.outputs["quotaShareNames"] == ["growth", "research"]


def test_each_waits_for_what_it_refers_to(found: Registry) -> None:
    """Environment and policy, then the queue, then its shares."""
    queue = found.one("aws-native:batch:JobQueue").waits_for
    assert {
        "aws-native:batch:ServiceEnvironment::environment",
        "aws-native:batch:SchedulingPolicy::policy",
    } <= queue
    for share in ("growth", "research"):
        waits_for = found.one("aws-native:batch:QuotaShare", share).waits_for
        assert "aws-native:batch:JobQueue::queue" in waits_for
