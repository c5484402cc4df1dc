"""Which jobs of a quota-share queue give way to one that waits: borrowers, and lower priorities of its own share.

AWS weighs what a job borrows, its priority and its duration by "a custom heuristic"; here the lowest priority goes
first, of those the one that was dispatched last.
https://docs.aws.amazon.com/batch/latest/userguide/preemption.html
"""

from __future__ import annotations

from collections.abc import Iterable

from . import capacity
from .models import ServiceJobBackend
from .records import DISPATCHED, ServiceJob


def choose(backend: ServiceJobBackend, job: ServiceJob) -> list[ServiceJob]:
    """Return the jobs whose capacity lets the job start; none where that is not enough or not its due."""
    share = backend.shares.get(job.share_arn)
    if share is None:
        return []
    under_way = [
        each
        for each in backend.under_way.values()
        if each.queue == job.queue
        and each.status in DISPATCHED
        and each.stopping is None
        and not each.held
    ]
    under_way.sort(key=lambda each: (each.priority, -(each.scheduled or 0), -each.number))
    others = [each for each in under_way if each.share != job.share]
    if capacity.is_within_own(backend, job):
        chosen = _choose_fewest(backend, job, others, borrowing=True)
        if chosen:
            return chosen
    if share.request["preemptionConfiguration"].get("inSharePreemption") == "ENABLED":
        lower = [e for e in under_way if e.share == job.share and e.priority < job.priority]
        return _choose_fewest(backend, job, lower, borrowing=False)
    return []


def _choose_fewest(
    backend: ServiceJobBackend,
    job: ServiceJob,
    candidates: Iterable[ServiceJob],
    *,
    borrowing: bool,
) -> list[ServiceJob]:
    """Take candidates' capacity away in turn until the job has room, and put all of it back.

    Those whose end is not needed keep running, the highest priority first.
    """
    chosen: list[ServiceJob] = []
    for each in candidates:
        if capacity.has_room(backend, job):
            break
        if not borrowing or capacity.is_borrowing(backend, each):
            backend.count(each, -1)
            chosen.append(each)
    found = capacity.has_room(backend, job)
    needed: list[ServiceJob] = []
    for each in reversed(chosen):
        backend.count(each, 1)
        if not capacity.has_room(backend, job):
            backend.count(each, -1)
            needed.insert(0, each)
    for each in needed:
        backend.count(each, 1)
    return needed if found else []
