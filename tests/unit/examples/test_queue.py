"""`examples/queue`: environment, policy, queue and quota shares, by pulumi-aws-native and by the AWS CLI alike."""

from __future__ import annotations

import json
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

from components.wire import normalize_numbers
from tests.unit.platform.recording import Registry, run

if TYPE_CHECKING:
    from local.aws.server.emulator import Emulator

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
    shown = _described(emulator.endpoint)
    for kind in KINDS:
        declared = sorted(
            _plain({k: v for k, v in inputs.items() if k != "jobQueue"})
            for inputs in by_kind(found, kind)
        )
        # a quota share's queue is shown by name, and was chosen by being listed
        fields = {field for inputs in by_kind(found, kind) for field in inputs} - {"jobQueue"}
        there = [{k: v for k, v in each.items() if k in fields} for each in shown[kind]]
        assert sorted(map(_plain, there)) == declared


def _described(endpoint: str) -> dict[str, list[dict[str, Any]]]:
    """What AWS has after the commands, by kind."""
    client = botocore.session.get_session().create_client(
        "batch",
        "us-east-1",
        endpoint_url=endpoint,
        aws_access_key_id="local",
        aws_secret_access_key="local",
    )
    [queue] = client.describe_job_queues(jobQueues=["training-cli"])["jobQueues"]
    environments = [order["serviceEnvironment"] for order in queue["serviceEnvironmentOrder"]]
    shares = client.list_quota_shares(jobQueue="training-cli")["quotaShares"]
    return {
        "ServiceEnvironment": client.describe_service_environments(
            serviceEnvironments=environments
        )["serviceEnvironments"],
        "SchedulingPolicy": client.describe_scheduling_policies(
            arns=[queue["schedulingPolicyArn"]]
        )["schedulingPolicies"],
        "JobQueue": [queue],
        "QuotaShare": [
            client.describe_quota_share(quotaShareArn=share["quotaShareArn"]) for share in shares
        ],
    }


def _plain(record: dict[str, Any]) -> str:
    """A record as text, under the name that both could have."""
    return json.dumps(normalize_numbers(record), sort_keys=True, default=str).replace(
        "training-cli", "training"
    )
