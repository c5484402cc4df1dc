"""docs/adopting.md: ten jobs that scripts submitted become files, and the first change, failure and repair of them."""

from __future__ import annotations

import json

import boto3
import pytest

from tests.conftest import ROOT, Workspace
from tests.end_to_end import jobs

NAMES = [
    "churn",
    "ltv",
    "fraud",
    "forecast",
    "ranking",
    "embeddings",
    "search",
    "pricing",
    "defects",
    "support",
]


@pytest.fixture
def engine() -> str:
    return "embedded"


def submit(workspace: Workspace) -> None:
    """What a team's notebooks have done so far."""
    batch = boto3.client(
        "batch",
        region_name="us-east-1",
        endpoint_url=workspace.emulator.endpoint,
        aws_access_key_id="test",
        aws_secret_access_key="test",
    )
    for name in NAMES:
        payload = jobs.service()["request"]["serviceRequestPayload"]
        batch.submit_service_job(
            jobName=name,
            jobQueue="training",
            serviceJobType="SAGEMAKER_TRAINING",
            serviceRequestPayload=json.dumps({**payload, "TrainingJobName": name}),
        )
    workspace.emulator.advance(7200)


def run(workspace: Workspace, *words: str) -> str:
    done = workspace.jobctl(*words)
    assert done.code == 0, done.text
    return done.stdout


def test_the_hour_of_a_team_with_ten_jobs(workspace: Workspace) -> None:
    """Nothing runs again for the move; one value changed is one run; a failed job runs again when its file says so."""
    submit(workspace)
    assert "10 job files written" in run(
        workspace, "import", "--all", "--queue", "training", "-s", "local"
    )
    assert "10 job files: valid" in run(workspace, "validate")
    assert "adopt 10" in run(workspace, "plan", "-s", "local").splitlines()[0]
    workspace.deployed()
    assert workspace.submissions() == len(NAMES)

    churn = workspace.root / "jobs" / "churn.yaml"
    churn.write_text(churn.read_text("utf-8").replace('eta: "0.1"', 'eta: "0.3"'), "utf-8")
    plan = run(workspace, "plan", "-s", "local")
    assert plan.splitlines()[0].endswith(": re-run 1")
    guide = (ROOT / "docs" / "adopting.md").read_text("utf-8")
    for line in ('HyperParameters.eta: "0.1" -> "0.3" (line 13)', "its results are kept"):
        assert line in guide and line in plan
    workspace.deployed()
    assert workspace.submissions() == len(NAMES) + 1

    job = workspace.jobs()["churn"]["jobArn"].rpartition("/")[2]
    failed = {"status": "FAILED", "reason": "no such bucket"}
    workspace.emulator.ask("POST", f"jobs/{job}", failed)
    page = run(workspace, "status", "churn", "-s", "local")
    assert "no such bucket" in page and "./jobctl rerun churn" in page
    workspace.deployed()
    assert workspace.submissions() == len(NAMES) + 1
    assert "generation: none -> 1" in run(workspace, "rerun", "churn")
    workspace.deployed()
    assert workspace.submissions() == len(NAMES) + 2
