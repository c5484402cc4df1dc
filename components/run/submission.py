"""What a run is called in AWS, and the request that submits it. Pure."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any

from ..kinds import Kind
from .definition import SUFFIX, digest, format_tags, make_tags, make_token, normalize, request_tags


def make_stem(kind: Kind, inputs: Mapping[str, Any]) -> str:
    """Return the part of the AWS name that all runs of this job share."""
    own = (inputs.get("request") or {}).get(kind.request.name_field)
    return _shape_stem(kind, str(own if own and kind.request.unique_names else inputs["name"]))


def _shape_stem(kind: Kind, name: str) -> str:
    if kind.request.plain_names:
        name = re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")
    return name[: kind.request.name_max - 1 - SUFFIX]


def aws_names(kind: Kind, inputs: Mapping[str, Any], newest: str) -> list[str]:
    """Return the names this run may have, the first free one to be used.

    Where names are unique for ever (Personalize), a reverted definition needs another name than its first
    run, so the suffix comes from the token; its further slices serve when 8 characters collide.
    """
    own = (inputs.get("request") or {}).get(kind.request.name_field)
    if not kind.request.unique_names:
        return [str(own or f"{make_stem(kind, inputs)}-{digest(kind, inputs)[:SUFFIX]}")]
    key = make_token(kind, inputs, newest)
    return [f"{make_stem(kind, inputs)}-{key[at : at + SUFFIX]}" for at in (0, SUFFIX, 2 * SUFFIX)]


def name_patterns(kind: Kind, inputs: Mapping[str, Any]) -> list[tuple[str, re.Pattern[str]]]:
    """Return what to list and what to keep of it: (prefix or exact name, pattern of our names)."""
    stems = [make_stem(kind, inputs)]
    formerly = inputs.get("formerly") or ()
    stems += [_shape_stem(kind, former.rsplit("/", 1)[-1]) for former in formerly]
    found = [(f"{s}-*", re.compile(re.escape(s) + r"-[0-9a-f]{8}")) for s in dict.fromkeys(stems)]
    own = (inputs.get("request") or {}).get(kind.request.name_field)
    if own and not kind.request.unique_names:
        found.append((str(own), re.compile(re.escape(str(own)))))
    return found


def make_submission(kind: Kind, inputs: Mapping[str, Any], name: str, key: str) -> dict[str, Any]:
    """Return the request as AWS gets it: pasteable into the AWS CLI.

    What every author would write is filled in; the payload becomes the JSON string that the API takes.
    """
    request = {
        **kind.request.defaults,
        **normalize(kind, inputs["request"]),
        kind.request.name_field: name,
    }
    if kind.payload is not None:
        body = dict(request.get(kind.payload.field) or {})
        body.setdefault(kind.payload.name_field, payload_name(kind, str(inputs["name"])))
        request[kind.payload.field] = json.dumps(body, separators=(",", ":"), ensure_ascii=False)
    tags = {**request_tags(kind, request), **make_tags(kind, inputs)}
    request[kind.tags.field] = format_tags(kind, tags)
    if kind.request.token_field:
        request[kind.request.token_field] = key
    return request


def payload_name(kind: Kind, name: str) -> str:
    """Return the default name inside the payload: letters, digits and single hyphens, short enough."""
    limit = kind.payload.name_max if kind.payload else kind.request.name_max
    return re.sub(r"[^A-Za-z0-9]+", "-", name)[:limit].strip("-")
