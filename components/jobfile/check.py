"""Check a request that comes from no job file: somebody's own program declares it, parts of it may be unknown.

Nobody knows which of its values are secret, so no value is shown.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from .. import schema
from ..kinds import Kind
from ..redact import HIDDEN
from ..wire import Path, walk_leaves
from . import messages, request, rules
from .faults import keep_sound, rate_fault, select_faults

_SHORT = 3  # characters of a value that is no secret: it is part of too many sentences
_VALUE = "the value"


def find_faults(
    kind: Kind, name: str, region: str, asked: Mapping[str, Any]
) -> Iterator[tuple[Path, str]]:
    """Yield (path, sentence) of each error of a request whose unknown leaves are `Pending`."""
    model = f"requests/{kind.name}"
    try:
        body = request.parse_payload(kind, dict(asked))
    except request.NotJson:
        field = kind.payload.field if kind.payload else ""
        yield ("request", field), "this text must be a JSON object; write the payload as a mapping"
        return
    faults = schema.find_problems(body, model)
    for fault in select_faults(faults, model):
        if rate_fault(fault)[0] == "error":
            sentence = messages.describe_fault(fault, model, secret=True)
            yield ("request", *fault.path), sentence.replace(HIDDEN, _VALUE)
    if faults:
        body = keep_sound(body, faults, model)
    texts = [leaf for _, leaf in walk_leaves(body) if isinstance(leaf, str) and len(leaf) > _SHORT]
    view = rules.View(kind, name, request.complete(kind, body, {}), body, region)
    for problem in rules.find_problems(view):
        if problem.level == "error":
            sentence = problem.message
            for text in sorted(texts, key=len, reverse=True):
                sentence = sentence.replace(text, _VALUE)
            yield problem.path, sentence
