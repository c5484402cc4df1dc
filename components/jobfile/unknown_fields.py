"""Fields that an API does not know where they are: misspelt, a level too high or too low, or part of an answer."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from functools import cache
from itertools import takewhile
from typing import Any

from .. import schema
from ..kinds import KINDS, Kind
from ..schema.compiled import follow
from ..wire import Path, join_path
from .words import find_nearest

REQUESTS = "requests/"


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
    if is_doubled(path, name):
        return f"it is in a `{field}` already; remove one of the two"
    is_top = len(path) == 1 or (len(path) == 3 and path[0] == "stacks")
    if is_top and name == "keys":
        listed = [_list_homes(REQUESTS + kind).get(field, ()) for kind in KINDS]
        found = {min(each, key=len) for each in listed if each}
        plain = sorted(home for home in found if "[]" not in home)
        if plain:
            return _name_homes(plain[:2], (*path[:-1], "request"))
    homes = find_homes(path, name)
    if name.startswith(REQUESTS) and homes:
        return _name_homes(homes, ("request",))
    if homes and homes[0]:
        return f"it belongs in `{join_path(homes[0])}`"
    if homes or (name.startswith(REQUESTS) and field in schema.read("keys")["properties"]):
        return "it belongs at the top of the file, beside `request`"
    return ""


def _name_homes(homes: Sequence[Path], root: Path) -> str:
    """Name places in a request, whose path in the file is `root`."""
    return "it belongs in " + " or ".join(f"`{join_path((*root, *home))}`" for home in homes)


def is_doubled(path: Path, name: str) -> bool:
    """Say whether a field is in one of its own name: pasted with the key that was there already."""
    whole = ("request", *path) if name.startswith(REQUESTS) else path
    return whole[-2:-1] == whole[-1:] != ()


def _count_shared(home: Path, container: Path) -> int:
    wanted = ("[]" if isinstance(part, int) else part for part in container)
    return sum(
        1 for _ in takewhile(lambda pair: pair[0] == pair[1], zip(home, wanted, strict=False))
    )


@cache
def _list_homes(name: str) -> dict[str, tuple[Path, ...]]:
    """Where each field of a schema may be: the parts of the path of what it is in, `[]` for a list's items."""
    found: dict[str, list[Path]] = {}
    root = schema.read(name)
    for path, field in _walk_fields(root, root, ()):
        found.setdefault(field, []).append(path)
    return {field: tuple(paths) for field, paths in found.items()}


def _walk_fields(part: Any, root: dict[str, Any], path: Path) -> Iterator[tuple[Path, str]]:
    part = follow(part, root)
    for field, inner in part.get("properties", {}).items():
        yield path, field
        if isinstance(inner, dict):
            yield from _walk_fields(inner, root, (*path, field))
    if isinstance(part.get("items"), dict):
        yield from _walk_fields(part["items"], root, (*path, "[]"))


def list_calls(kind: Kind) -> Iterator[tuple[Path, str, str, set[str]]]:
    """Yield where in `request` a call's parameters stand, the call, the one that describes what it made, and fields
    of that one's answer.
    """
    record = kind.record
    names = (record.status_field, record.terminated_field, kind.listing.fields["arn"])
    lists = record.attempts.lists if record.attempts else ()
    found = {*names, *lists, *record.outputs.values()}
    yield (), kind.request.submit.operation, record.describe.operation, _first_parts(found)
    if kind.payload and kind.link:
        found = {*kind.link.outputs.values(), *kind.link.details.values()}
        describe = kind.link.describe.operation
        yield (kind.payload.field,), kind.payload.operation, describe, _first_parts(found)


def _first_parts(paths: set[str]) -> set[str]:
    return {path.partition(".")[0] for path in paths if path}


def split_answers(
    faults: Sequence[schema.SchemaProblem], kind: Kind
) -> tuple[list[schema.SchemaProblem], list[tuple[Path, str]]]:
    """Take out the fields that only answers have: the other faults, and (path, sentence) of each pasted answer."""
    record = kind.record
    wrapper = record.describe.result
    unknown = [fault for fault in faults if fault.keyword == "additionalProperties"]
    if wrapper and any(fault.path == (wrapper,) for fault in unknown):
        return [], [((wrapper,), f"is {record.describe.operation}'s answer, {_REMEDY}")]
    rest, told = list(faults), []
    for parent, operation, fields in _list_answers(kind):
        here = [fault for fault in rest if fault in unknown and fault.path[:-1] == parent]
        homeless = [fault for fault in here if not find_homes(fault.path, REQUESTS + kind.name)]
        if not any(fault.path[-1] in fields for fault in homeless):
            continue
        pasted = [
            fault
            for fault in here
            if fault.path[-1] in fields
            or (fault in homeless and not find_nearest(str(fault.path[-1]), fault.expected))
        ]
        rest = [fault for fault in rest if fault not in pasted]
        told.append(
            (pasted[0].path, f"{_name_fields(pasted)}: fields of {operation}'s answer, {_REMEDY}")
        )
    return rest, told


def _list_answers(kind: Kind) -> Iterator[tuple[Path, str, set[str]]]:
    for parent, _, operation, fields in list_calls(kind):
        yield parent, operation, fields
        if parent:
            yield (), operation, fields


def group_misplaced(
    faults: Sequence[schema.SchemaProblem], name: str
) -> tuple[list[schema.SchemaProblem], list[tuple[Path, str]]]:
    """Take out fields that are in one wrong place together: the other faults, and (path, sentence) of each group."""
    groups: dict[tuple[Path, str], list[schema.SchemaProblem]] = {}
    for fault in faults:
        if fault.keyword == "additionalProperties" and (what := _describe_mistake(fault, name)):
            groups.setdefault((fault.path[:-1], what), []).append(fault)
    rest, told = list(faults), []
    for (_, what), group in groups.items():
        if len(group) >= _TOGETHER:
            rest = [fault for fault in rest if fault not in group]
            told.append((group[0].path, f"{_name_fields(group)} {what}"))
    return rest, told


def _describe_mistake(fault: schema.SchemaProblem, name: str) -> str:
    """Say what a field has in common with others that are wrong as it is, or nothing."""
    if same := find_same(str(fault.path[-1]), fault.expected):
        # `JobQueue`, as other tools write it
        return f"begin with {'an upper' if same[0].isupper() else 'a lower'}-case letter"
    return describe_home(fault.path, name).replace("it belongs", "belong")


def find_same(field: str, known: Iterable[str]) -> str:
    """Return the field that is written the same but for its letters' case, or nothing."""
    return next((name for name in known if name.lower() == field.lower()), "")


def _name_fields(faults: Sequence[schema.SchemaProblem]) -> str:
    said = [f"`{fault.path[-1]}`" for fault in faults]
    more = f" and {len(said) - 4} more" if len(said) > 4 else ""
    return f"{', '.join(said[:4])}{more}"


_TOGETHER = 3  # fields that are misplaced together are said once
_REMEDY = "not of a request; `./jobctl import` makes a job file of a run"
