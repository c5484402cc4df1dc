"""Service environments: how many instances service jobs may use.

https://docs.aws.amazon.com/batch/latest/APIReference/API_CreateServiceEnvironment.html
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..service import context
from ..service.operations import Json, page
from . import life
from .names import by_name_or_arn, check_name, check_tags, refuse
from .records import ServiceEnvironment

if TYPE_CHECKING:
    from .models import ServiceJobBackend


def create(backend: ServiceJobBackend, request: Json) -> Json:
    name = request["serviceEnvironmentName"]
    check_name(name, "Service environment name")
    check_tags(request.get("tags") or {})
    _check_limits(request["capacityLimits"])
    if by_name_or_arn(backend.environments, name):
        raise refuse(f"Service environment {name} already exists")
    environment = ServiceEnvironment(
        arn=backend.arn(f"service-environment/{name}"),
        name=name,
        type=request["serviceEnvironmentType"],
        capacity_limits=request["capacityLimits"],
        state=request.get("state", "ENABLED"),
        tags=request.get("tags") or {},
    )
    backend.environments.put(environment)
    return _names(environment)


def describe(backend: ServiceJobBackend, request: Json) -> Json:
    wanted = request.get("serviceEnvironments")
    chosen = [
        environment
        for environment in backend.environments
        if not wanted or environment.name in wanted or environment.arn in wanted
    ]
    return page(chosen, request, "serviceEnvironments", _detail, "ClientException")


def update(backend: ServiceJobBackend, request: Json) -> Json:
    environment = find(backend, request["serviceEnvironment"])
    if request.get("capacityLimits") is not None:
        _check_limits(request["capacityLimits"])
        environment.capacity_limits = request["capacityLimits"]
    environment.state = request.get("state") or environment.state
    backend.environments.put(environment)
    life.place(backend, context.now())
    return _names(environment)


def delete(backend: ServiceJobBackend, request: Json) -> Json:
    environment = find(backend, request["serviceEnvironment"])
    if environment.state != "DISABLED":
        raise refuse(
            f"Service environment {environment.name} must be DISABLED before it is deleted"
        )
    for queue in backend.queues:
        if environment.arn in [entry["serviceEnvironment"] for entry in queue.service_environments]:
            raise refuse(
                f"Service environment {environment.name} is used by the job queue {queue.name}"
            )
    backend.environments.drop(environment.arn)
    return {}


def find(backend: ServiceJobBackend, wanted: str) -> ServiceEnvironment:
    """The environment of this name or ARN."""
    environment = by_name_or_arn(backend.environments, wanted)
    if environment is None:
        raise refuse(f"Service environment {wanted} does not exist")
    assert isinstance(environment, ServiceEnvironment)
    return environment


def _check_limits(limits: list[Json]) -> None:
    if not limits:
        raise refuse("capacityLimits must name at least one limit")
    for limit in limits:
        if "capacityUnit" not in limit or limit.get("maxCapacity", -1) < 0:
            raise refuse("Each of capacityLimits takes a capacityUnit and a maxCapacity from 0 up")


def _names(environment: ServiceEnvironment) -> Json:
    return {
        "serviceEnvironmentName": environment.name,
        "serviceEnvironmentArn": environment.arn,
    }


def _detail(environment: ServiceEnvironment) -> Json:
    return {
        **_names(environment),
        "serviceEnvironmentType": environment.type,
        "state": environment.state,
        "status": "VALID",
        "capacityLimits": environment.capacity_limits,
        **({"tags": environment.tags} if environment.tags else {}),
    }
