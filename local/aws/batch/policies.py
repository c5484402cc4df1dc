"""Scheduling policies: fair-share or quota-share, never both.

https://docs.aws.amazon.com/batch/latest/APIReference/API_CreateSchedulingPolicy.html
"""

from __future__ import annotations

from ..service.operations import Json
from .models import ServiceJobBackend
from .names import check_range, matches, refuse
from .records import Resource
from .resources import Kind


class _Policies(Kind):
    what = "Scheduling policy"
    operation = "SchedulingPolicy"
    table = "policies"
    path = "scheduling-policy"
    name, arn = "name", "arn"
    reference = "arn"
    has_state = False

    def check(self, backend: ServiceJobBackend, request: Json, old: Resource | None = None) -> Json:
        """Check a policy, which stays of its kind; one without a word of either kind is a fair-share policy."""
        fair, quota = request.get("fairsharePolicy"), request.get("quotaSharePolicy")
        if fair is not None and quota is not None:
            if old is None:
                raise refuse("Only one of fairsharePolicy or quotaSharePolicy can be set")
            wrong = "fairsharePolicy" if "quotaSharePolicy" in old.request else "quotaSharePolicy"
            raise refuse(
                f"The type of the scheduling policy {old.name} cannot be changed by {wrong}"
            )
        return (
            request if quota is not None else {**request, "fairsharePolicy": _fill_in(fair or {})}
        )

    def describe(self, backend: ServiceJobBackend, request: Json) -> Json:
        """Describe those whose ARNs are given."""
        chosen = [policy for policy in backend.policies if policy.arn in request["arns"]]
        return self.show_all(chosen, request, "DescribeSchedulingPolicies", "schedulingPolicies")

    def list_all(self, backend: ServiceJobBackend, request: Json) -> Json:
        """List the ARNs of all."""
        chosen = backend.policies
        return self.show_all(chosen, request, "ListSchedulingPolicies", "schedulingPolicies")


policies = _Policies()


def _fill_in(policy: Json) -> Json:
    check_range(policy, "shareDecaySeconds", 0, 604800)
    check_range(policy, "computeReservation", 0, 99)
    entries = policy.get("shareDistribution", [])
    for place, entry in enumerate(entries):
        _check_entry(entry, [other["shareIdentifier"] for other in entries[:place]])
    return {"shareDecaySeconds": 0, "computeReservation": 0, "shareDistribution": [], **policy}


def _check_entry(entry: Json, before: list[str]) -> None:
    """Check an entry of shareDistribution beside those before it.

    https://docs.aws.amazon.com/batch/latest/APIReference/API_ShareAttributes.html
    """
    name = entry["shareIdentifier"]
    if not 0.0001 <= entry.get("weightFactor", 1) <= 999.9999:
        raise refuse(f"weightFactor of {name} must be between 0.0001 and 999.9999")
    for other in before:
        if matches(name, other.rstrip("*")) or matches(other, name.rstrip("*")):
            raise refuse(f"The share identifiers {other} and {name} overlap")
