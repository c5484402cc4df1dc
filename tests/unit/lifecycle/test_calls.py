"""How many calls a deployment makes: everybody else in the account waits at the same rate limits."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from components import lifecycle
from components.aws import Aws
from components.kinds import KINDS
from tests.fakes.aws import ACCOUNT, REGION, Account, Record
from tests.fakes.jobs import inputs

SERVICE = KINDS["ServiceJob"]
QUEUES = ("training", "other", "third", "fourth")
Resources = dict[str, dict[str, Any]]


@pytest.fixture
def account(monkeypatch: pytest.MonkeyPatch) -> Account:
    # what the role allows is judged elsewhere, and takes as long as all the rest
    monkeypatch.setattr(Account, "judge", lambda *_: None)
    return Account(queues=QUEUES)


@contextmanager
def counted(account: Account, most: float) -> Iterator[Aws]:
    """One process: its view of AWS, and at most as many calls."""
    account.calls.clear()
    yield account.aws()
    counts = {name: account.count(name) for name in set(account.calls)}
    assert len(account.calls) <= most, counts


def define(number: int, **others: Any) -> dict[str, Any]:
    name = f"job-{number}"
    return inputs(SERVICE, name=name, identity=f"aws-jobs/dev/{name}", **others)


def submit(aws: Aws, count: int, **others: Any) -> Resources:
    jobs = (define(number, **others) for number in range(count))
    return dict(lifecycle.create(SERVICE, aws, job, lambda text: None) for job in jobs)


def read(aws: Aws, resources: Resources) -> Resources:
    return {id_: lifecycle.read(SERVICE, aws, id_, olds) or {} for id_, olds in resources.items()}


def add_foreign(account: Account, count: int) -> None:
    """Jobs of other teams, newer than all ours."""
    request = {"jobQueue": "training", "serviceRequestPayload": "{}"}
    for number in range(count):
        arn = f"arn:aws:batch:{REGION}:{ACCOUNT}:service-job/11111111-0000-4000-8000-{number:012d}"
        account.jobs.append(
            Record(arn, f"theirs-{number}", account.clock(), "RUNNABLE", {}, request)
        )


def test_two_hundred_new_jobs(account: Account) -> None:
    """At most two calls a job: the submission, and its part of what all share."""
    with counted(account, 2 * 200) as aws:
        submit(aws, 200)
    assert account.count("SubmitServiceJob") == 200


def test_two_hundred_new_jobs_beside_other_teams(account: Account) -> None:
    """Where their jobs fill the queue, a list by name is cheaper than reading all: about as many calls as without."""
    add_foreign(account, 10_000)
    with counted(account, (len(QUEUES) + 3) * 50) as aws:
        submit(aws, 50)


def test_a_preview_of_a_thousand_active_runs(account: Account) -> None:
    """Twelve calls for the queue, and the caller's account."""
    resources = submit(account.aws(), 1_000)
    for job in account.jobs:
        job.status = "RUNNABLE"
    with counted(account, 12 + 5) as aws:
        seen = read(aws, dict(reversed(resources.items())))
    assert {outputs["status"] for outputs in seen.values()} == {"RUNNABLE"}
    for job in account.jobs:
        account.move(job.arn, "RUNNING")
    seen = read(account.aws(), seen)
    with counted(account, 12 + 5) as aws:
        assert read(aws, seen) == seen


def test_a_preview_of_ten_runs_beside_other_teams(account: Account) -> None:
    resources = submit(account.aws(), 10)
    add_foreign(account, 20_000)
    with counted(account, 25) as aws:
        read(aws, resources)


def test_a_preview_of_ended_runs(account: Account) -> None:
    resources = submit(account.aws(), 50)
    for id_ in resources:
        account.move(id_, "SUCCEEDED")
    resources = read(account.aws(), resources)
    with counted(account, 5) as aws:
        read(aws, resources)


@pytest.mark.parametrize("status", ["RUNNABLE", "RUNNING", "SUCCEEDED"])
def test_a_destroy(account: Account, status: str) -> None:
    """Describe, release on both records, terminate; and what all share."""
    resources = submit(account.aws(), 200, onDelete="terminate")
    for id_ in resources:
        account.move(id_, status)
    resources = read(account.aws(), resources)
    with counted(account, 4 * 200 + 10) as aws:
        for id_, olds in resources.items():
            lifecycle.delete(SERVICE, aws, id_, olds, lambda text: None)
    assert not account.live()
