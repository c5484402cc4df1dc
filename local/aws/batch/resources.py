"""What Batch's resources have in common: made, found, changed, shown, tagged.

What is shown follows botocore's output shapes: what the resource was created with, and its tags.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

from botocore.model import StructureShape

from ..service import operations
from ..service.operations import Json
from ..service.shapes import service
from ..service.table import Table
from .models import ServiceJobBackend
from .names import check_name, check_tags, refuse
from .records import Resource


def make(
    backend: ServiceJobBackend,
    table: Table[Resource],
    what: str,
    name: str,
    path: str,
    request: Json,
) -> Resource:
    """Make a resource whose ARN ends with `path`; `what` names its kind in sentences (`Job queue`)."""
    check_name(name, f"{what} name")
    check_tags(request.get("tags") or {})
    arn = backend.arn(path)
    if arn in table:
        raise refuse(f"{what} {name} already exists")
    own = {key: value for key, value in request.items() if key != "tags"}
    resource = Resource(arn, name, own, request.get("tags") or {})
    table.put(resource)
    return resource


def find(table: Iterable[Resource], what: str, wanted: str) -> Resource:
    """Return the resource of this name or ARN."""
    for resource in table:
        if wanted in (resource.name, resource.arn):
            return resource
    raise refuse(f"{what} {wanted} does not exist")


def change(table: Table[Resource], resource: Resource, request: Json, *fields: str) -> None:
    """Take over those fields of an update that it has."""
    given = {name: request[name] for name in fields if request.get(name) is not None}
    resource.request = {**resource.request, **given}
    table.put(resource)


def page(
    records: Iterable[Resource], request: Json, member: str, show: Callable[[Resource], Json]
) -> Json:
    """Return one page of resources, by their ARNs."""
    return operations.page(
        records, request, member, show, "ClientException", rank=lambda each: [each.arn]
    )


def get_shape(operation: str, member: str = "") -> StructureShape:
    """Return the shape of an answer, or of the items of one of its lists."""
    shape = service("batch").operation_model(operation).output_shape
    return shape.members[member].member if member else shape


def show(resource: Resource, shape: StructureShape, name: str, arn: str, **others: object) -> Json:
    """Return the resource as a shape has it; `name` and `arn` are the members for those two."""
    values = {
        **resource.request,
        name: resource.name,
        arn: resource.arn,
        "state": resource.state,
        "status": "VALID",
        "tags": resource.tags,
        **others,
    }
    return {member: values[member] for member in shape.members if values.get(member) is not None}
