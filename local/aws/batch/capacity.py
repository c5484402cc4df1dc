"""How many instances a job needs, what a service environment still has, and which jobs wait for it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import Any

from .records import Resource, ServiceJob
from .state import BatchState

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


def wait(backend: BatchState, job: ServiceJob) -> None:
    """The job waits for capacity from now on."""
    job.ready = True
    backend.service_jobs.put(job)
    backend.waiting.add(job, by_priority=is_by_priority(backend, job))


def is_by_priority(backend: BatchState, job: ServiceJob) -> bool:
    """Whether the job's queue heeds scheduling priorities: it has a policy."""
    queue = backend.queues.get(job.queue)
    return queue is not None and bool(queue.request.get("schedulingPolicyArn"))


def occupy(backend: BatchState, job: ServiceJob) -> None:
    """Count the job's instances as in use."""
    backend.under_way[job.id] = job
    count(backend, job, 1)


def vacate(backend: BatchState, job: ServiceJob) -> None:
    """Count them no more."""
    backend.under_way.pop(job.id, None)
    count(backend, job, -1)
    job.environment = None


def count(backend: BatchState, job: ServiceJob, sign: int) -> None:
    """Add the job's instances to those in use, or take them off."""
    if job.environment is not None:
        for place in (job.environment, job.share_arn):
            used = backend.in_use.setdefault(place, Counter())
            used.update({kind: sign * number for kind, number in job.needs.items()})


def anywhere(backend: BatchState, job: ServiceJob) -> str | None:
    """The first environment of the job's queue, whether or not it has room."""
    queue = backend.queues.get(job.queue)
    return (
        None
        if queue is None
        else str(queue.request["serviceEnvironmentOrder"][0]["serviceEnvironment"])
    )


def find_room(
    backend: BatchState, queue: Resource, job: ServiceJob, usable: float = 1.0
) -> Resource | None:
    """Return the queue's environment that has room for the job."""
    for entry in sorted(
        queue.request["serviceEnvironmentOrder"], key=lambda entry: int(entry["order"])
    ):
        environment = backend.environments.get(entry["serviceEnvironment"])
        if (
            environment is not None
            and environment.state == "ENABLED"
            and fits(job.needs, environment, backend.in_use.get(environment.arn, {}), usable)
        ):
            return environment
    return None
