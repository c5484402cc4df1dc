"""Tags of Personalize's resources."""

from __future__ import annotations

from typing import Any

from .resources import check_tags, found
from .state import PersonalizeState


def tag(backend: PersonalizeState, request: dict[str, Any]) -> dict[str, Any]:
    """Add or overwrite tags; the others stay."""
    resource = found(backend, request["resourceArn"])
    tags = {entry["tagKey"]: entry["tagValue"] for entry in [*resource.tags, *request["tags"]]}
    merged = [{"tagKey": key, "tagValue": value} for key, value in tags.items()]
    check_tags(merged)
    resource.tags = merged
    backend.resources.put(resource)
    return {}


def untag(backend: PersonalizeState, request: dict[str, Any]) -> dict[str, Any]:
    """Take tags off; a key that is not there is no error."""
    resource = found(backend, request["resourceArn"])
    gone = request["tagKeys"]
    resource.tags = [entry for entry in resource.tags if entry["tagKey"] not in gone]
    backend.resources.put(resource)
    return {}


def listed(backend: PersonalizeState, request: dict[str, Any]) -> dict[str, Any]:
    """All tags of a resource."""
    return {"tags": found(backend, request["resourceArn"]).tags}
