"""The most that a job may cost: instance-hours, by instance type. Pure.

instances x longest runtime x attempts. What the file leaves open (a value only `up` will know) makes no number.
https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_StoppingCondition.html
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from ..kinds import Kind

# SageMaker stops a training job after a day unless the request says otherwise
DEFAULT_RUNTIME = 86_400


def _whole(value: Any) -> int | None:
    """A number of the request; what is pending, secret or absent is none."""
    return value if isinstance(value, int) and not isinstance(value, bool) else None


def _mapping(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}


def _payload(kind: Kind, request: Mapping[str, Any]) -> Mapping[str, Any]:
    return _mapping(request.get(kind.payload.field)) if kind.payload else {}


def instances(kind: Kind, request: Mapping[str, Any]) -> list[tuple[str, int | None]]:
    """Return each instance type that a run may use and how many of it; `None` where that is not known yet.

    A kind that names no instances (Personalize bills by data) has none.
    """
    config = _mapping(_payload(kind, request).get("ResourceConfig"))
    return [
        (str(each["InstanceType"]), _whole(each.get("InstanceCount", 1)))
        for each in _instance_groups(config)
        if isinstance(each.get("InstanceType"), str)
    ]


def _instance_groups(config: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    yield config
    for name in ("InstanceGroups", "InstancePreferences"):
        listed = config.get(name)
        for each in listed if isinstance(listed, list) else []:
            yield _mapping(each)


def runtime(kind: Kind, request: Mapping[str, Any]) -> int | None:
    """Return the longest time that all attempts together may run, in seconds; `None` where it is not known.

    Batch's own limit of an attempt and SageMaker's both hold; a warm pool is paid for after each attempt.
    """
    if not _payload(kind, request):
        return None
    stopping = _mapping(_payload(kind, request).get("StoppingCondition"))
    config = _mapping(_payload(kind, request).get("ResourceConfig"))
    limits = [
        _whole(stopping.get("MaxRuntimeInSeconds", DEFAULT_RUNTIME)),
        _whole(_mapping(request.get("timeoutConfig")).get("attemptDurationSeconds")),
    ]
    known = [limit for limit in limits if limit is not None]
    attempts = _whole(_mapping(request.get("retryStrategy")).get("attempts", 1))
    warm = _whole(config.get("KeepAlivePeriodInSeconds", 0))
    if not known or attempts is None or warm is None:
        return None
    return (min(known) + warm) * attempts


def hours(kind: Kind, request: Mapping[str, Any]) -> dict[str, float]:
    """Return the ceiling in instance-hours by instance type; empty where there is none or it is not known.

    Of types that are alternatives to each other (`InstancePreferences`) each has its own ceiling.
    """
    seconds = runtime(kind, request)
    found: dict[str, float] = {}
    for name, count in instances(kind, request):
        if count is None or seconds is None:
            return {}
        found[name] = found.get(name, 0) + count * seconds / 3600
    return found


def total(kind: Kind, request: Mapping[str, Any]) -> float | None:
    """Return the ceiling in instance-hours of all types together; `None` where it is not known."""
    by_type = hours(kind, request)
    if not by_type:
        return None
    config = _mapping(_payload(kind, request).get("ResourceConfig"))
    # alternatives: only one of them is used
    return max(by_type.values()) if "InstancePreferences" in config else sum(by_type.values())
