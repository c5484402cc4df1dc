"""What all Personalize resources have in common: made, found, shown and paged."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ..service import context
from ..service.operations import page
from ..service.refusal import Refusal
from . import life
from .records import Resource
from .state import PersonalizeState

MAX_TAGS = 50


def make(
    backend: PersonalizeState, kind: str, name: str, path: str, request: dict[str, Any]
) -> str:
    """A new resource whose ARN ends with `path`; the ARN. Names are unique for ever."""
    arn = backend.arn(path)
    if arn in backend.resources:
        raise Refusal(
            "ResourceAlreadyExistsException",
            f"Another resource with Amazon Resource Name (ARN) {arn} already exists.",
        )
    tags = request.get("tags") or []
    check_tags(tags)
    at = context.now()
    resource = Resource(
        arn=arn,
        kind=kind,
        name=name,
        request={key: value for key, value in request.items() if key != "tags"},
        created=at,
        updated=at,
        tags=tags,
    )
    backend.resources.put(resource)
    life.plan(backend, resource)
    return arn


def found(backend: PersonalizeState, arn: str, kind: str | None = None) -> Resource:
    """The resource of this ARN, of the kind that is wanted."""
    resource = backend.resources.get(arn)
    if resource is None or kind not in (None, resource.kind):
        raise Refusal("ResourceNotFoundException", f"Resource Arn {arn} does not exist.")
    return resource


def active(backend: PersonalizeState, arn: str, kind: str) -> Resource:
    """The resource of this ARN, which must be ACTIVE."""
    resource = found(backend, arn, kind)
    if resource.status != "ACTIVE":
        raise Refusal(
            "ResourceInUseException", f"The resource {arn} is {resource.status}, not ACTIVE."
        )
    return resource


def check_tags(tags: list[dict[str, str]]) -> None:
    """At most 50 tags, no key twice, none that starts with aws:."""
    keys = [tag["tagKey"] for tag in tags]
    if len(keys) > MAX_TAGS:
        raise Refusal(
            "TooManyTagsException", f"A resource can have at most {MAX_TAGS} tags, not {len(keys)}."
        )
    for key in keys:
        if keys.count(key) > 1:
            raise Refusal("InvalidInputException", f"The tag key {key} is given twice.")
        if key.lower().startswith("aws:"):
            raise Refusal(
                "InvalidInputException", f"The tag key {key} starts with aws:, which is reserved."
            )


def shown(resource: Resource, arn_member: str, *members: str) -> dict[str, Any]:
    """The resource as Describe and List show it, with these members of its request."""
    echoed = {name: resource.request[name] for name in members if name in resource.request}
    failure = {} if resource.failure is None else {"failureReason": resource.failure}
    return {
        **echoed,
        arn_member: resource.arn,
        "status": resource.status,
        "creationDateTime": resource.created,
        "lastUpdatedDateTime": resource.updated,
        **failure,
    }


def listing(
    resources: list[Resource],
    request: dict[str, Any],
    member: str,
    show: Callable[[Resource], dict[str, Any]],
) -> dict[str, Any]:
    """One page of resources under `member`."""
    items, token = page(
        [{"resource": resource} for resource in resources],
        request,
        [resource.arn for resource in resources],
        "InvalidNextTokenException",
    )
    answer = {member: [show(item["resource"]) for item in items]}
    return {**answer, **({"nextToken": token} if token else {})}
