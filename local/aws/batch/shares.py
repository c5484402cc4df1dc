"""Quota shares of a queue.

https://docs.aws.amazon.com/batch/latest/APIReference/API_CreateQuotaShare.html
"""

from __future__ import annotations

from ..service import context
from ..service.operations import Json
from . import life, policies, queues, resources
from .models import ServiceJobBackend
from .names import refuse
from .records import Resource

WHAT = "Quota share"
NAMES = ("quotaShareName", "quotaShareArn")
MAX = 20
"""Shares of a queue: https://docs.aws.amazon.com/batch/latest/userguide/service_limits.html"""
_CHANGEABLE = (
    "capacityLimits",
    "resourceSharingConfiguration",
    "preemptionConfiguration",
    "state",
)


def create(backend: ServiceJobBackend, request: Json) -> Json:
    """Make a share of a queue whose policy has quota shares."""
    name = request[NAMES[0]]
    queue = queues.find(backend, request["jobQueue"])
    if not policies.has_quotas(backend, queue.request):
        raise refuse(f"Job queue {queue.name} has no quota-share scheduling policy")
    if len([each for each in backend.shares if each.request["jobQueueArn"] == queue.arn]) >= MAX:
        raise refuse(f"Job queue {queue.name} has {MAX} quota shares, as many as it can")
    _check(request)
    own = {**request, "jobQueueArn": queue.arn}
    path = f"job-queue/{queue.name}/quota-share/{name}"
    return _names(resources.make(backend, backend.shares, WHAT, name, path, own))


def describe(backend: ServiceJobBackend, request: Json) -> Json:
    """Describe one share."""
    return _show(_find(backend, request[NAMES[1]]))


def list_all(backend: ServiceJobBackend, request: Json) -> Json:
    """List a queue's shares."""
    queue = queues.find(backend, request["jobQueue"])
    chosen = [share for share in backend.shares if share.request["jobQueueArn"] == queue.arn]
    return resources.page(chosen, request, "quotaShares", _summarize)


def update(backend: ServiceJobBackend, request: Json) -> Json:
    """Change a share's limits, its sharing, its preemption or its state."""
    share = _find(backend, request[NAMES[1]])
    _check({**share.request, **request})
    resources.change(backend.shares, share, request, *_CHANGEABLE)
    return _names(share)


def delete(backend: ServiceJobBackend, request: Json) -> Json:
    """Delete one that is disabled, and terminate its jobs."""
    share = _find(backend, request[NAMES[1]])
    if share.state != "DISABLED":
        raise refuse(f"{WHAT} {share.name} must be DISABLED before it is deleted")
    jobs = [job for job in backend.service_jobs if job.share_arn == share.arn]
    life.terminate_all(backend, jobs, "The quota share was deleted", context.now())
    backend.shares.drop(share.arn)
    return {}


def find_of_queue(backend: ServiceJobBackend, queue_arn: str, name: str) -> Resource | None:
    """Return the queue's quota share of this name."""
    return backend.shares.get(f"{queue_arn}/quota-share/{name}")


def _find(backend: ServiceJobBackend, arn: str) -> Resource:
    return resources.find(backend.shares, WHAT, arn)


def _check(request: Json) -> None:
    """Check the limits and what is lent.

    https://docs.aws.amazon.com/batch/latest/userguide/quota-shares.html
    https://docs.aws.amazon.com/batch/latest/APIReference/API_QuotaShareResourceSharingConfiguration.html
    """
    units = [limit["capacityUnit"] for limit in request["capacityLimits"]]
    if not 1 <= len(units) <= 5 or len(set(units)) < len(units):
        raise refuse("capacityLimits takes 1 to 5 limits, each of another instance type")
    for limit in request["capacityLimits"]:
        if not limit["capacityUnit"].startswith("ml.") or limit["maxCapacity"] < 0:
            raise refuse(
                "Each of capacityLimits takes an instance type and a maxCapacity from 0 up"
            )
    sharing = request["resourceSharingConfiguration"]
    borrow = sharing.get("borrowLimit", -1)
    if borrow < -1 or (borrow >= 0 and sharing["strategy"] != "LEND_AND_BORROW"):
        raise refuse("borrowLimit is a percentage, -1 for no limit, of a share that borrows")


def _names(share: Resource) -> Json:
    return dict(zip(NAMES, (share.name, share.arn), strict=True))


def _show(share: Resource) -> Json:
    return resources.show(share, resources.get_shape("DescribeQuotaShare"), *NAMES)


def _summarize(share: Resource) -> Json:
    shape = resources.get_shape("ListQuotaShares", "quotaShares")
    return resources.show(share, shape, *NAMES)
