"""Quota shares of a queue.

https://docs.aws.amazon.com/batch/latest/APIReference/API_CreateQuotaShare.html
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..service import context
from ..service.operations import Json, page
from . import life, policies, queues
from .names import check_name, check_tags, refuse
from .records import ENDED, QuotaShare

if TYPE_CHECKING:
    from .models import ServiceJobBackend


def create(backend: ServiceJobBackend, request: Json) -> Json:
    name = request["quotaShareName"]
    check_name(name, "Quota share name")
    check_tags(request.get("tags") or {})
    queue = queues.find(backend, request["jobQueue"])
    if queue.policy is None or policies.find(backend, queue.policy).quota_share is None:
        raise refuse(f"Job queue {queue.name} has no quota-share scheduling policy")
    if of_queue(backend, queue.arn, name) is not None:
        raise refuse(f"Quota share {name} of the job queue {queue.name} already exists")
    share = QuotaShare(
        arn=backend.arn(f"job-queue/{queue.name}/quota-share/{name}"),
        name=name,
        queue=queue.arn,
        capacity_limits=request["capacityLimits"],
        resource_sharing=request["resourceSharingConfiguration"],
        preemption=request["preemptionConfiguration"],
        state=request.get("state") or "ENABLED",
        tags=request.get("tags") or {},
    )
    backend.shares.put(share)
    return {"quotaShareName": name, "quotaShareArn": share.arn}


def describe(backend: ServiceJobBackend, request: Json) -> Json:
    share = _find(backend, request["quotaShareArn"])
    return {**_detail(share), **({"tags": share.tags} if share.tags else {})}


def list_all(backend: ServiceJobBackend, request: Json) -> Json:
    queue = queues.find(backend, request["jobQueue"])
    chosen = [share for share in backend.shares if share.queue == queue.arn]
    return page(chosen, request, "quotaShares", _detail, "ClientException")


def update(backend: ServiceJobBackend, request: Json) -> Json:
    share = _find(backend, request["quotaShareArn"])
    share.capacity_limits = request.get("capacityLimits") or share.capacity_limits
    share.resource_sharing = request.get("resourceSharingConfiguration") or share.resource_sharing
    share.preemption = request.get("preemptionConfiguration") or share.preemption
    share.state = request.get("state") or share.state
    backend.shares.put(share)
    return {"quotaShareName": share.name, "quotaShareArn": share.arn}


def delete(backend: ServiceJobBackend, request: Json) -> Json:
    share = _find(backend, request["quotaShareArn"])
    if share.state != "DISABLED":
        raise refuse(f"Quota share {share.name} must be DISABLED before it is deleted")
    for job in backend.service_jobs:
        of_share = job.queue == share.queue and job.request.get("quotaShareName") == share.name
        if of_share and job.status not in ENDED:
            life.terminate(backend, job, "The quota share was deleted", context.now())
    backend.shares.drop(share.arn)
    return {}


def of_queue(backend: ServiceJobBackend, queue_arn: str, name: str) -> QuotaShare | None:
    """The queue's quota share of this name."""
    for share in backend.shares:
        if share.queue == queue_arn and share.name == name:
            return share
    return None


def _find(backend: ServiceJobBackend, arn: str) -> QuotaShare:
    share = backend.shares.get(arn)
    if share is None:
        raise refuse(f"Quota share {arn} does not exist")
    return share


def _detail(share: QuotaShare) -> Json:
    return {
        "quotaShareName": share.name,
        "quotaShareArn": share.arn,
        "jobQueueArn": share.queue,
        "capacityLimits": share.capacity_limits,
        "resourceSharingConfiguration": share.resource_sharing,
        "preemptionConfiguration": share.preemption,
        "state": share.state,
        "status": "VALID",
    }
