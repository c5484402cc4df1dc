"""One job's page: everything that is known, and what to do next."""

from __future__ import annotations

from datetime import datetime, timezone
from typing import Any

import pytest

from cli.progress.page import format_page, list_next
from cli.runs.details import Details
from components.aws import Run
from components.aws.runs import Attempt
from components.kinds import Phase
from tests.unit.progress.sample import CHAIN, NOW, a_job

JOBS = {job.name: job for job in CHAIN}


def an_attempt(number: int, status: str, started: float, stopped: float, **record: Any) -> Attempt:
    """One that SageMaker's record has this status of; times are seconds."""
    arn = f"arn:aws:sagemaker:us-east-1:123456789012:training-job/AWSBatchchurn{number}"
    run = Run(arn, arn, 0, Phase.RUNNING, status, request=record)
    reason = record.pop("reason", "")
    return Attempt(number, arn, run.phase, started * 1000, stopped * 1000, reason, run)


STEPS = [
    {
        "Status": status,
        "StartTime": datetime.fromtimestamp(begun, timezone.utc),
        **({"EndTime": datetime.fromtimestamp(ended, timezone.utc)} if ended else {}),
    }
    for status, begun, ended in (("Starting", NOW - 4300, NOW - 4200), ("Training", NOW - 4200, 0))
]
DETAILS = Details(
    attempts=[
        an_attempt(
            1,
            "Failed",
            NOW - 9000,
            NOW - 8940,
            reason="CapacityError: no ml.g5.2xlarge",
            BillableTimeInSeconds=60,
        ),
        an_attempt(2, "InProgress", NOW - 4200, 0, SecondaryStatusTransitions=STEPS),
    ],
    metrics={"validation:auc": 0.91234},
    model_package="arn:aws:sagemaker:us-east-1:123456789012:model-package/churn/3",
)
PAGE = """\
churn-xgboost  RUNNING
kind        AWS Batch service job
status      RUNNING
queue       training
after       prepare
submitted   2026-11-27T09:20:00Z
ran         1h 10m of at most 2h
instances   2x ml.g5.2xlarge
billed      1m of at most 6h for 3 attempts
metric      validation:auc = 0.91234
model       arn:aws:sagemaker:us-east-1:123456789012:model-package/churn/3
ARN         arn:aws:batch:us-east-1:123456789012:service-job/00000000-0000-4000-8000-000000000001
attempt 1   Failed, ran 1m, since 2026-11-27T09:30:00Z
            CapacityError: no ml.g5.2xlarge
attempt 2   InProgress, ran 1h 10m, since 2026-11-27T10:50:00Z
            10:48:20  Starting  1m 40s
            10:50:00  Training  1h 10m

next
  ./jobctl watch churn-xgboost -s prod    follow it
  ./jobctl logs churn-xgboost -f -s prod  follow its log
  ./jobctl queue training -s prod         show the queue
  ./jobctl stop churn-xgboost -s prod     end it"""


def test_page_of_a_running_job() -> None:
    """Attempts as a timeline, actual time against the ceiling, metrics, and the commands that help."""
    lines = format_page(JOBS["churn-xgboost"], DETAILS, NOW, 80, "prod")
    assert "\n".join(line.plain.rstrip() for line in lines) == PAGE


def test_a_failed_job_shows_the_end_of_its_log_and_how_to_go_on() -> None:
    """What a person does next after a failure: read, then run again."""
    details = Details(log=["Traceback (most recent call last):", "OutOfMemoryError: \x1b[31mCUDA"])
    text = "\n".join(line.plain for line in format_page(JOBS["defects"], details, NOW, 80, "prod"))
    assert "OutOfMemoryError: \\u001b[31mCUDA" in text
    assert "./jobctl logs defects -s prod" in text
    assert "./jobctl rerun defects" in text


@pytest.mark.parametrize(
    ("job", "commands"),
    [
        (JOBS["score"], ["wait"]),
        (JOBS["forecast"], ["watch", "queue", "stop"]),
        (JOBS["churn-xgboost"], ["watch", "logs", "queue", "stop"]),
        (JOBS["prepare"], ["logs", "results"]),
        (JOBS["defects"], ["logs", "rerun"]),
        (a_job("users", "RUNNING", kind="BatchInferenceJob", request={}), ["watch"]),
        (a_job("users", "SUCCEEDED", kind="BatchInferenceJob", request={}), ["results"]),
    ],
)
def test_only_what_helps_now_is_offered(job: object, commands: list[str]) -> None:
    """A queued job has no log, Personalize's cannot be stopped and write none."""
    assert [command.split()[1] for command, _ in list_next(job, "prod")] == commands  # type: ignore[arg-type]
