"""What makes a run: identity, digest, token and tags. Pure: program and provider share it.

`inputs` is a resource's input mapping everywhere here:

    identity    "project/stack/job"                 formerly    identities it had under its aliases
    name        the job's name                      region      AWS region, such as "eu-west-1"
    request     the API's own request, the payload as an object
    generation  integer or string                   period      "2026-11" | "2026-W47" | "2026-11-22"
    code        {sha256, uri, count, bytes, files}  watched     {s3 uri: ETag, path: hash}
    secretPaths dotted paths of secret leaves       onReplace, onDelete, adopt, waitingFor
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping
from typing import Any

from ..errors import JobError
from ..kinds import Kind, Link
from ..wire import Path, join_path, normalize_numbers

IDENTITY = "aws-jobs:identity"
DIGEST = "aws-jobs:digest"
RELEASED = "aws-jobs:released"
ENDING = " ending"  # the end of the release mark of a run that is about to be ended
ON_REPLACE = "aws-jobs:on-replace"
CLAIMED = "aws-jobs:claimed"
STOPPED = "aws-jobs:stopped"
BECAUSE = "aws-jobs:because"
OURS = "aws-jobs:"

# what `waitingFor` may name besides jobs
SLOT = "slot"  # one of the runs of a kind that an account may have at once
SECRETS = (
    "[secrets] "  # the stack's secrets, in a preview that has none; the definition's digest follows
)

SUFFIX = 8  # hexadecimal characters that tell one run's AWS name from the next
MARK = 4  # further ones that tell one identity's runs from another's


def canonical(value: Any) -> str:
    """Write a value as JSON that is the same for everything that means the same to AWS."""
    return json.dumps(
        normalize_numbers(value), sort_keys=True, separators=(",", ":"), ensure_ascii=False
    )


def hash_text(*parts: str) -> str:
    """Return the SHA-256 of texts, 64 hexadecimal characters."""
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()


def _redact(value: Any, secret: frozenset[str], at: Path = ()) -> Any:
    """Replace secret leaves: they count by their place, never by their value."""
    if join_path(at) in secret:
        return {"secret": join_path(at)}
    if isinstance(value, Mapping):
        return {key: _redact(item, secret, (*at, str(key))) for key, item in value.items()}
    if isinstance(value, list):
        return [_redact(item, secret, (*at, index)) for index, item in enumerate(value)]
    return value


def essence(kind: Kind, inputs: Mapping[str, Any]) -> dict[str, Any]:
    """Return what makes the run, field by field: another value of any of these is another run."""
    secret = frozenset(inputs.get("secretPaths") or ())
    request = {
        name: value
        for name, value in normalize(kind, inputs.get("request") or {}).items()
        if name not in kind.request.in_place
        and name not in (kind.tags.field, kind.request.token_field)
    }
    parts = {
        "region": inputs.get("region"),
        "request": _redact(request, secret, ("request",)),
        "generation": inputs.get("generation"),
        "code": (inputs.get("code") or {}).get("sha256"),
        "period": inputs.get("period"),
        "watched": inputs.get("watched") or None,
    }
    return {name: normalize_numbers(value) for name, value in parts.items() if value is not None}


def digest(kind: Kind, inputs: Mapping[str, Any]) -> str:
    """Return the definition's SHA-256, 64 hexadecimal characters."""
    return hash_text(canonical({"kind": kind.name, **essence(kind, inputs)}))


def find_changes(kind: Kind, old: Mapping[str, Any], new: Mapping[str, Any]) -> list[str]:
    """Name the inputs that differ and make another run; empty means the same run."""
    before, after = essence(kind, old), essence(kind, new)
    names = sorted(before.keys() | after.keys())
    return [name for name in names if canonical(before.get(name)) != canonical(after.get(name))]


def normalize(kind: Kind, request: Mapping[str, Any]) -> dict[str, Any]:
    """Bring a request into the one form we compare and store: the payload as an object, its tags hoisted.

    Raises `JobError` where the payload is text that is not a JSON object.
    """
    result: dict[str, Any] = normalize_numbers(request)
    payload = kind.payload
    if payload is None or payload.field not in result:
        return result
    body = result[payload.field]
    if isinstance(body, str):
        try:
            body = json.loads(body)
        except ValueError as error:
            raise JobError(f"request.{payload.field} is text that is not JSON: {error}") from error
    if not isinstance(body, dict):
        return result
    body = dict(normalize_numbers(body))
    hoisted = body.get(payload.tags_field)
    if isinstance(hoisted, list) and all(isinstance(tag, dict) and "Key" in tag for tag in hoisted):
        del body[payload.tags_field]
        pairs = {str(tag["Key"]): tag.get("Value", "") for tag in hoisted}
        result[kind.tags.field] = {**pairs, **(result.get(kind.tags.field) or {})}
    result[payload.field] = body
    return result


def request_tags(kind: Kind, request: Mapping[str, Any]) -> dict[str, str]:
    """Return a request's own tags as a mapping, whichever form its API has for them."""
    return parse_tags(kind, request.get(kind.tags.field) or {})


def parse_tags(kind: Kind | Link, tags: Any) -> dict[str, str]:
    """Read tags in the API's form; what is not known yet, or not in that form, is left out."""
    if kind.tags.as_list is None:
        return dict(tags) if isinstance(tags, Mapping) else {}
    key, value = kind.tags.as_list
    listed = [tag for tag in tags if isinstance(tag, Mapping)] if isinstance(tags, list) else []
    return {tag[key]: tag.get(value, "") for tag in listed if isinstance(tag.get(key), str)}


def format_tags(kind: Kind | Link, tags: Mapping[str, str]) -> Any:
    """Write tags in the API's form."""
    if kind.tags.as_list is None:
        return dict(tags)
    key, value = kind.tags.as_list
    return [{key: name, value: tags[name]} for name in sorted(tags)]


def make_tags(kind: Kind, inputs: Mapping[str, Any]) -> dict[str, str]:
    """Return the tags by which a run is found again, without Pulumi's state."""
    tags = {IDENTITY: str(inputs["identity"]), DIGEST: digest(kind, inputs)}
    if inputs.get("onReplace", "refuse") != "refuse":
        # the run that this one replaces is ended as *this* definition says; see lifecycle.delete
        tags[ON_REPLACE] = str(inputs["onReplace"])
    because = describe_cause(inputs)
    if because:
        tags[BECAUSE] = because
    return tags


def describe_cause(inputs: Mapping[str, Any]) -> str:
    """Return what makes the run and does not stand in its request, for `jobctl history`: at most 256 characters.

    `generation=4 period=2026-W47 code=<8 hex> watched=<8 hex>`, in the characters that every AWS tag takes.
    """
    watched = inputs.get("watched")
    parts = {
        "generation": inputs.get("generation"),
        "period": inputs.get("period"),
        "code": str((inputs.get("code") or {}).get("sha256") or "")[:SUFFIX],
        "watched": hash_text(canonical(watched))[:SUFFIX] if watched else "",
    }
    return " ".join(
        f"{name}={re.sub(r'[^A-Za-z0-9_.:/+@-]', '_', str(normalize_numbers(value)))[:128]}"
        for name, value in parts.items()
        if value not in (None, "")
    )


def make_token(kind: Kind, inputs: Mapping[str, Any], newest: str) -> str:
    """Return the client token: 64 characters, the same for every retry of one step.

    `newest` is the ARN of the identity's newest run, or nothing: any run between makes another token.
    """
    return hash_text(str(inputs["identity"]), digest(kind, inputs), newest)
