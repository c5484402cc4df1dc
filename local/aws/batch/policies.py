"""Scheduling policies: fair-share or quota-share, never both.

https://docs.aws.amazon.com/batch/latest/APIReference/API_CreateSchedulingPolicy.html
"""

from __future__ import annotations

from ..service.operations import Json
from . import fairness, resources
from .models import ServiceJobBackend
from .names import refuse
from .records import Resource

WHAT = "Scheduling policy"


def create(backend: ServiceJobBackend, request: Json) -> Json:
    """Make a policy; one without a word of either kind is a fair-share policy."""
    if request.get("quotaSharePolicy") is None:
        request = {**request, "fairsharePolicy": _fill_in(request.get("fairsharePolicy"))}
    elif request.get("fairsharePolicy") is not None:
        raise refuse("Only one of fairsharePolicy or quotaSharePolicy can be set")
    name = request["name"]
    path = f"scheduling-policy/{name}"
    policy = resources.make(backend, backend.policies, WHAT, name, path, request)
    return {"name": name, "arn": policy.arn}


def describe(backend: ServiceJobBackend, request: Json) -> Json:
    """Describe those whose ARNs are given."""
    shape = resources.get_shape("DescribeSchedulingPolicies", "schedulingPolicies")
    chosen = [policy for policy in backend.policies if policy.arn in request["arns"]]
    shown = [resources.show(each, shape, "name", "arn") for each in chosen]
    return {"schedulingPolicies": shown}


def list_all(backend: ServiceJobBackend, request: Json) -> Json:
    """List the ARNs of all."""
    return resources.page(backend.policies, request, "schedulingPolicies", _name)


def update(backend: ServiceJobBackend, request: Json) -> Json:
    """Change a policy, which stays of its kind."""
    policy = find(backend, request["arn"])
    is_quota = "quotaSharePolicy" in policy.request
    wrong = "fairsharePolicy" if is_quota else "quotaSharePolicy"
    if request.get(wrong) is not None:
        message = f"The type of the scheduling policy {policy.name} cannot be changed by {wrong}"
        raise refuse(message)
    if request.get("fairsharePolicy") is not None:
        request = {**request, "fairsharePolicy": _fill_in(request["fairsharePolicy"])}
    resources.change(backend.policies, policy, request, "fairsharePolicy", "quotaSharePolicy")
    return {}


def delete(backend: ServiceJobBackend, request: Json) -> Json:
    """Delete one that is in no queue."""
    policy = find(backend, request["arn"])
    for queue in backend.queues:
        if queue.request.get("schedulingPolicyArn") == policy.arn:
            raise refuse(f"{WHAT} {policy.name} is used by the job queue {queue.name}")
    backend.policies.drop(policy.arn)
    return {}


def find(backend: ServiceJobBackend, arn: str) -> Resource:
    """Return the policy of this ARN."""
    return resources.find(backend.policies, WHAT, arn)


def has_quotas(backend: ServiceJobBackend, queue: Json) -> bool:
    """Whether a queue, by what it was created with, has quota shares."""
    arn = queue.get("schedulingPolicyArn")
    return arn is not None and "quotaSharePolicy" in find(backend, arn).request


def _name(policy: Resource) -> Json:
    return {"arn": policy.arn}


def _fill_in(policy: Json | None) -> Json:
    given = policy or {}
    for name, most in (("shareDecaySeconds", 604800), ("computeReservation", 99)):
        if not 0 <= given.get(name, 0) <= most:
            raise refuse(f"{name} must be between 0 and {most}")
    entries = given.get("shareDistribution", [])
    for place, entry in enumerate(entries):
        _check_entry(entry, [other["shareIdentifier"] for other in entries[:place]])
    return {"shareDecaySeconds": 0, "computeReservation": 0, "shareDistribution": [], **given}


def _check_entry(entry: Json, before: list[str]) -> None:
    """Check an entry of shareDistribution beside those before it.

    https://docs.aws.amazon.com/batch/latest/APIReference/API_ShareAttributes.html
    """
    name = entry["shareIdentifier"]
    if not 0.0001 <= entry.get("weightFactor", 1) <= 999.9999:
        raise refuse(f"weightFactor of {name} must be between 0.0001 and 999.9999")
    for other in before:
        if fairness.covers(name, other.rstrip("*")) or fairness.covers(other, name.rstrip("*")):
            raise refuse(f"The share identifiers {other} and {name} overlap")
