"""The runs of a stack, read from recorded answers of AWS."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest

from cli.report.model import RunRow, make_row
from cli.report.reading import Known, group_attempts, read_rows
from components.aws import Run
from components.aws.runs import linked_run
from components.kinds import KINDS
from components.redact import Redactor
from components.run.definition import IDENTITY, RELEASED
from tests.fakes.records import moment

from .recorded import NOW, SINCE, Recorded

SERVICE = KINDS["ServiceJob"]
PRICES = {"ml.m5.large": 0.115, "ml.g5.2xlarge": 1.5}
KNOWN = Known(
    "aws-jobs/dev",
    paths={
        **{f"aws-jobs/dev/{job}": () for job in ("churn", "waits", "score", "users")},
        "aws-jobs/dev/defects": ("request.serviceRequestPayload.HyperParameters.token",),
    },
)


@pytest.fixture
def account() -> Recorded:
    return Recorded()


@pytest.fixture
def rows(account: Recorded) -> dict[str, RunRow]:
    """The stack's runs, by job."""
    return {row.job: row for row in read_rows(account.aws(), KNOWN, PRICES, SINCE, NOW)}


def test_every_run_of_the_stack_is_there_the_newest_first(account: Recorded) -> None:
    """A queued one, one of each kind, and one that only SageMaker still knows; no other stack's."""
    found = read_rows(account.aws(), KNOWN, PRICES, SINCE, NOW)
    assert [(row.job, row.kind, row.status) for row in found] == [
        ("waits", "ServiceJob", "RUNNABLE"),
        ("defects", "ServiceJob", "FAILED"),
        ("score", "TransformJob", "Completed"),
        ("users", "BatchInferenceJob", "ACTIVE"),
        ("churn", "ServiceJob", "SUCCEEDED"),
        ("gone", "ServiceJob", "Failed"),
    ]


def test_what_was_used_is_what_aws_bills(rows: dict[str, RunRow]) -> None:
    """801 billed seconds of the 3,490 that passed, of two hours twice at most; waiting lasts until the training."""
    churn = rows["churn"]
    assert (churn.hours, churn.billed, churn.ceiling) == (pytest.approx(801 / 3600), True, 4)
    assert churn.cost == pytest.approx(801 / 3600 * 0.115)
    assert churn.ceiling_cost == pytest.approx(4 * 0.115)
    assert (churn.ran, churn.waited) == (3490, 170)
    assert (churn.queue, churn.tags) == ("sagemaker-training-queue", {"team": "growth"})


def test_each_attempt_has_its_own_record(rows: dict[str, RunRow], account: Recorded) -> None:
    """One is found by its tags with all others, the one that has none by its name."""
    defects = rows["defects"]
    assert [each.phase for each in defects.attempts] == ["FAILED", "FAILED"]
    assert defects.hours == pytest.approx(4 * 2 * 1730 / 3600)
    assert defects.instances == ("4 x ml.g5.2xlarge",)
    assert account.count("DescribeTrainingJob") == 1


def test_a_run_that_waits_has_used_nothing(rows: dict[str, RunRow]) -> None:
    """In a quota share it has no ceiling, as it may begin anew without limit."""
    waits = rows["waits"]
    assert (waits.hours, waits.ceiling, waits.unlimited) == (0, None, True)
    assert (waits.ended, waits.ran, waits.waited) == (0, 0, 7200)


def test_other_kinds_have_what_their_service_says(rows: dict[str, RunRow]) -> None:
    """A transform job's hours are the time that passed; Personalize names no instances."""
    score, users = rows["score"], rows["users"]
    assert (score.hours, score.billed, score.ceiling, score.unlimited) == (0.5, False, None, False)
    assert score.waited == 100
    assert (users.hours, users.ran, users.instances) == (None, 1800, ())


def test_runs_from_before_are_left_out(account: Recorded) -> None:
    """The expired one is ten days older than the others."""
    found = read_rows(account.aws(), KNOWN, {}, NOW - 8 * 86_400_000, NOW)
    assert "gone" not in [row.job for row in found]
    assert {row.cost for row in found} == {None}


def make_attempt(at: float, status: str, **tags: str) -> Run:
    """What SageMaker's Search says of an attempt: an hour long, `at` an hour."""
    name = f"AWSBatchold-11a7a79c-755d{at:032.0f}"
    record = {
        "TrainingJobName": name,
        "TrainingJobArn": f"arn:aws:sagemaker:us-east-1:123456789012:training-job/{name}",
        "TrainingJobStatus": status,
        "CreationTime": moment(at * 3600),
        "TrainingStartTime": moment(at * 3600),
        "TrainingEndTime": moment(at * 3600 + 3600),
        "BillableTimeInSeconds": 1800,
        "ResourceConfig": {"InstanceType": "ml.m5.large", "InstanceCount": 1},
        "StoppingCondition": {"MaxRuntimeInSeconds": 7200},
    }
    return linked_run(SERVICE, record, {IDENTITY: "aws-jobs/dev/old", **tags})


def test_the_attempts_of_an_expired_run_are_one_run() -> None:
    """As long as each has failed; what was released before is another run, and so is what follows a stopped one."""
    first, second = make_attempt(1, "Failed"), make_attempt(3, "Completed")
    [(run, earlier)] = group_attempts(SERVICE, [second, first])
    assert (run, earlier) == (second, [first])
    row = make_row(SERVICE, run, {}, PRICES, NOW, {}, earlier)
    assert [each.phase for each in row.attempts] == ["FAILED", "SUCCEEDED"]
    assert (row.submitted, row.waited, row.ran) == (3_600_000, 3600, 7200)
    assert (row.hours, row.ceiling, row.billed) == (1, 4, True)
    assert (row.cost, row.ceiling_cost) == (pytest.approx(0.115), pytest.approx(0.46))
    for other in (
        make_attempt(1, "Stopped"),
        make_attempt(1, "Completed"),
        make_attempt(1, "Failed", **{RELEASED: "2026-11-22T00:00:00Z"}),
    ):
        found = group_attempts(SERVICE, [second, other])
        assert sorted(run.arn for run, earlier in found if not earlier) == sorted(
            [other.arn, second.arn]
        )


def test_of_alternatives_the_one_that_was_taken_counts() -> None:
    """Until AWS says which, the hours are not known."""
    run = make_attempt(1, "Completed")
    either = [
        {"InstanceType": name, "InstanceCount": 2} for name in ("ml.m5.large", "ml.g5.2xlarge")
    ]
    record = {**run.request, "ResourceConfig": {"InstancePreferences": either}}
    row = make_row(SERVICE, replace(run, request=record), {}, PRICES, NOW, {})
    assert (row.hours, row.cost, row.ceiling, row.ceiling_cost) == (None, None, 4, 6)
    record["ResourceConfig"] |= {
        "SelectedInstanceType": "ml.g5.2xlarge",
        "SelectedInstanceCount": 2,
    }
    row = make_row(SERVICE, replace(run, request=record), {}, PRICES, NOW, {})
    assert (row.hours, row.cost) == (1, 1.5)


def test_no_secret_is_in_a_row(rows: dict[str, RunRow]) -> None:
    """Neither what a known job's file has as one, nor what is said of a job that nobody knows any more."""
    text = json.dumps([row.to_json() for row in rows.values()])
    assert "hunter22" not in text
    assert rows["defects"].attempts[0].reason.endswith("token=[secret]")
    assert rows["gone"].reason == "ClientError"


def test_a_secret_setting_is_hidden_wherever_it_stands(account: Recorded) -> None:
    """In a tag too."""
    known = replace(KNOWN, redactor=Redactor(["vision", "hunter22-of-long-ago"]))
    found = {row.job: row for row in read_rows(account.aws(), known, PRICES, SINCE, NOW)}
    assert found["defects"].tags == {"team": "[secret]"}


def test_json_has_the_words_of_status(rows: dict[str, RunRow]) -> None:
    """Moments as AWS's outputs have them, spans in seconds; what is not known is null."""
    document: dict[str, Any] = json.loads(json.dumps(rows["score"].to_json()))
    links = [document.pop(name) for name in ("consoleUrl", "logsUrl")]
    assert all(link.startswith("https://us-east-1.console.aws.amazon.com/") for link in links)
    assert document == {
        "name": "score",
        "kind": "TransformJob",
        "phase": "SUCCEEDED",
        "status": "Completed",
        "reason": "",
        "terminated": False,
        "queue": "",
        "tags": {"stage": "nightly", "team": "growth"},
        "instances": ["2 x ml.m5.large"],
        "createdAt": "2024-08-01T11:21:40Z",
        "stoppedAt": "2024-08-01T11:38:20Z",
        "waitedSeconds": 100,
        "ranSeconds": 900,
        "instanceHours": 0.5,
        "billed": False,
        "ceilingHours": None,
        "unlimited": False,
        "cost": 0.0575,
        "ceilingCost": None,
        "attemptList": [
            {
                "number": 1,
                "phase": "SUCCEEDED",
                "reason": "",
                "startedAt": "2024-08-01T11:23:20Z",
                "stoppedAt": "2024-08-01T11:38:20Z",
                "instanceHours": {"ml.m5.large": 0.5},
                "billed": False,
            }
        ],
        "jobName": "score-6f6f6f6f-2222",
        "jobArn": "arn:aws:sagemaker:us-east-1:123456789012:transform-job/score-6f6f6f6f-2222",
    }
