"""What AWS took or answered, pasted as a whole job file: said once, not field by field."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from .. import schema
from ..kinds import KINDS, Kind
from ..wire import join_path
from .unknown_fields import REQUESTS, list_calls

_LEAST = 2  # fields that are known: one alone may be a misplaced field


def recognize_call(document: Mapping[str, Any]) -> str:
    """Say that the document is an answer of AWS or the parameters of a call, and what is to be done; or nothing.

    It has at most `kind` and other keys of ours beside it.
    """
    if "request" in document:
        return ""
    ours = schema.read("keys")["properties"]
    given = {name for name in document if name not in ours and name != "ResponseMetadata"}
    kind = KINDS.get(str(document.get("kind")))
    found = [
        likeness
        for each in ([kind] if kind else KINDS.values())
        for likeness in _list_likeness(each, document, given)
    ]
    best = max(known for known, *_ in found)
    if best < max(_LEAST, len(given) / 2):
        return ""
    # a batch inference job's request may be a batch segment job's too
    alike = [rest for known, *rest in found if known == best]
    call = " or ".join(dict.fromkeys(call for call, _, _ in alike))
    where, kinds = (
        alike[0][1],
        " or ".join(dict.fromkeys(f"`kind: {name}`" for _, _, name in alike)),
    )
    if not where:
        return f"this is an answer of {call}, not a job file; `./jobctl import` makes a job file of a run"
    return f"this is a request of {call}, not a job file: put it under `{where}:`, beside {kinds}"


def _list_likeness(
    kind: Kind, document: Mapping[str, Any], given: set[str]
) -> Iterator[tuple[int, str, str, str]]:
    """Yield how many of the given fields a call explains, the call, its place in a job file and the kind.

    An answer has no place.
    """
    for at, call, describe, answered in list_calls(kind):
        part = schema.at(REQUESTS + kind.name, at)
        taken = set(part["properties"]) if part else set()
        known = len((taken | answered) & given)
        if isinstance(document.get(kind.record.describe.result), dict):
            yield len(given) + _LEAST, kind.record.describe.operation, "", kind.name
        elif (answered - taken) & given:
            yield known, describe, "", kind.name
        else:
            yield known, call, join_path(("request", *at)), kind.name
