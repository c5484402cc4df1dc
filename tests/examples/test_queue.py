"""`examples/queue`: environment, policy, queue and quota shares, by pulumi-aws-native and by the AWS CLI alike."""

from __future__ import annotations

import os
import runpy
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import botocore.session
import pytest
from botocore.validate import ParamValidator

from tests.platform.recording import Registry, run

if TYPE_CHECKING:
    from local.aws.emulator import Emulator

FOLDER = Path(__file__).resolve().parents[2] / "examples" / "queue"
DOUBLES = Path(__file__).parent / "doubles"
MODEL = botocore.session.get_session().get_service_model("batch")
KINDS = ("ServiceEnvironment", "SchedulingPolicy", "JobQueue", "QuotaShare")
ARN = "arn:aws:batch:us-east-1:123456789012:"


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
        whole = {**inputs}
        for missing in ("jobQueue", "schedulingPolicyArn"):
            if missing in shape.members:
                whole.setdefault(missing, ARN)
        for order in whole.get("serviceEnvironmentOrder", []):
            order["serviceEnvironment"] = order.get("serviceEnvironment") or ARN
        report = ParamValidator().validate(_whole_numbers(whole), shape)
        assert not report.has_errors(), report.generate_report()


def _whole_numbers(value: Any) -> Any:
    """As they were before they crossed Pulumi's wire."""
    if isinstance(value, dict):
        return {key: _whole_numbers(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_whole_numbers(item) for item in value]
    return int(value) if isinstance(value, float) else value


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


def test_the_cli_commands_make_the_same(
    found: Registry, emulator: Emulator, tmp_path: Path
) -> None:
    """`queue.sh` runs as it stands, and asks AWS for exactly what the program declares."""
    env = {
        "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
        "HOME": str(tmp_path),
        "AWS_ENDPOINT_URL": emulator.endpoint,
        "AWS_ACCESS_KEY_ID": "local",
        "AWS_SECRET_ACCESS_KEY": "local",
        "AWS_DEFAULT_REGION": "us-east-1",
    }
    done = subprocess.run(
        ["bash", str(FOLDER / "queue.sh"), "training-cli"],
        env=env,
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines()[-1] == "jobQueue: training-cli"
    for kind in KINDS:
        asked = [
            call["request"]
            for call in emulator.control.calls
            if call["service"] == "batch" and call["operation"] == f"Create{kind}"
        ]
        assert _sorted(asked) == _sorted(by_kind(found, kind))


def _sorted(requests: list[dict[str, Any]]) -> list[str]:
    """Without what the two must differ in: the queue's name in names, and ARNs."""
    plain = []
    for request in requests:
        kept = {
            key: value
            for key, value in _whole_numbers(request).items()
            if key not in ("jobQueue", "schedulingPolicyArn", "serviceEnvironmentOrder")
        }
        text = str(sorted(kept.items())).replace("training-cli", "training")
        plain.append(text)
    return sorted(plain)
