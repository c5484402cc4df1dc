"""Read: statuses, and records that AWS no longer has."""

from __future__ import annotations

from typing import Any

from components import lifecycle
from components.kinds import KINDS
from components.run.definition import RELEASED
from tests.fakes.aws import Account, Fault, refusal
from tests.fakes.jobs import inputs

SERVICE = KINDS["ServiceJob"]


def submitted(account: Account) -> tuple[str, dict[str, Any]]:
    return lifecycle.create(SERVICE, account.aws(), inputs(SERVICE), lambda text: None)


def read(account: Account, id_: str, olds: dict[str, Any]) -> dict[str, Any] | None:
    return lifecycle.read(SERVICE, account.aws(), id_, olds)


def test_a_running_job_shows_its_real_training_job() -> None:
    """The name that SageMaker gave it, read from the latest attempt, and where its results will lie."""
    account = Account()
    id_, olds = submitted(account)
    account.move(id_, "RUNNING")
    seen = read(account, id_, olds) or {}
    assert seen["phase"] == "RUNNING"
    assert seen["trainingJobName"].startswith("AWSBatchchurn")
    assert seen["outputUri"] == f"s3://bucket/models/{seen['trainingJobName']}/output/"
    assert "modelArtifacts" not in seen


def test_a_finished_run_shows_its_model_and_is_not_asked_about_again() -> None:
    """An ended run never changes: no call."""
    account = Account()
    id_, olds = submitted(account)
    account.move(id_, "SUCCEEDED")
    seen = read(account, id_, olds) or {}
    assert seen["modelArtifacts"].endswith("/output/model.tar.gz")
    before = len(account.calls)
    assert read(account, id_, seen) == seen
    assert len(account.calls) == before


def test_an_expired_record_of_a_run_that_was_running_is_asked_for_at_sagemaker() -> None:
    """DescribeTrainingJob says how it ended; the job's own ARN stays the id."""
    account = Account()
    id_, olds = submitted(account)
    account.move(id_, "RUNNING")
    seen = read(account, id_, olds) or {}
    account.move(id_, "SUCCEEDED")
    account.jobs[0].expired = True
    later = read(account, id_, seen) or {}
    assert later["phase"] == "SUCCEEDED"
    assert later["jobArn"] == id_
    assert "no longer has the record" in later["note"]


def test_an_expired_record_that_nobody_knows_is_unknown_and_stays() -> None:
    """Unknown is a phase, not a reason to submit."""
    account = Account()
    id_, olds = submitted(account)
    account.jobs[0].expired = True
    seen = read(account, id_, olds) or {}
    assert seen["phase"] == "UNKNOWN"
    assert seen["request"] == olds["request"]


def test_a_released_run_is_this_jobs_no_longer() -> None:
    """What carries our release mark is gone, so that the next `up` is a new run."""
    account = Account()
    id_, olds = submitted(account)
    account.jobs[0].tags[RELEASED] = "2026-11-22T00:00:00Z"
    account.jobs[0].terminated, account.jobs[0].status = True, "FAILED"
    assert read(account, id_, olds) is None


def test_a_run_whose_queue_is_gone_is_described() -> None:
    """Its list is refused, for each run of the queue once."""
    account = Account()
    id_, olds = submitted(account)
    account.move(id_, "SUCCEEDED")
    gone = refusal("ClientException", "Job queue training does not exist.")
    account.faults = [Fault("ListServiceJobs", "before", gone) for _ in range(9)]
    account.calls.clear()
    aws = account.aws()
    for _ in range(3):
        assert (lifecycle.read(SERVICE, aws, id_, olds) or {})["phase"] == "SUCCEEDED"
    assert account.count("ListServiceJobs") == 1


def test_an_uncompressed_model_is_a_folder() -> None:
    """`CompressionType: NONE` leaves no archive."""
    account = Account()
    given = inputs(SERVICE)
    given["request"]["serviceRequestPayload"]["OutputDataConfig"] = {
        "S3OutputPath": "s3://bucket/models",
        "CompressionType": "NONE",
    }
    id_, olds = lifecycle.create(SERVICE, account.aws(), given, lambda text: None)
    account.move(id_, "SUCCEEDED")
    seen = read(account, id_, olds) or {}
    assert seen["modelArtifacts"].endswith("/output/model/")


def test_nothing_made_of_a_secret_is_an_output() -> None:
    """A secret output path would stand in the clear in the URI of the model."""
    account = Account()
    path = "request.serviceRequestPayload.OutputDataConfig.S3OutputPath"
    given = inputs(SERVICE, secretPaths=[path])
    id_, olds = lifecycle.create(SERVICE, account.aws(), given, lambda text: None)
    account.move(id_, "SUCCEEDED")
    seen = read(account, id_, olds) or {}
    assert "modelArtifacts" not in seen
    assert "outputUri" not in seen
