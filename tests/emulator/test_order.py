"""In which order jobs of several shares start, beside tables worked out by hand from AWS's pages.

https://docs.aws.amazon.com/batch/latest/userguide/quota-shares.html
https://docs.aws.amazon.com/batch/latest/userguide/preemption.html
https://docs.aws.amazon.com/batch/latest/userguide/fair-share-scheduling.html
https://docs.aws.amazon.com/batch/latest/userguide/share-identifiers.html

Every job takes one instance of eight for 100 s. The operations are called in this process, without HTTP.
"""

from __future__ import annotations

from typing import Any

import pytest

from local.aws.batch import fairness
from local.aws.batch.models import ServiceJobBackend
from local.aws.server.emulator import Emulator
from local.aws.service.refusal import Refusal

from .conftest import START, Call
from .samples import service_job

TYPE = "ml.m5.xlarge"
QUOTA = {"quotaSharePolicy": {"idleResourceAssignmentStrategy": "FIFO"}}
SHARES = {"a": 4, "b": 2, "c": 2}

# At 0 only share a has jobs, and borrows; at 10 b and c claim theirs. What is free goes to who has it of his own, then
# to borrowers, first in first out.
BY_QUOTA = {
    0: "a1-a8",
    # in place of a8, a7, a6, a5: of one priority and one moment, the last ones first
    10: "b1 c1 b2 c2",
    100: "a5-a8",  # again, before what was submitted after them
    110: "b3 c3 b4 c4",
    # four of a at each hundred, two of b and of c ten seconds later, until a has but two left
    **{100 * n: f"a{4 * n + 1}-a{4 * n + 4}" for n in range(2, 17)},
    **{100 * n + 10: " ".join(f"b{m} c{m}" for m in (2 * n + 1, 2 * n + 2)) for n in range(2, 17)},
    1700: "a69 a70 b35 c35",  # a has two idle: one each
    1710: "b36 c36 b37 c37",
    # and now four: b and c have four jobs each at a time
    **{100 * n: " ".join(f"b{m} c{m}" for m in (4 * n - 34, 4 * n - 33)) for n in range(18, 25)},
    **{
        100 * n + 10: " ".join(f"b{m} c{m}" for m in (4 * n - 32, 4 * n - 31))
        for n in range(18, 24)
    },
    2410: "b64 c64 b65 c65",
}

# Weights: a 1, as nothing is said of it; b 1/2, by its prefix; c 1/4. Within 1000 s use loses weight evenly, so that a
# job's 100 s count for 95 where they ended just now, for 85 where they ended 100 s ago, then 75, ... 5, 0.
# What a share has used is that of all its jobs times its weight, and the least is next; all that ends at one moment
# goes to one share, since nothing is used within a moment. At 300, say, a had eight jobs two hundreds before: 8 x 75 =
# 600; b three a hundred before: 3 x 85 / 2 = 127.5; c five then and eight just now: (5 x 85 + 8 x 95) / 4 = 296.25.
# At 100 neither b nor c has used anything: who uses less now by its weight is next, and of two that use as much the
# one whose job was submitted first. b 0, c 0: b1; b 1/2, c 0: c; c 1/4: c; both 1/2: b2; b 1: c; c 3/4: c; both 1: b3;
# b 3/2: c. c65 has a higher priority than the rest of c. b4's first attempt fails as it begins, at 300: b12 takes its
# place, and b4 is the first of b when it is b's turn again.
BY_FAIRNESS = """
   0      a 0      b 0       c 0   a1-a8
 100    a 760      b 0       c 0   b1 c65 c1 b2 c2 c3 b3 c4
 200    a 680  b 142.5  c 118.75   c5-c12
 300    a 600  b 127.5  c 296.25   b4-b12
 400    a 520  b 492.5  c 263.75   c13-c20
 500    a 440  b 437.5  c 421.25   c21-c28
 600    a 360  b 382.5  c 558.75   a9-a16
 700   a 1040  b 327.5  c 486.25   b4 b13-b19
 800    a 880  b 652.5  c 413.75   c29-c36
 900    a 720  b 557.5  c 531.25   c37-c44
1000    a 560  b 462.5  c 628.75   b20-b27
1100    a 440  b 747.5  c 516.25   a17-a24
1200   a 1120    b 620     c 410   c45-c52
1300    a 960    b 500     c 510   b28-b35
1400    a 800    b 780     c 410   c53-c60
1500    a 640    b 660     c 510   c61-c64 a25-a28
1600    a 860    b 540     c 515   b36-b43
1700    a 700    b 800     c 425   a29-a36
1800   a 1340    b 660     c 335   b44-b51
1900   a 1140    b 920     c 255   b52-b59
2000    a 940   b 1140     c 195   a37-a44
2100   a 1500    b 960     c 145   b60-b65 a45 a46
2200   a 1450   b 1085      c 95   a47-a54
2300   a 1990    b 895      c 55   a55-a62
2400   a 2450    b 725      c 25   a63-a70
"""


def make_queue(call: Call, **policy: Any) -> None:
    """Make the queue `three` on eight instances, with this policy."""
    limits = [{"maxCapacity": 8, "capacityUnit": "NUM_INSTANCES"}]
    call("CreateServiceEnvironment", serviceEnvironmentName="eight", capacityLimits=limits)
    call(
        "CreateJobQueue",
        jobQueueName="three",
        jobQueueType="SAGEMAKER_TRAINING",
        priority=1,
        schedulingPolicyArn=call("CreateSchedulingPolicy", name="three", **policy)["arn"],
        serviceEnvironmentOrder=[{"order": 1, "serviceEnvironment": "eight"}],
    )


def make_shares(call: Call) -> None:
    for name, own in SHARES.items():
        call(
            "CreateQuotaShare",
            quotaShareName=name,
            jobQueue="three",
            capacityLimits=[{"maxCapacity": own, "capacityUnit": TYPE}],
            resourceSharingConfiguration={"strategy": "LEND_AND_BORROW"},
            preemptionConfiguration={"inSharePreemption": "ENABLED"},
        )


def submit(call: Call, name: str, **changes: Any) -> str:
    changes["payload"] = {"TrainingJobName": name, **changes.get("payload", {})}
    request = service_job(jobName=name, jobQueue="three", **changes)
    return str(call("SubmitServiceJob", **request)["jobId"])


def list_starts(backend: ServiceJobBackend) -> dict[int, list[str]]:
    """Return who started at which second, in the order of the starts."""
    starts: dict[int, list[str]] = {}
    for job in backend.training.training_jobs_kept:
        name = job.name.removeprefix("AWSBatch")[:-32]
        starts.setdefault(round(job.created - START), []).append(name)
    return starts


def read(text: str) -> list[str]:
    """Read `a1 b2-b4` as a1 b2 b3 b4."""
    names = []
    for word in text.split():
        first, _, last = word.partition("-")
        numbers = range(int(first[1:]), int((last or first)[1:]) + 1)
        names += [f"{first[0]}{number}" for number in numbers]
    return names


def test_order_in_quota_shares(emulator: Emulator, backend: ServiceJobBackend, call: Call) -> None:
    """200 jobs of three quota shares with borrowing start as worked out by hand, the preempted ones twice."""
    make_queue(call, **QUOTA)
    make_shares(call)
    for number in range(1, 71):
        submit(call, f"a{number}", quotaShareName="a")
    emulator.advance(10)
    for number in range(1, 66):
        for share in ("b", "c"):
            submit(call, f"{share}{number}", quotaShareName=share)
    emulator.advance(10_000)
    starts = list_starts(backend)
    assert starts == {at: read(names) for at, names in BY_QUOTA.items()}
    assert sum(map(len, starts.values())) == 204


def test_order_in_fair_shares(emulator: Emulator, backend: ServiceJobBackend, call: Call) -> None:
    """200 jobs of three shares start as worked out by hand from their use, weights and priorities."""
    weights = [
        {"shareIdentifier": "b*", "weightFactor": 0.5},
        {"shareIdentifier": "c1", "weightFactor": 0.25},
    ]
    make_queue(call, fairsharePolicy={"shareDecaySeconds": 1000, "shareDistribution": weights})
    for share, count in {"a1": 70, "b1": 65, "c1": 65}.items():
        for number in range(1, count + 1):
            changes = {
                "b4": {"retryStrategy": {"attempts": 2}},
                "c65": {"schedulingPriority": 9},
            }.get(name := f"{share[0]}{number}", {})
            submit(call, name, shareIdentifier=share, **changes)
    emulator.advance(300)
    emulator.ask("POST", "jobs/b4", {"status": "FAILED", "attempt": True, "hold": False})
    emulator.advance(99)
    front = call("GetJobQueueSnapshot", jobQueue="three")["frontOfQueue"]["jobs"]
    names = [call("DescribeServiceJob", jobId=job["jobArn"])["jobName"] for job in front]
    emulator.advance(10_000)
    rows = [row.split(maxsplit=7) for row in BY_FAIRNESS.strip().splitlines()]
    starts = list_starts(backend)
    assert starts == {int(row[0]): read(row[7]) for row in rows}
    assert sum(map(len, starts.values())) == 201
    assert names[:8] == starts[400]


@pytest.mark.parametrize(("decay", "first"), [("linear", "x"), ("exponential", "y"), ("none", "y")])
def test_how_use_decays(
    emulator: Emulator, backend: ServiceJobBackend, call: Call, decay: str, first: str
) -> None:
    """At 100, within 100 s, x has used the seconds from 0 to 40 and y those from 60 to 80.

    Evenly losing weight x's count for 8 and y's for 14: (40 - 0) / 2 x 0.4 and 20 x 0.7. By e^-age/100 they are
    18.1 and 14.8, and without decay 40 and 20.
    """
    emulator.ask("POST", "assumptions", {"shareDecay": decay})
    emulator.ask("POST", "pace", {"running": None})
    make_queue(call, fairsharePolicy={"shareDecaySeconds": 100})
    for share, before, seconds in (("x", 0, 40), ("y", 20, 20)):
        emulator.advance(before)
        job = submit(call, share, shareIdentifier=share)
        emulator.advance(seconds)
        emulator.ask("POST", f"jobs/{job}", {"end": "succeed"})
    emulator.advance(20)
    resize(call, 0)
    for share in ("y", "x"):
        submit(call, f"{share}{share}", shareIdentifier=share)
    resize(call, 1)
    assert list_starts(backend) == {0: ["x"], 60: ["y"], 100: [first * 2]}


def resize(call: Call, capacity: int) -> None:
    limits = [{"maxCapacity": capacity, "capacityUnit": "NUM_INSTANCES"}]
    call("UpdateServiceEnvironment", serviceEnvironment="eight", capacityLimits=limits)


def test_capacity_is_reserved_for_shares_without_jobs(
    backend: ServiceJobBackend, call: Call
) -> None:
    """Of eight, 50% are reserved beside one active share, 25% beside two, 12.5% beside three; a new policy counts."""
    make_queue(call, fairsharePolicy={"computeReservation": 50})
    for number in range(1, 9):
        submit(call, f"x{number}", shareIdentifier="x")
    assert list_starts(backend)[0] == read("x1-x4")
    submit(call, "y1", shareIdentifier="y")
    assert list_starts(backend)[0] == read("x1-x4 y1 x5")
    submit(call, "z1", shareIdentifier="z")
    assert list_starts(backend)[0] == read("x1-x4 y1 x5 z1")
    (arn,) = (policy.arn for policy in backend.policies if policy.name == "three")
    call("UpdateSchedulingPolicy", arn=arn, fairsharePolicy={"computeReservation": 0})
    assert list_starts(backend)[0] == read("x1-x4 y1 x5 z1 x6")


@pytest.mark.parametrize(
    ("entries", "message"),
    [
        ([{"shareIdentifier": "a", "weightFactor": 0.00001}], "weightFactor of a must be between"),
        ([{"shareIdentifier": "a", "weightFactor": 1000}], "weightFactor of a must be between"),
        ([{"shareIdentifier": "a*"}, {"shareIdentifier": "a1"}], r"a\* and a1 overlap"),
        ([{"shareIdentifier": "a1*"}, {"shareIdentifier": "a*"}], r"a1\* and a\* overlap"),
        ([{"shareIdentifier": "a"}, {"shareIdentifier": "a"}], "a and a overlap"),
    ],
)
def test_weights_that_are_refused(call: Call, entries: Any, message: str) -> None:
    """https://docs.aws.amazon.com/batch/latest/APIReference/API_ShareAttributes.html."""
    with pytest.raises(Refusal, match=message):
        call("CreateSchedulingPolicy", name="x", fairsharePolicy={"shareDistribution": entries})


def test_a_queue_has_so_many_active_shares(
    emulator: Emulator, call: Call, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A job of one more is refused, until one has had no job for the time that counts: 600 s where nothing is said."""
    assert fairness.MAX_ACTIVE == 500
    monkeypatch.setattr(fairness, "MAX_ACTIVE", 2)
    make_queue(call)
    for share in ("x", "y", "x"):
        submit(call, "x", shareIdentifier=share)
    with pytest.raises(Refusal, match="2 active share identifiers"):
        submit(call, "z", shareIdentifier="z")
    emulator.advance(699)
    with pytest.raises(Refusal, match="2 active share identifiers"):
        submit(call, "z", shareIdentifier="z")
    emulator.advance(2)
    submit(call, "z", shareIdentifier="z")


def test_a_higher_priority_preempts_within_its_share(emulator: Emulator, call: Call) -> None:
    """The last of the lowest priority gives way; without in-share preemption the higher one waits."""
    emulator.ask("POST", "pace", {"running": None})
    make_queue(call, **QUOTA)
    make_shares(call)

    def start(name: str, priority: int) -> str:
        return submit(call, name, quotaShareName="b", schedulingPriority=priority)

    def describe(job: str) -> str:
        return str(call("DescribeServiceJob", jobId=job)["status"])

    low = [start(f"low{n}", n) for n in (1, 1, 5, 5, 5, 5, 5, 5)]
    high, equal = start("high", 9), start("equal", 5)
    # the two of priority 1 have given way, to `high` and to `equal`
    assert [*map(describe, (*low, high))] == ["RUNNABLE", "RUNNABLE", *["RUNNING"] * 7]
    assert describe(equal) == "RUNNING"
    (arn,) = (
        share["quotaShareArn"]
        for share in call("ListQuotaShares", jobQueue="three")["quotaShares"]
        if share["quotaShareName"] == "b"
    )
    call(
        "UpdateQuotaShare",
        quotaShareArn=arn,
        preemptionConfiguration={"inSharePreemption": "DISABLED"},
    )
    assert describe(start("highest", 10)) == "RUNNABLE"
