"""The life of a job of each kind whose sample is in `examples/jobs/`, from its file to its results."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import boto3
import pytest
import yaml

from components.kinds import KINDS
from tests.conftest import ROOT, Workspace

SAMPLES = sorted((ROOT / "examples" / "jobs").glob("*.yaml"))


def read_sample(path: Path) -> dict[str, Any]:
    document: dict[str, Any] = yaml.safe_load(path.read_text("utf-8"))
    return document


def move(workspace: Workspace, name: str, status: str) -> dict[str, Any]:
    """Bring a job's newest run to a status, where it stays; its outputs, refreshed."""
    arn = workspace.jobs()[name]["jobArn"]
    workspace.emulator.ask("POST", f"jobs/{arn.rpartition('/')[2]}", {"status": status})
    done = workspace.jobctl("refresh", "-s", "local", "--yes", "--skip-preview")
    assert done.code == 0, done.text
    return workspace.jobs()[name]


def list_results(workspace: Workspace, uri: str) -> list[str]:
    bucket, _, prefix = uri.removeprefix("s3://").partition("/")
    s3 = boto3.client(
        "s3",
        region_name="us-east-1",
        endpoint_url=workspace.emulator.endpoint,
        aws_access_key_id="test",
        aws_secret_access_key="test",
    )
    found = s3.list_objects_v2(Bucket=bucket, Prefix=prefix)
    return [each["Key"] for each in found.get("Contents", [])]


# which engine carries it out makes no difference to a kind: test_changes.py has both
@pytest.mark.parametrize("engine", ["embedded"], indirect=True)
@pytest.mark.parametrize("sample", SAMPLES, ids=lambda path: str(path.stem))
def test_the_life_of_a_job(workspace: Workspace, sample: Path) -> None:
    """Submit, run, refuse a change, succeed with results, change, lose the state, adopt, remove."""
    document = read_sample(sample)
    kind, name = KINDS[document["kind"]], sample.stem
    words = list(kind.record.statuses)
    running = next(word for word in words if kind.phase(word).value == "RUNNING")
    succeeded = next(word for word in words if kind.phase(word).value == "SUCCEEDED")
    workspace.write(f"{name}.json", document)
    assert [step["op"] for step in workspace.preview()] == ["create"]
    workspace.deployed()
    assert workspace.preview() == []
    assert move(workspace, name, running)["phase"] == "RUNNING"

    changed = {**document, "generation": 2}
    workspace.write(f"{name}.json", changed)
    plan = workspace.jobctl("plan", "-s", "local")
    assert "onReplace: keep" in plan.text
    assert workspace.up().code != 0

    workspace.write(f"{name}.json", document)
    first = move(workspace, name, succeeded)
    assert first["phase"] == "SUCCEEDED"
    assert list_results(workspace, first["outputUri"])
    status = workspace.jobctl("status", "-s", "local")
    assert succeeded in status.text

    workspace.write(f"{name}.json", changed)
    plan = workspace.jobctl("plan", "-s", "local")
    assert "re-run" in plan.text
    workspace.deployed()
    second = workspace.jobs()[name]
    assert second["jobArn"] != first["jobArn"]

    workspace.forget_state()
    outcome = workspace.deployed()
    assert "nothing submitted" in outcome.text
    assert workspace.jobs()[name]["jobArn"] == second["jobArn"]

    (workspace.root / "jobs" / f"{name}.json").unlink()
    move(workspace, name, succeeded)
    workspace.deployed()
    assert workspace.jobs() == {}
