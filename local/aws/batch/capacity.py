"""How many instances a job needs, whether there is room for it now, and why there can never be, in Batch's words.

Room is that of the queue's service environment and, where the job has one, of its quota share.
https://docs.aws.amazon.com/batch/latest/userguide/sm_job_stuck_in_runnable_misconfiguration.html
https://docs.aws.amazon.com/batch/latest/userguide/quota-shares.html
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping
from typing import Any

from .models import ServiceJobBackend
from .records import Resource, ServiceJob

INSTANCES = "NUM_INSTANCES"
UNKNOWN = "unknown"
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


def read_needs(payload: Mapping[str, Any]) -> dict[str, int]:
    """Instances by type that a CreateTrainingJob request asks for.

    One of an unknown type where that cannot be read: SageMaker refuses such a request, but only
    once it has been dispatched.
    """
    resources = payload.get("ResourceConfig")
    if not isinstance(resources, dict):
        return {UNKNOWN: 1}
    groups = resources.get("InstanceGroups")
    wanted: Counter[str] = Counter()
    for group in groups if isinstance(groups, list) and groups else [resources]:
        count = group.get("InstanceCount") if isinstance(group, dict) else None
        kind = group.get("InstanceType") if isinstance(group, dict) else None
        if isinstance(count, int) and count > 0 and isinstance(kind, str):
            wanted[kind] += count
    return dict(wanted) or {UNKNOWN: 1}


def fits(
    wanted: Mapping[str, int], environment: Resource, used: Mapping[str, int], usable: float = 1.0
) -> bool:
    """Whether the environment has room for these instances beside those in use, in the part that is usable.

    A limit's unit is NUM_INSTANCES, which counts all, or an instance type; a type without a limit
    of its own has none of the capacity where every limit names a type.
    """
    limits = {
        limit["capacityUnit"]: limit["maxCapacity"] * usable
        for limit in environment.request["capacityLimits"]
    }
    if INSTANCES in limits and sum(wanted.values()) + sum(used.values()) > limits[INSTANCES]:
        return False
    return all(
        count + used.get(kind, 0) <= limits[kind] if kind in limits else INSTANCES in limits
        for kind, count in wanted.items()
    )


def find_environment(backend: ServiceJobBackend, job: ServiceJob) -> Resource:
    """Return the service environment of a job's queue: neither is deleted before the job ends."""
    queue = backend.queues.get(job.queue)
    assert queue is not None
    environment = backend.environments.get(queue.environment)
    assert environment is not None
    return environment


def explain(backend: ServiceJobBackend, job: ServiceJob) -> str | None:
    """Return why the job can never start as its queue is now; `None` where it only has to wait."""
    if not fits(job.needs, find_environment(backend, job), {}):
        return _TOO_LARGE
    share = backend.shares.get(job.share_arn)
    if share is None:
        return None
    lenders = _list_lenders(backend, share)
    for unit, count in job.needs.items():
        own = _count_own(share, unit)
        if count > own and not _borrows(share):
            return f"{_BEYOND}requirements exceed quota share capacity limits."
        if count > own + _borrow_limit(share, unit):
            return f"{_BEYOND}requirements exceed quota share capacity limits and borrow limits."
        if count > own + sum(_count_own(other, unit) for other in lenders):
            return f"{_BEYOND}requires borrowing that exceeds all configured borrowable capacity."
    return None


def is_misconfigured(reason: str | None) -> bool:
    """Whether a reason is one of those that `explain` gives."""
    return (reason or "").startswith(_MISCONFIGURED)


def has_room(backend: ServiceJobBackend, job: ServiceJob, usable: float = 1.0) -> bool:
    """Whether the service environment, in the part that is usable, and the quota share have room for the job."""
    environment = find_environment(backend, job)
    used = backend.in_use[environment.arn]
    return (
        environment.state == "ENABLED"
        and fits(job.needs, environment, used, usable)
        and _has_share_room(backend, job)
    )


def _has_share_room(backend: ServiceJobBackend, job: ServiceJob) -> bool:
    """Whether the job's quota share has idle capacity for it, its own or what others lend; true without a share.

    What it has lent comes back when the borrower's job ends or is preempted (`preemption`).
    """
    share = backend.shares.get(job.share_arn)
    if share is None:
        return True
    lenders = _list_lenders(backend, share)
    for unit, count in job.needs.items():
        spare = _count_spare(backend, share, unit)
        lent = [_count_spare(backend, other, unit) for other in lenders]
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
        count <= _count_spare(backend, share, unit) for unit, count in job.needs.items()
    )


def is_borrowing(backend: ServiceJobBackend, job: ServiceJob) -> bool:
    """Whether the share of a job that runs uses more of what the job uses than it has of its own."""
    share = backend.shares.get(job.share_arn)
    return share is not None and any(_count_spare(backend, share, unit) < 0 for unit in job.needs)


def _count_own(share: Resource, unit: str) -> int:
    """Return how many instances of a type the share has of its own."""
    limits = share.request["capacityLimits"]
    return sum(int(each["maxCapacity"]) for each in limits if each["capacityUnit"] == unit)


def _count_spare(backend: ServiceJobBackend, share: Resource, unit: str) -> int:
    """Return how many of its own are not in use; fewer than none where the share borrows."""
    return _count_own(share, unit) - backend.in_use[share.arn][unit]


def _borrows(share: Resource) -> bool:
    return bool(share.request["resourceSharingConfiguration"]["strategy"] == "LEND_AND_BORROW")


def _borrow_limit(share: Resource, unit: str) -> float:
    """Return how many more than its own a share may use: a percentage of its own, -1 without limit."""
    if not _borrows(share):
        return 0
    percent = share.request["resourceSharingConfiguration"].get("borrowLimit", -1)
    return math.inf if percent < 0 else math.floor(_count_own(share, unit) * percent / 100)


def _list_lenders(backend: ServiceJobBackend, share: Resource) -> list[Resource]:
    return [
        other
        for other in backend.shares
        if other.arn != share.arn
        and other.request["jobQueueArn"] == share.request["jobQueueArn"]
        and other.request["resourceSharingConfiguration"]["strategy"] in _LENDING
    ]
