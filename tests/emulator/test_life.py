"""The states of a service job, and what moves it from one to the next."""

from __future__ import annotations

import json
from typing import Any

import pytest
from botocore.exceptions import ClientError

from local.aws.server.emulator import Emulator

from .conftest import START
from .samples import payload, service_job

COMPLETED = "Received status from SageMaker: Training job completed"
DEFAULT_LIFE = [
    (0.0, "SUBMITTED"),
    (0.2, "RUNNABLE"),
    (1.0, "SCHEDULED"),
    (1.2, "STARTING"),
    (1.5, "RUNNING"),
    (3.0, "SUCCEEDED"),
]


def submit(batch: Any, **changes: Any) -> str:
    return str(batch.submit_service_job(**service_job(**changes))["jobId"])


def described(batch: Any, job_id: str) -> dict[str, Any]:
    answer: dict[str, Any] = batch.describe_service_job(jobId=job_id)
    return answer


def test_job_passes_through_the_documented_states(batch: Any, emulator: Emulator) -> None:
    """A job is queued for a second, starts, runs, and succeeds; nothing needs to ask in between."""
    job = submit(batch)
    before = 0.0
    for seconds, status in DEFAULT_LIFE:
        emulator.advance(seconds - before + 0.001)
        before = seconds + 0.001
        assert described(batch, job)["status"] == status


def test_times_are_those_of_the_transitions(batch: Any, emulator: Emulator) -> None:
    """Looked at once, a day later, every time is that of its transition, not of the look."""
    job = submit(batch)
    emulator.advance(86_400)
    shown = described(batch, job)
    base = int(START * 1000)
    assert (shown["createdAt"], shown["scheduledAt"]) == (base, base + 1000)
    assert (shown["startedAt"], shown["stoppedAt"]) == (base + 1500, base + 3000)
    (attempt,) = shown["attempts"]
    assert (attempt["startedAt"], attempt["stoppedAt"]) == (base + 1500, base + 3000)
    assert attempt["statusReason"] == shown["statusReason"] == COMPLETED


def test_waiting_job_has_not_started(batch: Any) -> None:
    """A job that waits has startedAt 0, no attempts and no training job."""
    shown = described(batch, submit(batch))
    assert (shown["startedAt"], shown["attempts"]) == (0, [])
    assert "latestAttempt" not in shown
    assert shown["isTerminated"] is False


def test_training_job_name(batch: Any, emulator: Emulator) -> None:
    """SageMaker's name is AWSBatch, the payload's TrainingJobName, and 32 hexadecimal digits."""
    job = submit(batch)
    emulator.advance(2)
    resource = described(batch, job)["latestAttempt"]["serviceResourceId"]
    assert resource["name"] == "TrainingJobArn"
    prefix, _, name = resource["value"].partition("/")
    assert prefix == "arn:aws:sagemaker:us-east-1:123456789012:training-job"
    assert name.startswith("AWSBatchchurn")
    assert len(name) == len("AWSBatchchurn") + 32
    assert int(name.removeprefix("AWSBatchchurn"), 16) >= 0


def test_capacity_usage_is_the_instances_of_the_payload(batch: Any) -> None:
    """capacityUsage counts instances by type, groups of them too."""
    groups = [
        {"InstanceType": "ml.c5.xlarge", "InstanceCount": 2, "InstanceGroupName": "a"},
        {"InstanceType": "ml.g5.xlarge", "InstanceCount": 3, "InstanceGroupName": "b"},
    ]
    job = submit(
        batch, payload={"ResourceConfig": {"InstanceGroups": groups, "VolumeSizeInGB": 30}}
    )
    assert described(batch, job)["capacityUsage"] == [
        {"capacityUnit": "ml.c5.xlarge", "quantity": 2.0},
        {"capacityUnit": "ml.g5.xlarge", "quantity": 3.0},
    ]


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"ResourceConfig": {"InstanceTyp": "ml.m5.xlarge"}}, "resourceConfig.instanceTyp"),
        ({"RoleArn": "nobody"}, "regular expression pattern"),
        ({"HyperParameters": {"eta": 0.1}}, "hyperParameters.eta"),
        ({"OutputDataConfig": None}, "outputDataConfig"),
        ({"EnableManagedSpotTraining": True}, "MaxWaitTimeInSeconds"),
        ({"TrainingJobName": "under_score"}, "trainingJobName"),
    ],
)
def test_invalid_payload_fails_at_the_head_of_the_queue(
    batch: Any, emulator: Emulator, changes: dict[str, Any], words: str
) -> None:
    """Batch takes a payload that SageMaker will refuse; the job fails when it is dispatched, not before."""
    job = submit(batch, payload=changes)
    emulator.advance(0.9)
    assert described(batch, job)["status"] == "RUNNABLE"
    emulator.advance(0.2)
    shown = described(batch, job)
    assert shown["status"] == "FAILED"
    assert shown["statusReason"].startswith("Received status from SageMaker: ValidationException: ")
    assert words in shown["statusReason"]
    assert "latestAttempt" not in shown


def test_jobs_beyond_the_capacity_wait(batch: Any, emulator: Emulator) -> None:
    """What does not fit into the service environment waits in RUNNABLE until capacity is free."""
    resources = {"InstanceType": "ml.m5.xlarge", "InstanceCount": 60, "VolumeSizeInGB": 30}
    first, second, small = (
        submit(batch, payload={"ResourceConfig": resources}),
        submit(batch, payload={"ResourceConfig": resources}),
        submit(batch),
    )
    emulator.advance(2)
    assert [described(batch, job)["status"] for job in (first, second, small)] == [
        "RUNNING",
        "RUNNABLE",
        "RUNNABLE",
    ]
    emulator.advance(1.4)
    assert [described(batch, job)["status"] for job in (first, second, small)] == [
        "SUCCEEDED",
        "STARTING",
        "STARTING",
    ]


def test_environments_capacity_can_grow(batch: Any, emulator: Emulator) -> None:
    """A larger capacity limit lets waiting jobs go at once."""
    resources = {"InstanceType": "ml.m5.xlarge", "InstanceCount": 150, "VolumeSizeInGB": 30}
    job = submit(batch, payload={"ResourceConfig": resources})
    emulator.advance(60)
    assert described(batch, job)["status"] == "RUNNABLE"
    batch.update_service_environment(
        serviceEnvironment="sagemaker-training",
        capacityLimits=[{"maxCapacity": 200, "capacityUnit": "NUM_INSTANCES"}],
    )
    assert described(batch, job)["status"] == "SCHEDULED"


def test_fifo_queue_ignores_priority_and_a_policy_heeds_it(batch: Any, emulator: Emulator) -> None:
    """Without a policy jobs go in the order of submission, with one the higher priority goes first."""
    batch.update_service_environment(
        serviceEnvironment="sagemaker-training",
        capacityLimits=[{"maxCapacity": 1, "capacityUnit": "NUM_INSTANCES"}],
    )
    submit(batch)
    emulator.advance(1)
    fifo = [submit(batch, schedulingPriority=priority) for priority in (1, 9)]
    emulator.advance(3)
    assert [described(batch, job)["status"] for job in fifo] == ["RUNNING", "RUNNABLE"]
    emulator.advance(10)
    fair = {"jobQueue": "training-fair", "shareIdentifier": "research"}
    submit(batch, **fair)
    emulator.advance(1)
    ranked = [submit(batch, schedulingPriority=priority, **fair) for priority in (1, 9)]
    emulator.advance(3)
    assert [described(batch, job)["status"] for job in ranked] == ["RUNNABLE", "RUNNING"]


def test_updated_priority_moves_a_waiting_job(batch: Any, emulator: Emulator) -> None:
    """UpdateServiceJob changes the priority of a job, and its place among those that wait."""
    batch.update_service_environment(
        serviceEnvironment="sagemaker-training",
        capacityLimits=[{"maxCapacity": 1, "capacityUnit": "NUM_INSTANCES"}],
    )
    fair = {"jobQueue": "training-fair", "shareIdentifier": "research"}
    submit(batch, **fair)
    emulator.advance(1)
    first, second = submit(batch, **fair), submit(batch, **fair)
    emulator.advance(1.1)
    answer = batch.update_service_job(jobId=second, schedulingPriority=50)
    assert (answer["jobId"], answer["jobName"]) == (second, "churn")
    assert described(batch, second)["schedulingPriority"] == 50
    emulator.advance(2)
    assert [described(batch, job)["status"] for job in (first, second)] == ["RUNNABLE", "RUNNING"]


def test_terminated_queued_job_fails_at_once(batch: Any, emulator: Emulator) -> None:
    """A job that waits is FAILED when it is terminated, with the reason given."""
    job = submit(batch)
    emulator.advance(0.5)
    batch.terminate_service_job(jobId=job, reason="not needed")
    shown = described(batch, job)
    assert (shown["status"], shown["isTerminated"]) == ("FAILED", True)
    assert (shown["statusReason"], shown["attempts"]) == ("not needed", [])


def test_terminated_running_job_is_stopped(batch: Any, sagemaker: Any, emulator: Emulator) -> None:
    """A running job that is terminated goes on until SageMaker has stopped it; then it is FAILED."""
    job = submit(batch, retryStrategy={"attempts": 3})
    emulator.advance(2)
    batch.terminate_service_job(jobId=job, reason="too slow")
    shown = described(batch, job)
    assert (shown["status"], shown["isTerminated"]) == ("RUNNING", True)
    (summary,) = batch.list_service_jobs(jobQueue="training")["jobSummaryList"]
    assert summary["isTerminated"] is True
    name = shown["latestAttempt"]["serviceResourceId"]["value"].rpartition("/")[2]
    status = sagemaker.describe_training_job(TrainingJobName=name)["TrainingJobStatus"]
    assert status == "Stopping"
    emulator.advance(1)
    shown = described(batch, job)
    assert (shown["status"], shown["statusReason"]) == ("FAILED", "too slow")
    status = sagemaker.describe_training_job(TrainingJobName=name)["TrainingJobStatus"]
    assert status == "Stopped"


def test_terminating_an_ended_job_changes_nothing(batch: Any, emulator: Emulator) -> None:
    """A job that has ended stays as it ended."""
    job = submit(batch)
    emulator.advance(60)
    batch.terminate_service_job(jobId=job, reason="late")
    shown = described(batch, job)
    assert (shown["status"], shown["isTerminated"]) == ("SUCCEEDED", False)


def test_job_is_named_by_its_arn_too(batch: Any, emulator: Emulator) -> None:
    """Describe, update, terminate and terminate many take the job's ARN, which is what SageMaker's SDKs pass."""
    emulator.ask("POST", "pace", {"running": None})
    ids = [submit(batch) for _ in range(2)]
    arn, other = (described(batch, job)["jobArn"] for job in ids)
    assert described(batch, arn)["jobId"] == ids[0]
    assert batch.update_service_job(jobId=arn, schedulingPriority=3)["jobId"] == ids[0]
    batch.terminate_service_job(jobId=arn, reason="x")
    elsewhere = other.replace("us-east-1", "us-west-2")
    answer = batch.terminate_service_jobs(jobs=[other, elsewhere], reason="x")
    assert answer["successful"] == [other]
    assert [error["job"] for error in answer["errors"]] == [elsewhere]
    assert [described(batch, job)["status"] for job in ids] == ["FAILED", "FAILED"]
    with pytest.raises(ClientError, match="is not the id or the ARN of a service job here"):
        described(batch, elsewhere)


def test_many_are_terminated_and_reported_each(batch: Any) -> None:
    """TerminateServiceJobs reports each id; one that is not known counts as terminated."""
    job = submit(batch)
    unknown = "00000000-0000-0000-0000-000000000000"
    answer = batch.terminate_service_jobs(jobs=[job, unknown, "churn"], reason="clean up")
    assert answer["successful"] == [job, unknown]
    (error,) = answer["errors"]
    assert (error["job"], error["code"]) == ("churn", "ValidationException")
    assert described(batch, job)["status"] == "FAILED"
    with pytest.raises(ClientError, match="jobs takes 1 to 50 service job ids, not 51"):
        batch.terminate_service_jobs(jobs=[unknown] * 51, reason="clean up")


def test_attempt_that_runs_too_long_times_out(batch: Any, emulator: Emulator) -> None:
    """An attempt that outlasts attemptDurationSeconds is stopped, and the job fails."""
    emulator.ask("POST", "pace", {"running": 1000})
    job = submit(batch, timeoutConfig={"attemptDurationSeconds": 300})
    emulator.advance(301)
    assert described(batch, job)["status"] == "RUNNING"
    emulator.advance(1)
    shown = described(batch, job)
    assert shown["status"] == "FAILED"
    assert shown["statusReason"] == "Job attempt duration exceeded timeout"


@pytest.mark.parametrize(
    ("strategy", "attempts"),
    [
        (None, 1),
        ({"attempts": 1}, 1),
        ({"attempts": 3}, 3),
        ({"attempts": 3, "evaluateOnExit": [{"action": "EXIT", "onStatusReason": "*"}]}, 1),
        ({"attempts": 3, "evaluateOnExit": [{"action": "EXIT", "onStatusReason": "Other*"}]}, 3),
        (
            {
                "attempts": 3,
                "evaluateOnExit": [
                    {"action": "RETRY", "onStatusReason": "Received status from SageMaker:*"},
                    {"action": "EXIT", "onStatusReason": "*"},
                ],
            },
            3,
        ),
        ({"attempts": 3, "evaluateOnExit": [{"action": "EXIT"}]}, 1),
    ],
)
def test_retry_strategy(
    batch: Any, emulator: Emulator, strategy: dict[str, Any] | None, attempts: int
) -> None:
    """The first rule that matches the reason decides; without a match a failed attempt is retried."""
    job = submit(batch, retryStrategy=strategy, payload={"RoleArn": "nobody"})
    emulator.advance(60)
    shown = described(batch, job)
    assert (shown["status"], len(shown["attempts"])) == ("FAILED", attempts)
    assert all("ValidationException" in attempt["statusReason"] for attempt in shown["attempts"])


def test_stopping_condition(batch: Any, sagemaker: Any, emulator: Emulator) -> None:
    """SageMaker stops what has trained for MaxRuntimeInSeconds: made by Batch or by itself.

    https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_StoppingCondition.html
    """
    emulator.ask("POST", "pace", {"running": 7200})
    job = submit(batch)
    sagemaker.create_training_job(**payload(TrainingJobName="alone"))
    emulator.advance(3600)
    assert described(batch, job)["status"] == "RUNNING"
    emulator.advance(10)
    shown = described(batch, job)
    reason = "Received status from SageMaker: MaxRuntimeExceeded"
    assert (shown["status"], shown["statusReason"]) == ("FAILED", reason)
    arn = shown["latestAttempt"]["serviceResourceId"]["value"]
    for name in (arn.rpartition("/")[2], "alone"):
        record = sagemaker.describe_training_job(TrainingJobName=name)
        assert record["TrainingJobStatus"] == "Stopped"
        assert record["SecondaryStatus"] == "MaxRuntimeExceeded"
        assert record["TrainingTimeInSeconds"] in (3600, 3601)
        assert record["SecondaryStatusTransitions"][-1]["EndTime"] == record["TrainingEndTime"]


def test_forced_failure_of_an_attempt_is_retried(batch: Any, emulator: Emulator) -> None:
    """An attempt that is made to fail leaves a Failed training job; the next attempt has another."""
    job = submit(batch, retryStrategy={"attempts": 2})
    emulator.advance(2)
    reason = "Received status from SageMaker: AlgorithmError: out of memory"
    emulator.ask(
        "POST",
        f"jobs/{job}",
        {"status": "FAILED", "attempt": True, "reason": reason, "hold": False},
    )
    shown = described(batch, job)
    assert (shown["status"], shown["startedAt"]) == ("RUNNABLE", 0)
    assert shown["attempts"][0]["statusReason"] == reason
    emulator.advance(60)
    shown = described(batch, job)
    assert shown["status"] == "SUCCEEDED"
    first, second = (attempt["serviceResourceId"]["value"] for attempt in shown["attempts"])
    assert first != second


def test_preempted_job_runs_again(batch: Any, emulator: Emulator) -> None:
    """A running job that is preempted goes back to RUNNABLE, which uses up no attempt."""
    quota = {"jobQueue": "training-quota", "quotaShareName": "team-a"}
    job = submit(batch, **quota)
    emulator.advance(2)
    emulator.ask("POST", f"jobs/{job}", {"status": "RUNNABLE", "hold": False})
    shown = described(batch, job)
    assert (shown["status"], shown["attempts"]) == ("RUNNABLE", [])
    assert shown["preemptionSummary"]["preemptedAttemptCount"] == 1
    emulator.advance(60)
    shown = described(batch, job)
    assert (shown["status"], len(shown["attempts"])) == ("SUCCEEDED", 1)


def test_preemption_retries_run_out(batch: Any, emulator: Emulator) -> None:
    """A job may be preempted preemptionRetriesBeforeTermination times, and fails the next time."""
    job = submit(
        batch,
        jobQueue="training-quota",
        quotaShareName="team-a",
        preemptionConfiguration={"preemptionRetriesBeforeTermination": 1},
    )
    for _ in range(2):
        emulator.advance(2)
        emulator.ask("POST", f"jobs/{job}", {"status": "RUNNABLE", "hold": False})
    shown = described(batch, job)
    assert (shown["status"], shown["statusReason"]) == ("FAILED", "Preemption retries exhausted")


def test_lack_of_capacity_uses_up_no_attempt(batch: Any, emulator: Emulator) -> None:
    """A job that SageMaker has no capacity for goes from SCHEDULED back to RUNNABLE, not preempted."""
    job = submit(batch)
    emulator.advance(1.1)
    emulator.ask("POST", f"jobs/{job}", {"status": "RUNNABLE", "hold": False})
    shown = described(batch, job)
    assert (shown["status"], shown["attempts"]) == ("RUNNABLE", [])
    assert "preemptionSummary" not in shown


def test_training_job_stopped_by_hand_fails_its_service_job(
    batch: Any, sagemaker: Any, emulator: Emulator
) -> None:
    """StopTrainingJob ends the service job as FAILED, which was not terminated."""
    job = submit(batch)
    emulator.advance(2)
    arn = described(batch, job)["latestAttempt"]["serviceResourceId"]["value"]
    sagemaker.stop_training_job(TrainingJobName=arn.rpartition("/")[2])
    emulator.advance(1)
    shown = described(batch, job)
    assert (shown["status"], shown["isTerminated"]) == ("FAILED", False)
    assert shown["statusReason"] == "Received status from SageMaker: Stopped"


def test_ended_job_is_forgotten_after_a_week(batch: Any, emulator: Emulator) -> None:
    """Batch keeps the record of an ended job for seven days."""
    job = submit(batch)
    emulator.advance(7 * 86_400)
    assert described(batch, job)["status"] == "SUCCEEDED"
    emulator.advance(60)
    with pytest.raises(ClientError, match="does not exist"):
        described(batch, job)
    assert (
        batch.list_service_jobs(jobQueue="training", jobStatus="SUCCEEDED")["jobSummaryList"] == []
    )


def test_payload_comes_back_as_it_was_sent(batch: Any) -> None:
    """The payload is the same text, byte for byte."""
    text = json.dumps({"TrainingJobName": "ü", "x": 1.0}, indent=3, ensure_ascii=False)
    job = submit(batch, serviceRequestPayload=text)
    assert described(batch, job)["serviceRequestPayload"] == text


def test_bucket_that_s3_refuses_fails_the_job(batch: Any, emulator: Emulator) -> None:
    """A job whose model cannot be written fails, and says where it was to go."""
    job = submit(batch, payload={"OutputDataConfig": {"S3OutputPath": "s3://x/models/"}})
    emulator.advance(60)
    shown = described(batch, job)
    assert shown["status"] == "FAILED"
    assert "s3://x/models/AWSBatchchurn" in shown["statusReason"]


def test_thousands_of_jobs_pass_quickly(batch: Any, emulator: Emulator) -> None:
    """Invalid jobs by the hundred are failed one after another, without end of the stack."""
    for _ in range(300):
        submit(batch, payload={"RoleArn": "nobody"}, retryStrategy={"attempts": 10})
    emulator.advance(3600)
    summaries = batch.list_service_jobs(jobQueue="training", jobStatus="FAILED")["jobSummaryList"]
    assert len(summaries) == 100
