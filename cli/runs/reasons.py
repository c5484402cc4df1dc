"""Why a run was submitted: its request compared with the previous run's, and its tags. Pure."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from cli.editing.job_text import keep_request_fields
from components.aws import Run
from components.aws.runs import is_linked
from components.errors import JobError
from components.kinds import Kind, Phase
from components.redact import HIDDEN
from components.run.definition import BECAUSE, CLAIMED, DIGEST, normalize
from components.run.submission import make_payload_stem, split_name
from components.wire import join_path, normalize_numbers, walk_leaves

FIRST = "first run that AWS still knows"
ADOPTED = "adopted: no earlier run of this job is known"
LONGEST = 60  # characters of a value


def explain_run(
    kind: Kind, run: Run, before: Run | None, secret: frozenset[str], *, values: bool
) -> list[str]:
    """Return what differs between a run and the one before it. `secret` are dotted paths whose values are hidden.

    Without `values` no value is shown: nobody knows then which of them are secret.
    """
    if before is None:
        return [ADOPTED if run.tags.get(CLAIMED) else FIRST]
    new, old = parse_facts(run.tags.get(BECAUSE, "")), parse_facts(before.tags.get(BECAUSE, ""))
    facts = (
        f"{name}: {old.get(name, 'none')} -> {new.get(name, 'none')}"
        for name in _list_changed(old, new)
    )
    changes = [*facts, *_compare_fields(kind, run, before, secret, values)]
    if changes:
        return changes
    if run.tags.get(DIGEST) == before.tags.get(DIGEST):
        return [_explain_repetition(before)]
    return ["the definition differs in fields that AWS does not return"]


def _explain_repetition(before: Run) -> str:
    if before.terminated:
        return "same definition; the previous run was terminated"
    if before.released:
        return "same definition; the previous run was released (its file was removed, or another run came in between)"
    return "same definition, submitted again"


def parse_facts(text: str) -> dict[str, str]:
    """Read the tag that names what else is part of a definition: `generation=4 period=2026-W47`."""
    return dict(part.split("=", 1) for part in text.split(" ") if "=" in part)


def _compare_fields(
    kind: Kind, run: Run, before: Run, secret: frozenset[str], values: bool
) -> Iterator[str]:
    part = is_linked(kind, before.arn) or is_linked(kind, run.arn)
    old, new = _list_leaves(kind, before, part), _list_leaves(kind, run, part)
    for path in _list_changed(old, new):
        if not values:
            yield f"{path}: changed"
        elif path in secret:
            yield f"{path}: {HIDDEN} -> {HIDDEN}"
        else:
            yield f"{path}: {_show(old, path)} -> {_show(new, path)}"


def _list_changed(old: Mapping[str, Any], new: Mapping[str, Any]) -> list[str]:
    return sorted(name for name in old.keys() | new.keys() if old.get(name) != new.get(name))


def read_request(kind: Kind, run: Run) -> Mapping[str, Any]:
    """Return a run's request as AWS describes it, in our one form; nothing where its payload is no JSON."""
    record: Mapping[str, Any] = run.request
    if is_linked(kind, run.arn) and kind.payload:
        record = {kind.payload.field: record}
    try:
        return normalize(kind, record)
    except JobError:
        return {}


def _list_leaves(kind: Kind, run: Run, payload_alone: bool) -> dict[str, Any]:
    """Return the request's leaves that make a run, from AWS's own description.

    A training job shows the payload alone, and its own name in it: beside one, nothing else can be compared, nor
    what SageMaker has filled in.
    """
    request = keep_request_fields(read_request(kind, run), f"requests/{kind.name}", ())
    left_out = {
        kind.tags.field,
        kind.request.name_field,
        kind.request.token_field,
        *kind.request.in_place,
    }
    kept = {name: value for name, value in request.items() if name not in left_out}
    if kind.payload:
        body = dict(kept.get(kind.payload.field) or {})
        given = str(body.pop(kind.payload.name_field, ""))
        if payload_alone:
            kept = {}
        elif given:  # what is filled in differs from run to run
            body[kind.payload.name_field] = make_payload_stem(kind, split_name(given)[0])
        kept[kind.payload.field] = body
    filled_in = kind.link.filled_in if kind.link and payload_alone else {}
    return {
        join_path(path): normalize_numbers(leaf)
        for path, leaf in walk_leaves(kept, ("request",))
        if filled_in.get(_name_field(path), ...) != leaf
    }


def _name_field(path: Sequence[str | int]) -> str:
    """Return the place in the payload of a leaf's path, without the places in lists."""
    return ".".join(str(part) for part in path[2:] if isinstance(part, str))


def describe_status(run: Run) -> str:
    """Return AWS's status with its reason; a success has one too, which says nothing more."""
    reason = str(run.outputs.get("statusReason") or "")
    return f"{run.status}: {reason}" if reason and run.phase is not Phase.SUCCEEDED else run.status


def _show(found: Mapping[str, Any], path: str) -> str:
    if path not in found:
        return "none"
    text = json.dumps(found[path], ensure_ascii=False)
    return text if len(text) <= LONGEST else f"{text[: LONGEST - 4]}...{text[-1]}"
