"""Why a job at the head of its queue can never start, in Batch's words, and whether its quota share has room now.

https://docs.aws.amazon.com/batch/latest/userguide/sm_job_stuck_in_runnable_misconfiguration.html
https://docs.aws.amazon.com/batch/latest/userguide/quota-shares.html
"""

from __future__ import annotations

import math

from . import capacity
from .models import ServiceJobBackend
from .records import Resource, ServiceJob

NO_CAPACITY = (
    "CAPACITY:INSUFFICIENT_INSTANCE_CAPACITY - Unable to provision requested compute resources"
)
"""https://docs.aws.amazon.com/batch/latest/userguide/sm_job_stuck_in_runnable_capacity.html"""

_MISCONFIGURED = "MISCONFIGURATION:"
_TOO_LARGE = (
    f"{_MISCONFIGURED}SERVICE_ENVIRONMENT_MAX_RESOURCE - Service environment(s) associated with the job queue "
    "cannot meet the capacity requirement of the job."
)
_BEYOND = f"{_MISCONFIGURED}QUOTA_MANAGEMENT_LIMIT_EXCEEDED - Job "
_LENDING = ("LEND", "LEND_AND_BORROW")


def explain(backend: ServiceJobBackend, job: ServiceJob) -> str | None:
    """Return why the job can never start as its queue is now; `None` where it only has to wait."""
    if not capacity.fits(job.needs, capacity.find_environment(backend, job), {}):
        return _TOO_LARGE
    share = backend.shares.get(job.share_arn)
    if share is None:
        return None
    lenders = _list_lenders(backend, share)
    for unit, count in job.needs.items():
        own = _own(share, unit)
        if count > own and not _borrows(share):
            return f"{_BEYOND}requirements exceed quota share capacity limits."
        if count > own + _borrow_limit(share, unit):
            return f"{_BEYOND}requirements exceed quota share capacity limits and borrow limits."
        if count > own + sum(_own(other, unit) for other in lenders):
            return f"{_BEYOND}requires borrowing that exceeds all configured borrowable capacity."
    return None


def is_misconfigured(reason: str | None) -> bool:
    """Whether a reason is one of those that `explain` gives."""
    return (reason or "").startswith(_MISCONFIGURED)


def has_room(backend: ServiceJobBackend, job: ServiceJob) -> bool:
    """Whether the job's quota share has idle capacity for it, its own or what others lend; true without a share.

    What it has lent comes back when the borrower's job ends or is preempted (`preemption`).
    """
    share = backend.shares.get(job.share_arn)
    if share is None:
        return True
    lenders = _list_lenders(backend, share)
    for unit, count in job.needs.items():
        spare = _spare(backend, share, unit)
        lent = [_spare(backend, other, unit) for other in lenders]
        borrowed = max(0, count - spare)
        idle = sum(max(0, each) for each in lent)
        if borrowed > _borrow_limit(share, unit):
            return False
        if borrowed > max(0, -spare) + idle or count > spare + sum(lent):
            return False
    return True


def is_within_own(backend: ServiceJobBackend, job: ServiceJob) -> bool:
    """Whether the job fits into what its share has of its own."""
    share = backend.shares.get(job.share_arn)
    return share is not None and all(
        count <= _spare(backend, share, unit) for unit, count in job.needs.items()
    )


def is_borrowing(backend: ServiceJobBackend, job: ServiceJob) -> bool:
    """Whether the share of a job that runs uses more of what the job uses than it has of its own."""
    share = backend.shares.get(job.share_arn)
    return share is not None and any(_spare(backend, share, unit) < 0 for unit in job.needs)


def _own(share: Resource, unit: str) -> int:
    """Return how many instances of a type the share has of its own."""
    limits = share.request["capacityLimits"]
    return sum(int(each["maxCapacity"]) for each in limits if each["capacityUnit"] == unit)


def _spare(backend: ServiceJobBackend, share: Resource, unit: str) -> int:
    """Return how many of its own are not in use; fewer than none where the share borrows."""
    return _own(share, unit) - backend.in_use[share.arn][unit]


def _borrows(share: Resource) -> bool:
    return bool(share.request["resourceSharingConfiguration"]["strategy"] == "LEND_AND_BORROW")


def _borrow_limit(share: Resource, unit: str) -> float:
    """Return how many more than its own a share may use: a percentage of its own, -1 without limit."""
    if not _borrows(share):
        return 0
    percent = share.request["resourceSharingConfiguration"].get("borrowLimit", -1)
    return math.inf if percent < 0 else math.floor(_own(share, unit) * percent / 100)


def _list_lenders(backend: ServiceJobBackend, share: Resource) -> list[Resource]:
    return [
        other
        for other in backend.shares
        if other.arn != share.arn
        and other.request["jobQueueArn"] == share.request["jobQueueArn"]
        and other.request["resourceSharingConfiguration"]["strategy"] in _LENDING
    ]
