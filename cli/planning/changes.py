"""The inputs of a job that differ, field by field. Pure."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from cli.planning.model import Change
from components.kinds import Kind
from components.run.definition import canonical, normalize
from components.stack.archive import collapse_folders
from components.wire import Path, join_path

SETTINGS = ("onReplace", "onDelete", "adopt", "formerly", "identity", "waitingFor")
RUN = ("region", "generation", "period")


def list_changes(kind: Kind, old: Mapping[str, Any], new: Mapping[str, Any]) -> list[Change]:
    """Return every input that differs, first those that cause a new run.

    A secret leaf is `[secret]` on both sides of the engine's document, so it is never among them.
    """
    secret = frozenset(new.get("secretPaths") or ())
    before = normalize(kind, as_mapping(old.get("request")))
    after = normalize(kind, as_mapping(new.get("request")))
    packed = _find_archive(old), _find_archive(new)
    found = []
    for path, was, now in _compare(before, after, ("request",)):
        if _is_packed_code(was, now, packed):
            continue
        top = str(path[1]) if len(path) > 1 else ""
        in_place = top in kind.request.in_place or top == kind.tags.field
        reruns = not in_place and top != kind.request.token_field and join_path(path) not in secret
        found.append(Change(join_path(path), _format(was), _format(now), reruns))
    for name in (*RUN, *SETTINGS):
        was, now = old.get(name), new.get(name)
        if canonical(was) != canonical(now):
            found.append(Change(name, _format(was), _format(now), name in RUN))
    found += _compare_code(as_mapping(old.get("code")), as_mapping(new.get("code")))
    for path, was, now in _compare(
        as_mapping(old.get("watched")), as_mapping(new.get("watched")), ("watched",)
    ):
        found.append(Change(join_path(path), _format(was), _format(now), True))
    return sorted(found, key=lambda change: not change.reruns)


def _compare_code(old: Mapping[str, Any], new: Mapping[str, Any]) -> Iterator[Change]:
    """Yield the files that differ, or the folders where there are many.

    A file's mode has no hash of its own, and too many files have none: then only the archive's hash differs.
    """
    if old.get("sha256") == new.get("sha256"):
        return
    before, after = as_mapping(old.get("files")), as_mapping(new.get("files"))
    folders = [name for name in (*before, *after) if name.endswith("/")]
    if folders:
        depth = min(name.count("/") for name in folders)
        before, after = collapse_folders(before, depth), collapse_folders(after, depth)
    has_no_record = (old and not before) or (new and not after)
    files = [] if has_no_record else list(_compare(before, after, ("code",)))
    for path, was, now in files:
        yield Change(
            f"code: {path[-1]}" if len(path) > 1 else "code", _format(was), _format(now), True
        )
    if not files:
        yield Change("code.sha256", _format(old.get("sha256")), _format(new.get("sha256")), True)


def _find_archive(inputs: Mapping[str, Any]) -> str:
    return str(as_mapping(inputs.get("code")).get("sha256") or "")


def _is_packed_code(was: Any, now: Any, packed: tuple[str, str]) -> bool:
    """Tell whether a leaf only differs in the archive's name: the files that differ say more."""
    before, after = packed
    if not (before and after and before != after and isinstance(was, str) and isinstance(now, str)):
        return False
    return before in was and was.replace(before, after) == now


def _compare(old: Any, new: Any, at: Path) -> Iterator[tuple[Path, Any, Any]]:
    if isinstance(old, Mapping) and isinstance(new, Mapping):
        for key in sorted(old.keys() | new.keys()):
            yield from _compare(old.get(key), new.get(key), (*at, str(key)))
    elif isinstance(old, list) and isinstance(new, list) and len(old) == len(new):
        for index, (was, now) in enumerate(zip(old, new, strict=True)):
            yield from _compare(was, now, (*at, index))
    elif canonical(old) != canonical(new):
        yield at, old, new


def as_mapping(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}


def _format(value: Any) -> str:
    return "" if value is None else json.dumps(value, ensure_ascii=False, sort_keys=True)
