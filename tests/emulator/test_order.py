"""In which order the jobs of a quota-share queue start, beside what follows by hand from AWS's pages.

https://docs.aws.amazon.com/batch/latest/userguide/quota-shares.html
https://docs.aws.amazon.com/batch/latest/userguide/preemption.html
"""

from __future__ import annotations

from typing import Any

import pytest

from local.aws.server.emulator import Emulator

from .samples import service_job

TYPE = "ml.m5.xlarge"
SHARES = {"a": 4, "b": 2, "c": 2}
RUN = 100
# Each job takes one of eight instances for 100 s. At 0 only share a has jobs, and borrows; at 10 b and c claim theirs.
# What is free goes to who has it of his own, then to borrowers, first in first out.
BY_HAND = [
    (0, "a1 a2 a3 a4 a5 a6 a7 a8"),
    (
        10,
        "b1 c1 b2 c2",
    ),  # in place of a8, a7, a6, a5: of one priority and one moment, the last ones first
    (100, "a5 a6 a7 a8"),  # again, before what was submitted after them
    (110, "b3 c3 b4 c4"),
    (200, "a9 a10 a11 a12"),
    (210, "b5 c5 b6 c6"),
    # ... four of a at each hundred, two of b and of c ten seconds later, until a has but two left
    (1600, "a65 a66 a67 a68"),
    (1610, "b33 c33 b34 c34"),
    (1700, "a69 a70 b35 c35"),  # a has two idle: one each
    (1710, "b36 c36 b37 c37"),
    (1800, "b38 c38 b39 c39"),  # and now four
    (1810, "b40 c40 b41 c41"),
    (2400, "b62 c62 b63 c63"),
    (2410, "b64 c64 b65 c65"),
]


@pytest.fixture
def started(emulator: Emulator, batch: Any, sagemaker: Any) -> list[tuple[int, str]]:
    """Who started when: 200 jobs of three shares."""
    pace = {"submitted": 0, "runnable": 0, "scheduled": 0, "starting": 0, "running": RUN}
    emulator.ask("POST", "pace", pace)
    make_queue(batch)
    for number in range(1, 71):
        submit(batch, "a", f"a{number}")
    emulator.advance(10)
    for number in range(1, 66):
        for share in ("b", "c"):
            submit(batch, share, f"{share}{number}")
    emulator.advance(10_000)
    pages = sagemaker.get_paginator("list_training_jobs").paginate(SortBy="CreationTime")
    jobs = [job for page in pages for job in page["TrainingJobSummaries"]]
    first = jobs[0]["CreationTime"]
    return [
        (
            round((job["CreationTime"] - first).total_seconds()),
            job["TrainingJobName"].removeprefix("AWSBatch")[:-32],
        )
        for job in jobs
    ]


def make_queue(batch: Any) -> None:
    policy = batch.create_scheduling_policy(
        name="three", quotaSharePolicy={"idleResourceAssignmentStrategy": "FIFO"}
    )["arn"]
    batch.create_job_queue(
        jobQueueName="three",
        jobQueueType="SAGEMAKER_TRAINING",
        priority=1,
        schedulingPolicyArn=policy,
        serviceEnvironmentOrder=[{"order": 1, "serviceEnvironment": "sagemaker-training"}],
    )
    for name, own in SHARES.items():
        batch.create_quota_share(
            quotaShareName=name,
            jobQueue="three",
            capacityLimits=[{"maxCapacity": own, "capacityUnit": TYPE}],
            resourceSharingConfiguration={"strategy": "LEND_AND_BORROW"},
            preemptionConfiguration={"inSharePreemption": "ENABLED"},
        )


def submit(batch: Any, share: str, name: str, **changes: Any) -> str:
    request = service_job(
        jobName=name,
        jobQueue="three",
        quotaShareName=share,
        payload={"TrainingJobName": name},
        **changes,
    )
    return str(batch.submit_service_job(**request)["jobId"])


def test_order_of_starts(started: list[tuple[int, str]]) -> None:
    """200 jobs of three quota shares with borrowing start as worked out by hand, the preempted ones twice."""
    assert len(started) == 204
    by_moment: dict[int, list[str]] = {}
    for at, name in started:
        by_moment.setdefault(at, []).append(name)
    assert {at: " ".join(by_moment.get(at, [])) for at, _ in BY_HAND} == dict(BY_HAND)
    assert max(by_moment) == BY_HAND[-1][0]


def test_a_higher_priority_preempts_within_its_share(batch: Any, emulator: Emulator) -> None:
    """The last of the lowest priority gives way; without in-share preemption the higher one waits."""
    emulator.ask("POST", "pace", {"running": None})
    make_queue(batch)
    low = [submit(batch, "b", f"low{n}", schedulingPriority=n) for n in (1, 1, 5, 5, 5, 5, 5, 5)]
    emulator.advance(10)
    high = submit(batch, "b", "high", schedulingPriority=9)
    equal = submit(batch, "b", "equal", schedulingPriority=5)
    emulator.advance(10)

    def statuses() -> list[str]:
        return [batch.describe_service_job(jobId=job)["status"] for job in (*low, high)]

    assert statuses() == ["RUNNABLE", "RUNNABLE", *["RUNNING"] * 7]
    assert batch.describe_service_job(jobId=equal)["status"] == "RUNNING"
    (arn,) = (
        share["quotaShareArn"]
        for share in batch.list_quota_shares(jobQueue="three")["quotaShares"]
        if share["quotaShareName"] == "b"
    )
    batch.update_quota_share(
        quotaShareArn=arn, preemptionConfiguration={"inSharePreemption": "DISABLED"}
    )
    highest = submit(batch, "b", "highest", schedulingPriority=10)
    emulator.advance(10)
    assert batch.describe_service_job(jobId=highest)["status"] == "RUNNABLE"
