"""How many instances a job needs, and what the service environment of its queue still has."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import Any

from .models import ServiceJobBackend
from .records import Resource, ServiceJob

INSTANCES = "NUM_INSTANCES"
UNKNOWN = "unknown"


def needs(payload: Mapping[str, Any]) -> dict[str, int]:
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
    """Return the service environment of a job's queue, which has exactly one: neither goes before the job ends."""
    queue = backend.queues.get(job.queue)
    assert queue is not None
    order = queue.request["serviceEnvironmentOrder"]
    environment = backend.environments.get(order[0]["serviceEnvironment"])
    assert environment is not None
    return environment


def has_room(backend: ServiceJobBackend, job: ServiceJob, usable: float = 1.0) -> bool:
    """Whether that environment has room for the job, in the part that is usable."""
    environment = find_environment(backend, job)
    used = backend.in_use[environment.arn]
    return environment.state == "ENABLED" and fits(job.needs, environment, used, usable)
