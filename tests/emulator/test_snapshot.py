"""The front of a queue and its use, and what keeps a job at its head from starting."""

from __future__ import annotations

from typing import Any

import pytest
from botocore.exceptions import ClientError

from local.aws.server.emulator import Emulator

from .conftest import START
from .samples import service_job

TOO_LARGE = (
    "MISCONFIGURATION:SERVICE_ENVIRONMENT_MAX_RESOURCE - Service environment(s) associated with the job queue "
    "cannot meet the capacity requirement of the job."
)
BEYOND = "MISCONFIGURATION:QUOTA_MANAGEMENT_LIMIT_EXCEEDED - Job "
TYPE = "ml.m5.xlarge"


@pytest.fixture(autouse=True)
def slow(emulator: Emulator) -> None:
    emulator.ask("POST", "pace", {"running": 1000})


def submit(batch: Any, count: int = 1, **changes: Any) -> str:
    """Submit a job that needs so many instances; its ARN."""
    resources = {"InstanceType": TYPE, "InstanceCount": count, "VolumeSizeInGB": 30}
    request = service_job(payload={"ResourceConfig": resources}, **changes)
    return str(batch.submit_service_job(**request)["jobArn"])


def describe(batch: Any, arn: str) -> dict[str, Any]:
    found: dict[str, Any] = batch.describe_service_job(jobId=arn.rpartition("/")[2])
    return found


def statuses(batch: Any, *arns: str) -> list[str]:
    return [describe(batch, arn)["status"] for arn in arns]


def front(batch: Any, queue: str = "training") -> list[tuple[str, int]]:
    """The ARNs at the front, and since how many milliseconds after the start each is where it is."""
    jobs = batch.get_job_queue_snapshot(jobQueue=queue)["frontOfQueue"]["jobs"]
    return [(job["jobArn"], job["earliestTimeAtPosition"] - int(START * 1000)) for job in jobs]


def limit(batch: Any, instances: int) -> None:
    batch.update_service_environment(
        serviceEnvironment="sagemaker-training",
        capacityLimits=[{"maxCapacity": instances, "capacityUnit": "NUM_INSTANCES"}],
    )


def usage(count: int) -> list[dict[str, Any]]:
    return [{"capacityUnit": TYPE, "quantity": float(count)}]


def test_front_of_a_fifo_queue(batch: Any, emulator: Emulator) -> None:
    """The RUNNABLE jobs in order of submission, and since when each is at its place: since somebody left it."""
    limit(batch, 2)
    first = submit(batch, 2)
    emulator.advance(10)
    second, third = submit(batch), submit(batch)
    emulator.advance(10)
    assert statuses(batch, first, second, third) == ["RUNNING", "RUNNABLE", "RUNNABLE"]
    snapshot = batch.get_job_queue_snapshot(jobQueue="training")
    assert snapshot["queueUtilization"]["totalCapacityUsage"] == usage(2)
    assert snapshot["frontOfQueue"]["lastUpdatedAt"] == int(START + 20) * 1000
    assert "frontOfQuotaShares" not in snapshot
    assert front(batch) == [(second, 10_200), (third, 10_200)]
    batch.terminate_service_job(jobId=second.rpartition("/")[2], reason="not needed")
    assert front(batch) == [(third, 20_000)]


def test_front_has_a_hundred_jobs(batch: Any, emulator: Emulator) -> None:
    """The first 100 are shown, which are the oldest."""
    limit(batch, 0)
    jobs = [submit(batch) for _ in range(103)]
    emulator.advance(10)
    assert [arn for arn, _ in front(batch)] == jobs[:100]


def test_front_of_a_fair_share_queue(batch: Any, emulator: Emulator) -> None:
    """The higher priority is further ahead, and what moves ahead moves the others; use is told by share."""
    limit(batch, 3)
    fair = {"jobQueue": "training-fair"}
    submit(batch, 2, shareIdentifier="research", **fair)
    submit(batch, 1, shareIdentifier="production", **fair)
    emulator.advance(10)
    low, high = (
        submit(batch, shareIdentifier="research", schedulingPriority=priority, **fair)
        for priority in (1, 5)
    )
    emulator.advance(5)
    assert front(batch, "training-fair") == [(high, 10_200), (low, 10_200)]
    batch.update_service_job(jobId=low.rpartition("/")[2], schedulingPriority=9)
    assert front(batch, "training-fair") == [(low, 15_000), (high, 15_000)]
    used = batch.get_job_queue_snapshot(jobQueue="training-fair")["queueUtilization"]
    assert used["fairshareUtilization"] == {
        "activeShareCount": 2,
        "topCapacityUtilization": [
            {"shareIdentifier": "research", "capacityUsage": usage(2)},
            {"shareIdentifier": "production", "capacityUsage": usage(1)},
        ],
    }


def test_front_of_quota_shares(batch: Any, emulator: Emulator) -> None:
    """The first job of each share is shown beside the queue's front; a full share does not hold up another."""
    share(batch, "RESERVE", 4)
    quota = {"jobQueue": "training-quota"}
    running = submit(batch, 4, quotaShareName="team-a", **quota)
    emulator.advance(10)
    waiting, behind = (submit(batch, 4, quotaShareName="team-a", **quota) for _ in range(2))
    other = submit(batch, 4, quotaShareName="team-b", **quota)
    emulator.advance(10)
    assert statuses(batch, running, waiting, other) == ["RUNNING", "RUNNABLE", "RUNNING"]
    snapshot = batch.get_job_queue_snapshot(jobQueue="training-quota")
    assert [job["jobArn"] for job in snapshot["frontOfQueue"]["jobs"]] == [waiting, behind]
    shares = snapshot["frontOfQuotaShares"]["quotaShares"]
    at = int(START * 1000) + 10_200
    assert shares == {"team-a": [{"jobArn": waiting, "earliestTimeAtPosition": at}]}
    used = snapshot["queueUtilization"]
    assert used["totalCapacityUsage"] == usage(8)
    assert used["quotaShareUtilization"]["topCapacityUtilization"] == [
        {"quotaShareName": "team-a", "capacityUsage": usage(4)},
        {"quotaShareName": "team-b", "capacityUsage": usage(4)},
    ]
    (summary,) = batch.list_service_jobs(
        jobQueue="training-quota",
        jobStatus="RUNNING",
        filters=[{"name": "QUOTA_SHARE_NAME", "values": ["team-b"]}],
    )["jobSummaryList"]
    assert (summary["quotaShareName"], summary["capacityUsage"]) == ("team-b", usage(4))
    name = describe(batch, other)["latestAttempt"]["serviceResourceId"]["value"]
    assert summary["latestAttempt"]["serviceResourceId"]["value"] == name


def test_snapshot_of_nothing(batch: Any) -> None:
    """An empty queue has an empty front; a queue that there is not is refused."""
    snapshot = batch.get_job_queue_snapshot(jobQueue="training")
    assert snapshot["frontOfQueue"]["jobs"] == []
    assert snapshot["queueUtilization"]["totalCapacityUsage"] == []
    with pytest.raises(ClientError, match="does not exist"):
        batch.get_job_queue_snapshot(jobQueue="nothing")


def test_job_that_is_too_large_blocks_its_queue(batch: Any, emulator: Emulator) -> None:
    """It stays at the head with Batch's reason, and goes without it once the environment is large enough."""
    large, small = submit(batch, 101), submit(batch)
    emulator.advance(100)
    assert statuses(batch, large, small) == ["RUNNABLE", "RUNNABLE"]
    assert describe(batch, large)["statusReason"] == TOO_LARGE
    assert "statusReason" not in describe(batch, small)
    summaries = batch.list_service_jobs(jobQueue="training", jobStatus="RUNNABLE")["jobSummaryList"]
    assert [summary.get("statusReason") for summary in summaries] == [None, TOO_LARGE]
    limit(batch, 102)
    assert statuses(batch, large, small) == ["SCHEDULED", "SCHEDULED"]
    assert "statusReason" not in describe(batch, large)


def share(batch: Any, strategy: str, instances: int, **sharing: Any) -> None:
    """Change both shares of the queue `training-quota`."""
    for name in ("team-a", "team-b"):
        batch.update_quota_share(
            quotaShareArn=f"arn:aws:batch:us-east-1:123456789012:job-queue/training-quota/quota-share/{name}",
            capacityLimits=[{"maxCapacity": instances, "capacityUnit": TYPE}],
            resourceSharingConfiguration={"strategy": strategy, **sharing},
        )


# the rows of https://docs.aws.amazon.com/batch/latest/userguide/sm_job_stuck_in_runnable_misconfiguration.html
@pytest.mark.parametrize(
    ("strategy", "own", "borrow", "fits", "too_many", "reason"),
    [
        ("RESERVE", 4, None, 4, 5, "requirements exceed quota share capacity limits."),
        ("LEND", 4, None, 4, 5, "requirements exceed quota share capacity limits."),
        (
            "LEND_AND_BORROW",
            2,
            100,
            4,
            5,
            "requirements exceed quota share capacity limits and borrow limits.",
        ),
        (
            "LEND_AND_BORROW",
            4,
            200,
            8,
            10,
            "requires borrowing that exceeds all configured borrowable capacity.",
        ),
        (
            "LEND_AND_BORROW",
            4,
            None,
            8,
            9,
            "requires borrowing that exceeds all configured borrowable capacity.",
        ),
    ],
)
def test_job_that_is_too_large_for_its_quota_share(
    batch: Any,
    emulator: Emulator,
    strategy: str,
    own: int,
    borrow: int | None,
    fits: int,
    too_many: int,
    reason: str,
) -> None:
    """It blocks its share alone."""
    share(batch, strategy, own, **({} if borrow is None else {"borrowLimit": borrow}))
    quota = {"jobQueue": "training-quota"}
    most = submit(batch, fits, quotaShareName="team-a", **quota)
    emulator.advance(10)
    assert statuses(batch, most) == ["RUNNING"]
    batch.terminate_service_job(jobId=most.rpartition("/")[2], reason="seen")
    emulator.advance(10)
    blocked = submit(batch, too_many, quotaShareName="team-a", **quota)
    other = submit(batch, own, quotaShareName="team-b", **quota)
    emulator.advance(10)
    assert statuses(batch, blocked, other) == ["RUNNABLE", "RUNNING"]
    assert describe(batch, blocked)["statusReason"] == BEYOND + reason
    share(batch, strategy, 2 * too_many)
    assert statuses(batch, blocked) == ["SCHEDULED"]


def test_borrowed_capacity(batch: Any, emulator: Emulator) -> None:
    """A share borrows what another does not use; the other gets it back by preemption, which uses up no attempt."""
    share(batch, "LEND_AND_BORROW", 4)
    quota = {"jobQueue": "training-quota"}
    borrower = submit(batch, 6, quotaShareName="team-a", **quota)
    emulator.advance(10)
    lender = submit(batch, 2, quotaShareName="team-b", **quota)
    emulator.advance(10)
    assert statuses(batch, borrower, lender) == ["RUNNING", "RUNNING"]
    claim = submit(batch, 2, quotaShareName="team-b", **quota)
    emulator.advance(10)
    assert statuses(batch, borrower, lender, claim) == ["RUNNABLE", "RUNNING", "RUNNING"]
    shown = describe(batch, borrower)
    assert (shown["attempts"], shown["preemptionSummary"]["preemptedAttemptCount"]) == ([], 1)
    batch.terminate_service_job(jobId=claim.rpartition("/")[2], reason="enough")
    emulator.advance(10)
    assert statuses(batch, borrower) == ["RUNNING"]


def test_lack_of_capacity_is_told(batch: Any, emulator: Emulator) -> None:
    """A job that SageMaker had no capacity for waits again with Batch's reason."""
    arn = submit(batch)
    emulator.advance(1.1)
    emulator.ask("POST", f"jobs/{arn.rpartition('/')[2]}", {"status": "RUNNABLE", "hold": True})
    reason = (
        "CAPACITY:INSUFFICIENT_INSTANCE_CAPACITY - Unable to provision requested compute resources"
    )
    assert describe(batch, arn)["statusReason"] == reason
    emulator.ask("POST", f"jobs/{arn.rpartition('/')[2]}", {"hold": False})
    emulator.advance(10)
    assert statuses(batch, arn) == ["RUNNING"]
    assert "statusReason" not in describe(batch, arn)


def test_disabled_environment_holds_jobs_and_a_disabled_queue_lets_them_finish(
    batch: Any, emulator: Emulator
) -> None:
    """Batch places nothing in a disabled environment; a disabled queue takes no more, and those in it go on.

    https://docs.aws.amazon.com/batch/latest/userguide/updating-service-environments.html
    https://docs.aws.amazon.com/batch/latest/APIReference/API_UpdateJobQueue.html
    """
    batch.update_service_environment(serviceEnvironment="sagemaker-training", state="DISABLED")
    arn = submit(batch)
    emulator.advance(10)
    assert (statuses(batch, arn), [each for each, _ in front(batch)]) == (["RUNNABLE"], [arn])
    batch.update_job_queue(jobQueue="training", state="DISABLED")
    with pytest.raises(ClientError, match="takes no new jobs"):
        submit(batch)
    batch.update_service_environment(serviceEnvironment="sagemaker-training", state="ENABLED")
    emulator.advance(10)
    assert statuses(batch, arn) == ["RUNNING"]
