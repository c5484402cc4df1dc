"""`jobctl rerun`: which files change, and what is said about it. It runs nothing."""

from __future__ import annotations

import pytest

from tests.conftest import Workspace
from tests.end_to_end import jobs

YAML = """\
# Churn prediction, every quarter.
kind: ServiceJob # AWS Batch
request:
  jobQueue: training
  serviceRequestPayload:
    RoleArn: arn:aws:iam::123456789012:role/SageMakerExecutionRole
    AlgorithmSpecification:
      TrainingImage: 683313688378.dkr.ecr.us-east-1.amazonaws.com/sagemaker-xgboost:1.7-1
      TrainingInputMode: File
    OutputDataConfig: {S3OutputPath: "s3://aws-jobs-output/churn/"}
    ResourceConfig: {InstanceType: ml.m5.xlarge, InstanceCount: 1, VolumeSizeInGB: 30}
    StoppingCondition: {MaxRuntimeInSeconds: 3600}
"""
REVIEW = "Nothing has run yet; review and deploy the change as usual (./jobctl preview)\n"


def text(workspace: Workspace, file: str) -> str:
    return (workspace.root / "jobs" / file).read_text("utf-8")


def test_rerun_is_one_changed_line(workspace: Workspace) -> None:
    """The generation stands after `kind`; everything else in the file is as it was, and `up` submits one run."""
    workspace.write("churn.yaml", YAML)
    workspace.deployed()
    workspace.emulator.advance(7200)
    outcome = workspace.jobctl("rerun", "churn")
    assert (outcome.code, outcome.stdout) == (
        0,
        f"jobs/churn.yaml: generation: none -> 1\n{REVIEW}",
    )
    before, after = YAML.splitlines(), text(workspace, "churn.yaml").splitlines()
    assert after == [*before[:2], "generation: 1", *before[2:]]
    assert workspace.submissions() == 1
    workspace.deployed()
    assert workspace.submissions() == 2
    assert workspace.jobctl("preview", "-s", "local", "--expect-no-changes").code == 0


def test_failed_jobs_run_again(workspace: Workspace) -> None:
    """`--failed` changes the files of exactly the jobs whose run in the state has failed."""
    workspace.write("bad.json", jobs.service())
    workspace.write("good.json", jobs.service())
    workspace.deployed()
    id_ = workspace.jobs()["bad"]["jobArn"].rpartition("/")[2]
    workspace.emulator.ask("POST", f"jobs/{id_}", {"status": "FAILED"})
    workspace.emulator.advance(7200)
    assert workspace.jobctl("refresh", "-s", "local", "--yes", "--skip-preview").code == 0
    outcome = workspace.jobctl("rerun", "--failed", "-s", "local")
    assert (outcome.code, outcome.stdout) == (
        0,
        f"jobs/bad.json: generation: none -> 1\n{REVIEW}",
    )
    assert '"generation"' not in text(workspace, "good.json")


def test_nothing_has_failed(workspace: Workspace) -> None:
    """`--failed` on a stack without a failed job changes nothing, and says so."""
    workspace.write("churn.yaml", YAML)
    workspace.deployed()
    outcome = workspace.jobctl("rerun", "--failed", "-s", "local")
    assert (outcome.code, outcome.stdout) == (
        0,
        "no job of the stack has failed; nothing changed\n",
    )
    assert text(workspace, "churn.yaml") == YAML


@pytest.mark.parametrize(
    ("argv", "sentence"),
    [
        (
            ["grid-eta-0-1"],
            "error: jobs/grid.yaml: its 2 jobs share one generation, but only grid-eta-0-1 should run again:"
            " `./jobctl rerun grid` runs all of them\n",
        ),
        (["gird"], "error: there is no job `gird` among the job files; did you mean `grid`?\n"),
        ([], "error: name the jobs to run again, or use --failed for all failed ones\n"),
    ],
)
def test_refused(workspace: Workspace, argv: list[str], sentence: str) -> None:
    """No cell of a matrix runs again that was not named; an unknown job is said to be none."""
    grid = YAML.replace("3600}", "3600}\n    HyperParameters: {eta: '${matrix.eta}'}")
    workspace.write("grid.yaml", grid + "matrix: {eta: ['0.1', '0.3']}\n")
    outcome = workspace.jobctl("rerun", *argv)
    assert (outcome.code, outcome.stderr) == (1, sentence)
    assert "generation" not in text(workspace, "grid.yaml")


def test_matrix_runs_again_as_a_whole(workspace: Workspace) -> None:
    """The file's name stands for all its jobs, and the number of them is said."""
    grid = YAML.replace("3600}", "3600}\n    HyperParameters: {eta: '${matrix.eta}'}")
    workspace.write("grid.yaml", grid + "matrix: {eta: ['0.1', '0.3']}\n")
    outcome = workspace.jobctl("rerun", "grid")
    assert (outcome.code, outcome.stdout) == (
        0,
        f"jobs/grid.yaml: generation: none -> 1 (2 jobs)\n{REVIEW}",
    )
