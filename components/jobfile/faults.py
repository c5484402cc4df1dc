"""Which faults of a schema are told, and how much they weigh."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence

from ..schema import SchemaProblem
from ..wire import Path
from .unknown_fields import find_homes, is_doubled
from .words import find_nearest

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
