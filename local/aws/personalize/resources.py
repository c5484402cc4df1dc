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
from ..service.shapes import keep_members, output
from .models import BatchInferenceBackend
from .records import Resource

MAX_TAGS = 50

Handler = Callable[[BatchInferenceBackend, Json], Json]


def make(backend: BatchInferenceBackend, kind: str, request: Json, path: str = "") -> str:
    """Make a resource; return its ARN, which ends with `path`, or with its kind and name. Names are unique for ever."""
    name = str(request.get("name") or request.get("jobName") or path)
    arn = backend.arn(path or f"{kind}/{name}")
    if arn in backend.resources:
        message = f"Another resource with Amazon Resource Name (ARN) {arn} already exists."
        raise Refusal("ResourceAlreadyExistsException", message)
    tags = request.get("tags") or []
    check_tags(tags)
    at = context.begin()
    own = {key: value for key, value in request.items() if key != "tags"}
    backend.resources.put(Resource(arn, kind, name, own, created=at, updated=at, tags=tags))
    return arn


def find(backend: BatchInferenceBackend, arn: str, kind: str | None = None) -> Resource:
    """Return the resource of this ARN, of the kind that is wanted."""
    resource = backend.resources.get(arn)
    if resource is None or kind not in (None, resource.kind):
        raise Refusal("ResourceNotFoundException", f"Resource Arn {arn} does not exist.")
    return resource


def find_active(backend: BatchInferenceBackend, arn: str, kind: str) -> Resource:
    """Return the resource of this ARN, which must be ACTIVE."""
    resource = find(backend, arn, kind)
    if resource.status != "ACTIVE":
        message = f"The resource {arn} is {resource.status}, not ACTIVE."
        raise Refusal("ResourceInUseException", message)
    return resource


def describe_operation(name: str, kind: str) -> Handler:
    """Return the handler of `Describe<name>`."""
    field = name[0].lower() + name[1:]

    def describe(backend: BatchInferenceBackend, request: Json) -> Json:
        shape = output("personalize", f"Describe{name}")
        resource = find(backend, request[f"{field}Arn"], kind)
        return {field: _show(resource, shape.members[field], f"{field}Arn")}

    return describe


def list_operation(name: str, kind: str, *, newest_first: bool = False) -> Handler:
    """Return the handler of `List<name>s`; an ARN in the request narrows the list to what refers to it."""
    arn = f"{name[0].lower()}{name[1:]}Arn"

    def list_(backend: BatchInferenceBackend, request: Json) -> Json:
        shape = output("personalize", f"List{name}s")
        member, items = next((n, m) for n, m in shape.members.items() if isinstance(m, ListShape))
        wanted = {key: value for key, value in request.items() if key.endswith("Arn")}
        found = [each for each in backend.of_kind(kind) if wanted.items() <= each.request.items()]
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
    return keep_members(values, shape)


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


def tag(backend: BatchInferenceBackend, request: Json) -> Json:
    """Add or overwrite tags; the others stay."""
    resource = find(backend, request["resourceArn"])
    tags = list({each["tagKey"]: each for each in [*resource.tags, *request["tags"]]}.values())
    check_tags(tags)
    resource.tags = tags
    backend.resources.put(resource)
    return {}


def untag(backend: BatchInferenceBackend, request: Json) -> Json:
    """Remove tags; a key that the resource does not have is no error."""
    resource = find(backend, request["resourceArn"])
    resource.tags = [tag for tag in resource.tags if tag["tagKey"] not in request["tagKeys"]]
    backend.resources.put(resource)
    return {}


def list_tags(backend: BatchInferenceBackend, request: Json) -> Json:
    """Return all tags of a resource."""
    return {"tags": find(backend, request["resourceArn"]).tags}
