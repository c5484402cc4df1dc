"""Scheduling policies: fair-share or quota-share.

https://docs.aws.amazon.com/batch/latest/APIReference/API_CreateSchedulingPolicy.html
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..service.operations import Json, page
from .names import by_name_or_arn, check_name, check_tags, refuse
from .records import SchedulingPolicy

if TYPE_CHECKING:
    from .models import ServiceJobBackend


def create(backend: ServiceJobBackend, request: Json) -> Json:
    name = request["name"]
    check_name(name, "Scheduling policy name")
    check_tags(request.get("tags") or {})
    if by_name_or_arn(backend.policies, name):
        raise refuse(f"Scheduling policy {name} already exists")
    quota_share = request.get("quotaSharePolicy")
    if quota_share is not None and request.get("fairsharePolicy") is not None:
        raise refuse("Only one of fairsharePolicy or quotaSharePolicy can be set")
    policy = SchedulingPolicy(
        arn=backend.arn(f"scheduling-policy/{name}"),
        name=name,
        fairshare=None if quota_share is not None else _fairshare(request.get("fairsharePolicy")),
        quota_share=quota_share,
        tags=request.get("tags") or {},
    )
    backend.policies.put(policy)
    return {"name": name, "arn": policy.arn}


def describe(backend: ServiceJobBackend, request: Json) -> Json:
    chosen = [policy for policy in backend.policies if policy.arn in request["arns"]]
    return {"schedulingPolicies": [_detail(policy) for policy in chosen]}


def list_all(backend: ServiceJobBackend, request: Json) -> Json:
    show = lambda policy: {"arn": policy.arn}  # noqa: E731 - one line, used once
    return page(list(backend.policies), request, "schedulingPolicies", show, "ClientException")


def update(backend: ServiceJobBackend, request: Json) -> Json:
    policy = find(backend, request["arn"])
    wrong = "fairsharePolicy" if policy.fairshare is None else "quotaSharePolicy"
    if request.get(wrong) is not None:
        raise refuse(
            f"The type of the scheduling policy {policy.name} cannot be changed by {wrong}"
        )
    if request.get("fairsharePolicy") is not None:
        policy.fairshare = _fairshare(request["fairsharePolicy"])
    policy.quota_share = request.get("quotaSharePolicy") or policy.quota_share
    backend.policies.put(policy)
    return {}


def delete(backend: ServiceJobBackend, request: Json) -> Json:
    policy = find(backend, request["arn"])
    for queue in backend.queues:
        if queue.policy == policy.arn:
            raise refuse(f"Scheduling policy {policy.name} is used by the job queue {queue.name}")
    backend.policies.drop(policy.arn)
    return {}


def find(backend: ServiceJobBackend, arn: str) -> SchedulingPolicy:
    """The policy of this ARN."""
    policy = backend.policies.get(arn)
    if policy is None:
        raise refuse(f"Scheduling policy {arn} does not exist")
    return policy


def _fairshare(policy: Json | None) -> Json:
    given = policy or {}
    for name, most in (("shareDecaySeconds", 604800), ("computeReservation", 99)):
        if not 0 <= given.get(name, 0) <= most:
            raise refuse(f"{name} must be between 0 and {most}")
    return {
        "shareDecaySeconds": given.get("shareDecaySeconds", 0),
        "computeReservation": given.get("computeReservation", 0),
        "shareDistribution": given.get("shareDistribution", []),
    }


def _detail(policy: SchedulingPolicy) -> Json:
    optional = {
        "fairsharePolicy": policy.fairshare,
        "quotaSharePolicy": policy.quota_share,
        "tags": policy.tags,
    }
    return {
        "name": policy.name,
        "arn": policy.arn,
        **{name: value for name, value in optional.items() if value},
    }
