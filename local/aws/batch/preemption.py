"""Which jobs of a quota-share queue give way to one that waits: borrowers, and lower priorities of its own share.

AWS weighs what a job borrows, its priority and its duration by "a custom heuristic"; here the lowest priority goes
first, of those the one that was dispatched last.
https://docs.aws.amazon.com/batch/latest/userguide/preemption.html
"""

from __future__ import annotations

from collections.abc import Iterable

from . import blocks, capacity
from .records import DISPATCHED, Resource, ServiceJob
from .state import BatchState


def choose(backend: BatchState, queue: Resource, job: ServiceJob) -> list[ServiceJob]:
    """Return the jobs whose capacity lets the job start; none where that is not enough or not its due."""
    share = backend.shares.get(job.share_arn)
    if share is None:
        return []
    under_way = [
        each
        for each in backend.under_way.values()
        if each.queue == queue.arn and each.status in DISPATCHED
    ]
    under_way = [each for each in under_way if each.stopping is None and not each.held]
    under_way.sort(key=lambda each: (each.priority, -(each.scheduled or 0), -each.number))
    others = [each for each in under_way if each.share != job.share]
    own = blocks.is_within_own(backend, job)
    if own and (chosen := _try(backend, queue, job, others, borrowing=True)):
        return chosen
    if share.request["preemptionConfiguration"].get("inSharePreemption") == "ENABLED":
        lower = [e for e in under_way if e.share == job.share and e.priority < job.priority]
        return _try(backend, queue, job, lower, borrowing=False)
    return []


def _try(
    backend: BatchState,
    queue: Resource,
    job: ServiceJob,
    candidates: Iterable[ServiceJob],
    *,
    borrowing: bool,
) -> list[ServiceJob]:
    """Take candidates' capacity away in turn until the job has room, and put all of it back.

    Those whose end is not needed are left alone, the highest priority first.
    """

    def has_room() -> bool:
        fits = capacity.find_room(backend, queue, job) is not None
        return fits and blocks.has_room(backend, job)

    chosen: list[ServiceJob] = []
    for each in candidates:
        if has_room():
            break
        if not borrowing or blocks.is_borrowing(backend, each):
            capacity.count(backend, each, -1)
            chosen.append(each)
    found = has_room()
    needed: list[ServiceJob] = []
    for each in reversed(chosen):
        capacity.count(backend, each, 1)
        if not has_room():
            capacity.count(backend, each, -1)
            needed.insert(0, each)
    for each in needed:
        capacity.count(backend, each, 1)
    return needed if found else []
