"""The most that a job may cost: instance-hours, by instance type. Pure.

instances x longest runtime x attempts. What the file leaves open (a value only `up` will know) makes no number.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from ..kinds import Kind
from ..wire import pick


def instances(kind: Kind, request: Mapping[str, Any]) -> list[tuple[str, int | None]]:
    """Return each instance type that a run may use and how many of it; `None` where that is not known yet.

    A kind that names no instances (Personalize bills by data) has none.
    """
    return [
        (str(each["InstanceType"]), _whole(each.get("InstanceCount", 1)))
        for each in _instance_groups(kind, request)
        if isinstance(each.get("InstanceType"), str)
    ]


def _instance_groups(kind: Kind, request: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    if kind.compute is None:
        return
    config = _mapping(pick(request, kind.compute.resources))
    yield config
    for name in kind.compute.groups:
        listed = config.get(name)
        yield from map(_mapping, listed if isinstance(listed, list) else [])


def runtime(kind: Kind, request: Mapping[str, Any]) -> float | None:
    """Return the longest time that all attempts together may run, in seconds; `None` where it is not known.

    Each limit of an attempt holds; a warm pool is paid for after each attempt. `math.inf` where nothing limits it.
    """
    compute = kind.compute
    if compute is None:
        return None
    if is_unlimited(kind, request):
        return math.inf
    limit = attempt_limit(kind, request)
    attempts = _whole(pick(request, compute.attempts, 1))
    warm = _whole(pick(request, compute.warm, 0))
    if limit is None or attempts is None or warm is None:
        return None
    begun = 1
    if compute.preempted and pick(request, compute.preempted) is not None:
        retries = _whole(pick(request, compute.preemptions))
        if retries is None:
            return None
        begun += retries
    return (limit + warm) * attempts * begun


def attempt_limit(kind: Kind, request: Mapping[str, Any]) -> int | None:
    """Return the seconds after which AWS ends one attempt; `None` where it is not known, or nothing does."""
    if kind.compute is None:
        return None
    limits = [_whole(pick(request, path, default)) for path, default in kind.compute.limits.items()]
    return min((limit for limit in limits if limit is not None), default=None)


def count_attempts(kind: Kind, request: Mapping[str, Any]) -> int:
    """Return how often AWS tries the run at most, preemptions left out; 1 where it is not known."""
    return (_whole(pick(request, kind.compute.attempts, 1)) or 1) if kind.compute else 1


def is_unlimited(kind: Kind, request: Mapping[str, Any]) -> bool:
    """Say whether a run may begin anew without limit, whenever it is preempted."""
    compute = kind.compute
    if compute is None or not compute.preempted or pick(request, compute.preempted) is None:
        return False
    return pick(request, compute.preemptions) is None


def hours(kind: Kind, request: Mapping[str, Any]) -> dict[str, float]:
    """Return the ceiling in instance-hours by instance type; empty where it is not known.

    `math.inf` where there is none. Of types that are alternatives to each other each has its own ceiling.
    """
    seconds = runtime(kind, request)
    found: dict[str, float] = {}
    for name, count in instances(kind, request):
        if count is None or seconds is None:
            return {}
        found[name] = found.get(name, 0) + (count * seconds / 3600 if count else 0)
    return found


def total(kind: Kind, request: Mapping[str, Any]) -> float | None:
    """Return the ceiling in instance-hours of all types together; `None` where it is not known."""
    by_type = hours(kind, request)
    if not by_type:
        return None
    # of alternatives only one is used
    return max(by_type.values()) if has_alternatives(kind, request) else sum(by_type.values())


def has_alternatives(kind: Kind, request: Mapping[str, Any]) -> bool:
    """Say whether a run uses only one of the instance types that it names."""
    compute = kind.compute
    return compute is not None and compute.alternatives in _mapping(
        pick(request, compute.resources)
    )


def list_used(kind: Kind, record: Mapping[str, Any]) -> list[tuple[str, int]]:
    """Return each instance type that a run uses and how many of it, from its record in the request's form.

    Empty where AWS has not said yet which of the alternatives it took.
    """
    if kind.compute is None:
        return []
    config = _mapping(pick(record, kind.compute.resources))
    name, count = (config.get(field) for field in kind.compute.selected)
    if isinstance(name, str) and (known := _whole(count)) is not None:
        return [(name, known)]
    if has_alternatives(kind, record):
        return []
    return [(name, count) for name, count in instances(kind, record) if count is not None]


def count_hours(used: Iterable[tuple[str, int]], seconds: float) -> dict[str, float]:
    """Return the instance-hours by type of so many seconds."""
    found: dict[str, float] = {}
    for name, count in used:
        found[name] = found.get(name, 0) + count * seconds / 3600
    return found


def _whole(value: Any) -> int | None:
    """A number of the request; what is pending, secret or absent is none."""
    return value if isinstance(value, int) and not isinstance(value, bool) else None


def _mapping(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}
