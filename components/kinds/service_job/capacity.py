"""Whether a queue can ever give a job the instances that it needs. Pure.

A job that no service environment of its queue is large enough for, or that its quota share can never have enough for,
waits at the queue's head, and holds up all behind it: Batch calls that a misconfiguration.
https://docs.aws.amazon.com/batch/latest/userguide/sm_job_stuck_in_runnable_misconfiguration.html
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from ...run import ceiling
from .. import Kind

ALL = "NUM_INSTANCES"  # the unit that counts instances of every type
_LENDING = ("LEND", "LEND_AND_BORROW")

Needs = Mapping[str, int]


def list_needs(kind: Kind, request: Mapping[str, Any]) -> list[Needs]:
    """Return the instances by type that a run needs, each of its alternatives; nothing where one is not known yet."""
    found = ceiling.instances(kind, request)
    known = [(name, count) for name, count in found if count is not None]
    if known != found:
        return []
    if ceiling.has_alternatives(kind, request):
        return [{name: count} for name, count in known]
    needs: Counter[str] = Counter()
    for name, count in known:
        needs[name] += count
    return [needs] if needs else []


def explain_environments(needs: Sequence[Needs], environments: Sequence[Mapping[str, Any]]) -> str:
    """Say why none of a queue's environments is ever large enough; nothing where one is, or none is known."""
    reasons = []
    for environment in environments:
        limits = _read_limits(environment)
        lacking = [_find_lack(each, limits) for each in needs]
        if not lacking or not limits or not all(lacking):
            return ""
        reasons.append(f"{environment.get('serviceEnvironmentName')} has {lacking[0]}")
    return "; ".join(reasons)


def explain_share(
    needs: Sequence[Needs], share: Mapping[str, Any], shares: Sequence[Mapping[str, Any]]
) -> str:
    """Say why a quota share can never have enough, with what it may borrow of its queue's other shares."""
    limits = _read_limits(share)
    sharing = share.get("resourceSharingConfiguration") or {}
    if not limits or not sharing.get("strategy"):
        return ""
    if sharing["strategy"] == "LEND_AND_BORROW":
        limits = dict(_add_borrowed(limits, sharing.get("borrowLimit"), share, shares))
    lacking = [_find_lack(each, limits) for each in needs]
    return f"it has {lacking[0]}" if lacking and all(lacking) else ""


def _add_borrowed(
    own: Needs, percent: Any, share: Mapping[str, Any], shares: Sequence[Mapping[str, Any]]
) -> Iterator[tuple[str, int]]:
    """Add what the others lend. `percent` is of its own; -1, the default, is no limit.

    https://docs.aws.amazon.com/batch/latest/APIReference/API_QuotaShareResourceSharingConfiguration.html
    """
    lent: Counter[str] = Counter()
    for other in shares:
        strategy = (other.get("resourceSharingConfiguration") or {}).get("strategy")
        if other.get("quotaShareName") != share.get("quotaShareName") and strategy in _LENDING:
            lent.update(_read_limits(other))
    for unit in own.keys() | lent.keys():
        most = math.inf
        if isinstance(percent, int) and percent >= 0:
            most = own.get(unit, 0) * percent // 100
        yield unit, own.get(unit, 0) + int(min(lent[unit], most))


def _find_lack(needs: Needs, limits: Needs) -> str:
    """Say which limit is too low, or missing, for these instances; nothing where all are enough."""
    total = sum(needs.values())
    if total > limits.get(ALL, total):
        return f"at most {limits[ALL]} instances and the job needs {total}"
    for name, count in needs.items():
        if count > limits.get(name, count if ALL in limits else 0):
            most = f"at most {limits[name]}" if limits.get(name) else "no"
            return f"{most} {name} and the job needs {count}"
    return ""


def _read_limits(place: Mapping[str, Any]) -> dict[str, int]:
    return {
        str(limit["capacityUnit"]): int(limit["maxCapacity"])
        for limit in place.get("capacityLimits") or []
        if limit.get("capacityUnit") and isinstance(limit.get("maxCapacity"), int)
    }
