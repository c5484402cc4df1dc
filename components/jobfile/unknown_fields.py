"""Fields that an API does not know where they are: misspelt, a level too high or too low, or part of an answer."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cache
from typing import Any

from .. import schema
from ..kinds import KINDS, Kind
from ..wire import Path, join_path
from .words import find_nearest

_REQUESTS = "requests/"


def find_homes(path: Path, name: str) -> list[Path]:
    """Return where a field of this name may be in a document of that schema, those nearest to the path first.

    At most two, with the path's own indices; of lists that the path is not in nothing is known.
    """
    container, field = path[:-1], str(path[-1])
    homes = []
    for home in _list_homes(name).get(field, ()):
        shared = _count_shared(home, container)
        if "[]" not in home[shared:]:
            homes.append((-shared, len(home), (*container[:shared], *home[shared:])))
    homes.sort(key=lambda each: each[:2])
    return [home for shared, _, home in homes if shared == homes[0][0]][:2]


def describe_home(path: Path, name: str) -> str:
    """Say where a field belongs, or nothing."""
    field = str(path[-1])
    if len(path) == 1 and name == "keys":
        owners = [kind for kind in KINDS if () in _list_homes(_REQUESTS + kind).get(field, ())]
        return "it belongs in `request`" if owners else ""
    homes = find_homes(path, name)
    if homes and (homes[0] or name.startswith(_REQUESTS)):
        # the root of a request's schema is the file's `request`
        return "it belongs in " + " or ".join(f"`{join_path(home) or 'request'}`" for home in homes)
    if homes or (name.startswith(_REQUESTS) and field in schema.read("keys")["properties"]):
        return "it belongs at the top of the file, beside `request`"
    return ""


def _count_shared(home: Path, container: Path) -> int:
    count = 0
    for one, other in zip(home, container, strict=False):
        if one != ("[]" if isinstance(other, int) else other):
            break
        count += 1
    return count


@cache
def _list_homes(name: str) -> dict[str, tuple[Path, ...]]:
    """Where each field of a schema may be: the parts of the path of what it is in, `[]` for a list's items."""
    found: dict[str, list[Path]] = {}
    root = schema.read(name)
    for path, field in _walk_fields(root, root, ()):
        found.setdefault(field, []).append(path)
    return {field: tuple(paths) for field, paths in found.items()}


def _walk_fields(part: Any, root: dict[str, Any], path: Path) -> Iterator[tuple[Path, str]]:
    if "$ref" in part:
        part = root["$defs"][part["$ref"].removeprefix("#/$defs/")]
    for field, inner in part.get("properties", {}).items():
        yield path, field
        if isinstance(inner, dict):
            yield from _walk_fields(inner, root, (*path, field))
    if isinstance(part.get("items"), dict):
        yield from _walk_fields(part["items"], root, (*path, "[]"))


def split_answers(
    faults: Sequence[schema.SchemaProblem], kind: Kind
) -> tuple[list[schema.SchemaProblem], list[tuple[Path, str]]]:
    """Take out the fields that only answers have: the other faults, and (path, sentence) of each pasted answer."""
    record = kind.record
    wrapper = record.describe.result
    unknown = [fault for fault in faults if fault.keyword == "additionalProperties"]
    if wrapper and any(fault.path == (wrapper,) for fault in unknown):
        return [], [((wrapper,), f"is {record.describe.operation}'s answer, {_REMEDY}")]
    names = (record.status_field, record.terminated_field, kind.request.submit.result)
    lists = record.attempts.lists if record.attempts else ()
    tables: dict[Path, tuple[str, set[str]]] = {
        (): (record.describe.operation, {*names, *lists, *record.outputs.values()})
    }
    if kind.payload and kind.link:
        inner = {*kind.link.outputs.values(), *kind.link.details.values()}
        tables[(kind.payload.field,)] = (kind.link.describe.operation, inner)
    rest, told = list(faults), []
    for parent, (operation, paths) in tables.items():
        fields = {path.partition(".")[0] for path in paths}
        here = [fault for fault in unknown if fault.path[:-1] == parent]
        homeless = [fault for fault in here if not find_homes(fault.path, _REQUESTS + kind.name)]
        if not any(fault.path[-1] in fields for fault in homeless):
            continue
        pasted = [
            fault
            for fault in here
            if fault.path[-1] in fields
            or (fault in homeless and not find_nearest(str(fault.path[-1]), fault.expected))
        ]
        rest = [fault for fault in rest if fault not in pasted]
        said = [f"`{fault.path[-1]}`" for fault in pasted]
        more = f" and {len(said) - 4} more" if len(said) > 4 else ""
        sentence = f"{', '.join(said[:4])}{more}: fields of {operation}'s answer, {_REMEDY}"
        told.append((pasted[0].path, sentence))
    return rest, told


_REMEDY = "not of a request; `./jobctl import` makes a job file of a run"
