"""What all Personalize resources have in common: made, found, described, listed, tagged.

Describe and List show what botocore's output shapes name: what the resource was created with, and how far it is.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from botocore.model import ListShape, StructureShape

from ..service import context
from ..service.operations import Json, page
from ..service.refusal import Refusal
from ..service.shapes import service
from . import life
from .records import Resource
from .state import PersonalizeState

MAX_TAGS = 50

Handler = Callable[[PersonalizeState, Json], Json]


def make(state: PersonalizeState, kind: str, name: str, path: str, request: Json) -> str:
    """Make a resource whose ARN ends with `path`; return the ARN. Names are unique for ever."""
    arn = state.arn(path)
    if arn in state.resources:
        message = f"Another resource with Amazon Resource Name (ARN) {arn} already exists."
        raise Refusal("ResourceAlreadyExistsException", message)
    tags = request.get("tags") or []
    check_tags(tags)
    at = context.begin()
    own = {key: value for key, value in request.items() if key != "tags"}
    resource = Resource(arn, kind, name, own, created=at, updated=at, tags=tags)
    state.resources.put(resource)
    life.plan(state, resource)
    return arn


def find(state: PersonalizeState, arn: str, kind: str | None = None) -> Resource:
    """Return the resource of this ARN, of the kind that is wanted."""
    resource = state.resources.get(arn)
    if resource is None or kind not in (None, resource.kind):
        raise Refusal("ResourceNotFoundException", f"Resource Arn {arn} does not exist.")
    return resource


def find_active(state: PersonalizeState, arn: str, kind: str) -> Resource:
    """Return the resource of this ARN, which must be ACTIVE."""
    resource = find(state, arn, kind)
    if resource.status != "ACTIVE":
        message = f"The resource {arn} is {resource.status}, not ACTIVE."
        raise Refusal("ResourceInUseException", message)
    return resource


def describe_operation(name: str, kind: str) -> Handler:
    """Return the handler of `Describe<name>`."""
    field = name[0].lower() + name[1:]

    def describe(state: PersonalizeState, request: Json) -> Json:
        shape = service("personalize").operation_model(f"Describe{name}").output_shape
        resource = find(state, request[f"{field}Arn"], kind)
        return {field: _show(resource, shape.members[field], f"{field}Arn")}

    return describe


def list_operation(name: str, kind: str, *, newest_first: bool = False) -> Handler:
    """Return the handler of `List<name>s`; an ARN in the request narrows the list to what refers to it."""
    arn = f"{name[0].lower()}{name[1:]}Arn"

    def list_(state: PersonalizeState, request: Json) -> Json:
        shape = service("personalize").operation_model(f"List{name}s").output_shape
        member, items = next((n, m) for n, m in shape.members.items() if isinstance(m, ListShape))
        wanted = {key: value for key, value in request.items() if key.endswith("Arn")}
        found = [each for each in state.of_kind(kind) if wanted.items() <= each.request.items()]
        show = partial(_show, shape=items.member, arn=arn)
        return page(
            found,
            request,
            member,
            show,
            "InvalidNextTokenException",
            rank=lambda each: [each.created, each.arn],
            reverse=newest_first,
        )

    return list_


def _show(resource: Resource, shape: StructureShape, arn: str) -> Json:
    values = {
        **resource.request,
        arn: resource.arn,
        "status": resource.status,
        "creationDateTime": resource.created,
        "lastUpdatedDateTime": resource.updated,
        "failureReason": resource.failure,
        "trainingType": "MANUAL",
    }
    return {n: values[n] for n in shape.members if values.get(n) is not None}


def check_tags(tags: list[dict[str, str]]) -> None:
    """Refuse more than 50 tags, a key twice, and one that starts with aws:."""
    keys = [tag["tagKey"] for tag in tags]
    if len(keys) > MAX_TAGS:
        message = f"A resource can have at most {MAX_TAGS} tags, not {len(keys)}."
        raise Refusal("TooManyTagsException", message)
    for key in keys:
        if keys.count(key) > 1:
            raise Refusal("InvalidInputException", f"The tag key {key} is given twice.")
        if key.lower().startswith("aws:"):
            message = f"The tag key {key} starts with aws:, which is reserved."
            raise Refusal("InvalidInputException", message)


def tag(state: PersonalizeState, request: Json) -> Json:
    """Add or overwrite tags; the others stay."""
    resource = find(state, request["resourceArn"])
    tags = {entry["tagKey"]: entry["tagValue"] for entry in [*resource.tags, *request["tags"]]}
    merged = [{"tagKey": key, "tagValue": value} for key, value in tags.items()]
    check_tags(merged)
    resource.tags = merged
    state.resources.put(resource)
    return {}


def untag(state: PersonalizeState, request: Json) -> Json:
    """Remove tags; a key that the resource does not have is no error."""
    resource = find(state, request["resourceArn"])
    resource.tags = [tag for tag in resource.tags if tag["tagKey"] not in request["tagKeys"]]
    state.resources.put(resource)
    return {}


def list_tags(state: PersonalizeState, request: Json) -> Json:
    """Return all tags of a resource."""
    return {"tags": find(state, request["resourceArn"]).tags}
