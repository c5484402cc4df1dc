"""Service environments: how many instances service jobs may use.

https://docs.aws.amazon.com/batch/latest/APIReference/API_CreateServiceEnvironment.html
"""

from __future__ import annotations

from ..service.operations import Json
from .models import ServiceJobBackend
from .names import refuse
from .records import Resource
from .resources import Kind


class _Environments(Kind):
    what = "Service environment"
    operation = "ServiceEnvironment"
    table = "environments"
    path = "service-environment"
    name, arn = "serviceEnvironmentName", "serviceEnvironmentArn"
    reference = "serviceEnvironment"

    def check(self, backend: ServiceJobBackend, request: Json, old: Resource | None = None) -> Json:
        if not request["capacityLimits"]:
            raise refuse("capacityLimits must name at least one limit")
        for limit in request["capacityLimits"]:
            if "capacityUnit" not in limit or limit.get("maxCapacity", -1) < 0:
                raise refuse(
                    "Each of capacityLimits takes a capacityUnit and a maxCapacity from 0 up"
                )
        return request

    def describe(self, backend: ServiceJobBackend, request: Json) -> Json:
        """Describe those named, or all."""
        chosen = self.choose(backend, request.get("serviceEnvironments"))
        return self.show_all(chosen, request, "DescribeServiceEnvironments", "serviceEnvironments")


environments = _Environments()
