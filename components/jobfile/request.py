"""Bring a request into its one form: the payload an object, its tags hoisted, what we know filled in."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ..kinds import Kind
from ..run import definition
from ..schema import Pending
from ..yaml12 import Unreadable
from . import json_text

PAYLOAD_JSON = "payload-json"


class NotJson(Exception):
    """A payload that is text, and not a JSON object: one sentence."""


def parse_payload(kind: Kind, request: Any) -> Any:
    """Return the request with its payload as an object, where the author pasted AWS's JSON string.

    Text that is one interpolation is not changed. Raises `NotJson`.
    """
    payload = kind.payload
    if payload is None or not isinstance(request, dict):
        return request
    text = request.get(payload.field)
    if not isinstance(text, str) or text.strip().startswith("${"):
        return request
    try:
        body = json_text.load(text)
    except Unreadable as error:
        place = f" (its line {error.line}, column {error.column})" if error.line else ""
        raise NotJson(f"this text must be a JSON object; {error.message}{place}") from error
    if not isinstance(body, dict):
        raise NotJson("this text must be a JSON object; write the payload as a mapping")
    return {**request, payload.field: body}


def complete(kind: Kind, request: dict[str, Any], stack_tags: Mapping[str, str]) -> dict[str, Any]:
    """Return a request with its payload's tags hoisted, the stack's tags and the kind's defaults added.

    A tag of the file wins over the stack's of that name. Tags of which a part is not known yet stay as they are.
    """
    result = {**kind.request.defaults, **request}
    own: dict[str, Any] = {}
    payload = kind.payload
    body = result.get(payload.field) if payload else None
    if payload and isinstance(body, dict) and _are_known(body.get(payload.tags_field), "Key"):
        hoisted = body[payload.tags_field]
        own = {tag["Key"]: tag["Value"] for tag in hoisted}
        result[payload.field] = {k: v for k, v in body.items() if k != payload.tags_field}
    tags = {**stack_tags, **own, **definition.request_tags(kind, result)}
    given = result.get(kind.tags.field)
    is_known = _are_known(given, kind.tags.as_list[0]) if kind.tags.as_list else True
    if tags and not isinstance(given, Pending) and (given is None or is_known):
        result[kind.tags.field] = definition.format_tags(kind, tags)
    return result


def _are_known(tags: Any, key: str) -> bool:
    return isinstance(tags, list) and all(
        isinstance(tag, dict) and isinstance(tag.get(key), str) for tag in tags
    )
