"""The faults of a document against its schema: which are told, how much they weigh, and what is sound all the same."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from copy import deepcopy
from dataclasses import replace
from typing import Any

from ..schema import Pending, SchemaProblem
from ..wire import Path, map_leaves
from .rules.view import get_known
from .unknown_fields import find_homes, is_doubled
from .words import find_nearest

# no word that a model's vocabulary has, as `<PAD>` is one
_PLACEHOLDER = re.compile(r"<fill in [^<>]+>")
_UNKNOWN = Pending("", "")
_TYPE = re.compile(r"ml\.([a-z]+)([0-9]+)([a-z0-9-]*)\.([a-z0-9]+)")


def rate_fault(fault: SchemaProblem) -> tuple[str, str]:
    """Return a fault's level, and what to add to its sentence.

    AWS brings out instance types faster than SDKs. One that could be newer than the model (a later generation of
    a series that we know, or another size of its two latest generations) is a warning; any other is a mistake.
    """
    is_open = fault.keyword == "enum" and "x-open" in fault.schema
    if is_open and could_be_newer(str(fault.value), fault.expected):
        return "warning", " (ignore this if it is newer than our list)"
    return "error", ""


def could_be_newer(value: str, known: Iterable[str]) -> bool:
    """Say whether `ml.p7.48xlarge` could exist, judging by the types that do."""
    match = _TYPE.fullmatch(value)
    if match is None:
        return False
    series, generation, _, size = match.groups()
    generations: set[int] = set()
    sizes: set[str] = set()
    for found in filter(None, map(_TYPE.fullmatch, known)):
        sizes.add(found[4])
        if found[1] == series:
            generations.add(int(found[2]))
    if size not in sizes or not generations:
        return False
    latest = sorted(generations)[-2:]
    return latest[0] <= int(generation) <= latest[-1] + 2


def select_faults(faults: Sequence[SchemaProblem], name: str) -> Iterator[SchemaProblem]:
    """The faults worth telling: one a value, and a field that is missing only because it is misspelt or misplaced once.

    `name` is that of the schema.
    """
    elsewhere: set[Path] = set()
    doubled: set[Path] = set()
    for fault in faults:
        if fault.keyword == "additionalProperties":
            around, field = fault.path[:-1], str(fault.path[-1])
            elsewhere.add((*around, find_nearest(field, fault.expected)))
            elsewhere.update((*home, field) for home in find_homes(fault.path, name))
            doubled.update([around] if is_doubled(fault.path, name) else ())
    seen = set()
    for fault in faults:
        if fault.keyword == "required":
            is_there = any(path[: len(fault.path)] == fault.path for path in elsewhere)
            if not is_there and fault.path[:-1] not in doubled:
                yield fault
        elif fault.path not in seen:
            seen.add(fault.path)
            yield fault


def keep_sound(body: dict[str, Any], faults: Iterable[SchemaProblem], model: str) -> dict[str, Any]:
    """Return the body for the rules, with each faulty part as something that is not known yet: none judges that.

    So is a field that is missing, and the one that was probably meant by a field which is not known.
    """
    result = deepcopy(body)
    for fault in faults:
        if rate_fault(fault)[0] == "error":
            _hide(result, fault, model)
    return result


def hide_placeholders(body: Any, report: Callable[[Path, str, str], None], at: Path) -> Any:
    """Report what `jobctl new` leaves to the author, and return it as something that is not known yet."""

    def hide(path: Path, leaf: Any) -> Any:
        found = _PLACEHOLDER.search(leaf) if isinstance(leaf, str) else None
        if not found:
            return leaf
        report(path, f"`{found[0]}` is not filled in yet", "not-filled")
        return Pending("", leaf)

    return map_leaves(body, hide, at)


def _hide(body: dict[str, Any], fault: SchemaProblem, model: str) -> None:
    if is_doubled(fault.path, model):
        fault = replace(fault, path=fault.path[:-1], keyword="")
    if not fault.path:
        body.clear()
        return
    parent = get_known(body, fault.path[:-1])
    last: Any = fault.path[-1]
    if isinstance(parent, list) and isinstance(last, int):
        parent[last] = _UNKNOWN
    elif isinstance(parent, dict) and fault.keyword in ("additionalProperties", "propertyNames"):
        parent.pop(last, None)
        homes = find_homes(fault.path, model)
        for home in homes:
            _hide_absent(body, (*home, str(last)))
        if not homes and (meant := find_nearest(str(last), fault.expected or ())):
            parent.setdefault(meant, _UNKNOWN)
    elif isinstance(parent, dict):
        parent[last] = _UNKNOWN


def _hide_absent(body: Any, path: Path) -> None:
    """Put something unknown where the path's first missing part would be."""
    for part in path:
        inner = body.setdefault(str(part), _UNKNOWN) if isinstance(body, dict) else None
        body = get_known(body, (part,)) if inner is None else inner
