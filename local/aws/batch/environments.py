"""Service environments: how many instances service jobs may use.

https://docs.aws.amazon.com/batch/latest/APIReference/API_CreateServiceEnvironment.html
"""

from __future__ import annotations

from ..service.operations import Json
from . import resources
from .models import ServiceJobBackend
from .names import refuse
from .records import Resource

WHAT = "Service environment"
NAMES = ("serviceEnvironmentName", "serviceEnvironmentArn")


def create(backend: ServiceJobBackend, request: Json) -> Json:
    """Make a service environment."""
    name = request[NAMES[0]]
    _check_limits(request["capacityLimits"])
    path = f"service-environment/{name}"
    return _names(resources.make(backend, backend.environments, WHAT, name, path, request))


def describe(backend: ServiceJobBackend, request: Json) -> Json:
    """Describe those named, or all."""
    wanted = request.get("serviceEnvironments")
    chosen = [
        each
        for each in backend.environments
        if not wanted or each.name in wanted or each.arn in wanted
    ]
    shape = resources.get_shape("DescribeServiceEnvironments", "serviceEnvironments")
    return resources.page(
        chosen, request, "serviceEnvironments", lambda each: resources.show(each, shape, *NAMES)
    )


def update(backend: ServiceJobBackend, request: Json) -> Json:
    """Change its limits or its state."""
    environment = find(backend, request["serviceEnvironment"])
    if request.get("capacityLimits") is not None:
        _check_limits(request["capacityLimits"])
    resources.change(backend.environments, environment, request, "capacityLimits", "state")
    return _names(environment)


def delete(backend: ServiceJobBackend, request: Json) -> Json:
    """Delete one that is disabled and in no queue."""
    environment = find(backend, request["serviceEnvironment"])
    if environment.state != "DISABLED":
        raise refuse(f"{WHAT} {environment.name} must be DISABLED before it is deleted")
    for queue in backend.queues:
        order = queue.request["serviceEnvironmentOrder"]
        if environment.arn in [entry["serviceEnvironment"] for entry in order]:
            raise refuse(f"{WHAT} {environment.name} is used by the job queue {queue.name}")
    backend.environments.drop(environment.arn)
    return {}


def find(backend: ServiceJobBackend, wanted: str) -> Resource:
    """Return the environment of this name or ARN."""
    return resources.find(backend.environments, WHAT, wanted)


def _check_limits(limits: list[Json]) -> None:
    if not limits:
        raise refuse("capacityLimits must name at least one limit")
    for limit in limits:
        if "capacityUnit" not in limit or limit.get("maxCapacity", -1) < 0:
            raise refuse("Each of capacityLimits takes a capacityUnit and a maxCapacity from 0 up")


def _names(environment: Resource) -> Json:
    return dict(zip(NAMES, (environment.name, environment.arn), strict=True))
