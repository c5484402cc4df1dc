"""What made a run a new one: its request beside the run's before, and our tags. Pure."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from cli.editing.job_text import is_linked, taken
from components.aws import Run
from components.errors import JobError
from components.kinds import Kind
from components.run.definition import BECAUSE, CLAIMED, DIGEST, normalised
from components.wire import dotted, leaves, mended

HIDDEN = "[secret]"
FIRST = "the first run that AWS still knows"
TAKEN_OVER = "taken over: no earlier run of this job is known"
LONGEST = 60  # characters of a value


def reasons(
    kind: Kind, run: Run, before: Run | None, secret: frozenset[str], *, values: bool
) -> list[str]:
    """Say what differs between a run and the one before it. `secret` are dotted paths whose values are hidden.

    Without `values` no value is shown: nobody knows then which of them are secret.
    """
    if before is None:
        return [TAKEN_OVER if run.tags.get(CLAIMED) else FIRST]
    changes = [*_facts(run, before), *_fields(kind, run, before, secret, values)]
    if changes:
        return changes
    if run.tags.get(DIGEST) == before.tags.get(DIGEST):
        return [_again(before)]
    return ["the definition differs in what AWS does not show of it"]


def _again(before: Run) -> str:
    if before.terminated:
        return "the same definition again: the run before was terminated"
    if before.released:
        return "the same definition again: the run before was released (its file removed, or another run between)"
    return "the same definition, submitted again"


def _facts(run: Run, before: Run) -> Iterator[str]:
    new, old = facts(run.tags.get(BECAUSE, "")), facts(before.tags.get(BECAUSE, ""))
    for name in sorted(new.keys() | old.keys()):
        if new.get(name) != old.get(name):
            yield f"{name}: {old.get(name, 'none')} -> {new.get(name, 'none')}"


def facts(text: str) -> dict[str, str]:
    """Read the tag that names what else is part of a definition: `generation=4 period=2026-W47`."""
    return dict(part.split("=", 1) for part in text.split(" ") if "=" in part)


def _fields(
    kind: Kind, run: Run, before: Run, secret: frozenset[str], values: bool
) -> Iterator[str]:
    part = is_linked(kind, before.arn) or is_linked(kind, run.arn)
    old, new = _leaves(kind, before, part), _leaves(kind, run, part)
    for path in sorted(old.keys() | new.keys()):
        if old.get(path) == new.get(path):
            continue
        if not values:
            yield f"{path}: changed"
        elif path in secret:
            yield f"{path}: {HIDDEN} -> {HIDDEN}"
        else:
            yield f"{path}: {_shown(old, path)} -> {_shown(new, path)}"


def _leaves(kind: Kind, run: Run, payload_alone: bool) -> dict[str, Any]:
    """The request's leaves that make a run, from AWS's own description.

    A training job shows the payload alone, and its own name in it: beside one, nothing else can be compared.
    """
    record: Mapping[str, Any] = run.request
    if is_linked(kind, run.arn) and kind.payload:
        record = {kind.payload.field: record}
    try:
        request = taken(normalised(kind, record), f"requests/{kind.name}", ())
    except JobError:
        return {}
    left_out = {
        kind.tags.field,
        kind.request.name_field,
        kind.request.token_field,
        *kind.request.in_place,
    }
    kept = {name: value for name, value in request.items() if name not in left_out}
    if payload_alone and kind.payload:
        body = dict(kept.get(kind.payload.field) or {})
        body.pop(kind.payload.name_field, None)
        kept = {kind.payload.field: body}
    return {dotted(path): mended(leaf) for path, leaf in leaves(kept, ("request",))}


def _shown(found: Mapping[str, Any], path: str) -> str:
    if path not in found:
        return "none"
    text = json.dumps(found[path], ensure_ascii=False)
    return text if len(text) <= LONGEST else f"{text[: LONGEST - 4]}...{text[-1]}"
