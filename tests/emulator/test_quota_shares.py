"""What lets a job of a quota share start, and which other ones give way.

https://docs.aws.amazon.com/batch/latest/userguide/quota-shares.html
https://docs.aws.amazon.com/batch/latest/userguide/preemption.html
"""

from __future__ import annotations

from typing import Any

import pytest

from local.aws.batch.models import ServiceJobBackend
from local.aws.server.emulator import Emulator
from local.aws.service.refusal import Refusal

from .conftest import Call
from .test_order import QUOTA, TYPE, make_queue, submit

GPU = "ml.g5.xlarge"


@pytest.fixture
def queue(emulator: Emulator, call: Call) -> None:
    emulator.ask("POST", "pace", {"running": None, "stopping": 5})
    make_queue(call, **QUOTA)


def make_share(call: Call, name: str, strategy: str, **limits: int) -> str:
    kinds = {"cpu": TYPE, "gpu": GPU}
    made = call(
        "CreateQuotaShare",
        quotaShareName=name,
        jobQueue="three",
        capacityLimits=[{"maxCapacity": n, "capacityUnit": kinds[k]} for k, n in limits.items()],
        resourceSharingConfiguration={"strategy": strategy},
        preemptionConfiguration={"inSharePreemption": "ENABLED"},
    )
    return str(made["quotaShareArn"])


def start(call: Call, share: str, count: int = 1, kind: str = TYPE, **changes: Any) -> str:
    resources = {"InstanceType": kind, "InstanceCount": count, "VolumeSizeInGB": 30}
    changes["payload"] = {"ResourceConfig": resources}
    return submit(call, share, quotaShareName=share, **changes)


def read(call: Call, *jobs: str) -> str:
    """Return the first letters of the jobs' statuses: running, runnable (waiting), failed."""
    letters = {"RUNNING": "r", "RUNNABLE": "w", "FAILED": "f"}
    return "".join(letters[call("DescribeServiceJob", jobId=job)["status"]] for job in jobs)


@pytest.mark.usefixtures("queue")
def test_what_is_reserved_is_lent_to_nobody(call: Call) -> None:
    """A share takes back what it lent by preemption, even where a third one's reserve is idle."""
    make_share(call, "a", "LEND_AND_BORROW", cpu=3)
    make_share(call, "b", "LEND", cpu=3)
    make_share(call, "c", "RESERVE", cpu=2)
    own, borrowed = start(call, "a", 3), start(call, "a", 2)
    back = start(call, "b", 3)
    assert read(call, own, borrowed, back) == "rwr"
    assert read(call, start(call, "c", 2)) == "r"


@pytest.mark.usefixtures("queue")
def test_only_jobs_that_free_something_give_way(backend: ServiceJobBackend, call: Call) -> None:
    """Neither a borrower of another instance type, whatever its priority, nor a small one beside a large one."""
    make_share(call, "a", "LEND_AND_BORROW", cpu=0, gpu=0)
    make_share(call, "b", "LEND", cpu=1, gpu=3)
    cpu = start(call, "a", schedulingPriority=0)
    small = start(call, "a", 1, GPU, schedulingPriority=1)
    large = start(call, "a", 2, GPU, schedulingPriority=5)
    assert read(call, cpu, small, large) == "rrr"
    assert read(call, start(call, "b", 2, GPU), cpu, small, large) == "rrrw"
    preempted = {job.id: len(job.preempted) for job in backend.service_jobs}
    assert [preempted[job] for job in (cpu, small, large)] == [0, 0, 1]


@pytest.mark.usefixtures("queue")
def test_a_changed_priority_preempts(call: Call) -> None:
    """A job that waits and gets a higher priority, or one that runs and gets a lower one."""
    make_share(call, "a", "RESERVE", cpu=1)
    first = start(call, "a", schedulingPriority=1)
    second = start(call, "a", schedulingPriority=1)
    assert read(call, first, second) == "rw"
    call("UpdateServiceJob", jobId=second, schedulingPriority=9)
    assert read(call, first, second) == "wr"
    call("UpdateServiceJob", jobId=second, schedulingPriority=0)
    assert read(call, first, second) == "rw"


@pytest.mark.usefixtures("queue")
def test_a_new_lender_and_a_new_environment_let_jobs_go(call: Call) -> None:
    """A job that could never start goes on as soon as it can."""
    make_share(call, "a", "LEND_AND_BORROW", cpu=1)
    beyond = start(call, "a", 2)
    assert read(call, beyond) == "w"
    make_share(call, "b", "LEND", cpu=1)
    assert read(call, beyond) == "r"
    limits = [{"maxCapacity": 20, "capacityUnit": "NUM_INSTANCES"}]
    call("CreateServiceEnvironment", serviceEnvironmentName="more", capacityLimits=limits)
    make_share(call, "c", "RESERVE", cpu=9)
    large = start(call, "c", 9)
    assert read(call, large) == "w"
    order = [{"order": 1, "serviceEnvironment": "more"}]
    call("UpdateJobQueue", jobQueue="three", serviceEnvironmentOrder=order)
    assert read(call, large) == "r"


@pytest.mark.usefixtures("queue")
def test_a_deleted_share_starts_nothing(backend: ServiceJobBackend, call: Call) -> None:
    """The job behind the head of a share, or of a queue, is not handed to SageMaker when the head ends."""
    arn = make_share(call, "a", "RESERVE", cpu=1)
    large, behind = start(call, "a", 2), start(call, "a", 1)
    call("UpdateQuotaShare", quotaShareArn=arn, state="DISABLED")
    call("DeleteQuotaShare", quotaShareArn=arn)
    assert read(call, large, behind) == "ff"
    make_share(call, "b", "RESERVE", cpu=1)
    large, behind = start(call, "b", 2), start(call, "b", 1)
    call("UpdateJobQueue", jobQueue="three", state="DISABLED")
    call("DeleteJobQueue", jobQueue="three")
    assert read(call, large, behind) == "ff"
    assert list(backend.training.training_jobs_kept) == []


@pytest.mark.usefixtures("queue")
def test_an_expired_job_frees_its_capacity(emulator: Emulator, call: Call) -> None:
    """What waits for it starts."""
    make_share(call, "a", "RESERVE", cpu=1)
    first, second = start(call, "a"), start(call, "a")
    emulator.ask("DELETE", f"jobs/{first}")
    assert read(call, second) == "r"


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"capacityLimits": []}, "1 to 5 limits"),
        ({"capacityLimits": [{"maxCapacity": 1, "capacityUnit": TYPE}] * 2}, "another instance"),
        ({"capacityLimits": [{"maxCapacity": -1, "capacityUnit": TYPE}]}, "from 0 up"),
        (
            {"capacityLimits": [{"maxCapacity": 1, "capacityUnit": "NUM_INSTANCES"}]},
            "instance type",
        ),
        ({"resourceSharingConfiguration": {"strategy": "LEND", "borrowLimit": 5}}, "that borrows"),
    ],
)
@pytest.mark.usefixtures("queue")
def test_shares_that_are_refused(call: Call, change: dict[str, Any], message: str) -> None:
    """When they are made, and when they are changed."""
    made = make_share(call, "a", "LEND", cpu=1)
    good = {
        "quotaShareName": "b",
        "jobQueue": "three",
        "capacityLimits": [{"maxCapacity": 1, "capacityUnit": TYPE}],
        "resourceSharingConfiguration": {"strategy": "LEND"},
        "preemptionConfiguration": {"inSharePreemption": "ENABLED"},
    }
    with pytest.raises(Refusal, match=message):
        call("CreateQuotaShare", **{**good, **change})
    with pytest.raises(Refusal, match=message):
        call("UpdateQuotaShare", quotaShareArn=made, **change)


@pytest.mark.usefixtures("queue")
def test_limits_of_a_queue_with_shares(call: Call) -> None:
    """It has an environment of its own, at most 20 shares, and stays of its kind."""
    for number in range(20):
        make_share(call, f"s{number}", "RESERVE", cpu=1)
    with pytest.raises(Refusal, match="20 quota shares"):
        make_share(call, "more", "RESERVE", cpu=1)
    order = [{"order": 1, "serviceEnvironment": "eight"}]
    plain = {"jobQueueType": "SAGEMAKER_TRAINING", "priority": 1}
    with pytest.raises(Refusal, match="used by the job queue three"):
        call("CreateJobQueue", jobQueueName="x", serviceEnvironmentOrder=order, **plain)
    with pytest.raises(Refusal, match="used by the job queue three"):
        call("UpdateJobQueue", jobQueue="training", serviceEnvironmentOrder=order)
    fair = call("CreateSchedulingPolicy", name="fair")["arn"]
    with pytest.raises(Refusal, match="of the same kind"):
        call("UpdateJobQueue", jobQueue="three", schedulingPolicyArn=fair)
