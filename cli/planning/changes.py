"""Why a job runs again: the inputs that differ, field by field. Pure."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from cli.planning.model import Change
from components.kinds import Kind
from components.run.definition import canonical, normalised
from components.wire import Path, dotted

SETTINGS = ("onReplace", "onDelete", "adopt", "formerly", "identity", "waitingFor")
RUN = ("region", "generation", "period")


def changes(kind: Kind, old: Mapping[str, Any], new: Mapping[str, Any]) -> list[Change]:
    """Name every input that differs, what makes another run first.

    A secret leaf is `[secret]` on both sides of the engine's document, so it is never among them.
    """
    secret = frozenset(new.get("secretPaths") or ())
    before = normalised(kind, _mapping(old.get("request")))
    after = normalised(kind, _mapping(new.get("request")))
    packed = _archive(old), _archive(new)
    found = []
    for path, was, now in _different(before, after, ("request",)):
        if _is_packed_code(was, now, packed):
            continue
        top = str(path[1]) if len(path) > 1 else ""
        in_place = top in kind.request.in_place or top == kind.tags.field
        reruns = not in_place and top != kind.request.token_field and dotted(path) not in secret
        found.append(Change(dotted(path), _text(was), _text(now), reruns))
    for name in RUN:
        if canonical(old.get(name)) != canonical(new.get(name)):
            found.append(Change(name, _text(old.get(name)), _text(new.get(name)), True))
    found += _code(_mapping(old.get("code")), _mapping(new.get("code")))
    for path, was, now in _different(
        _mapping(old.get("watched")), _mapping(new.get("watched")), ("watched",)
    ):
        found.append(Change(dotted(path), _text(was), _text(now), True))
    for name in SETTINGS:
        if canonical(old.get(name)) != canonical(new.get(name)):
            found.append(Change(name, _text(old.get(name)), _text(new.get(name)), False))
    return sorted(found, key=lambda change: not change.reruns)


def _code(old: Mapping[str, Any], new: Mapping[str, Any]) -> Iterator[Change]:
    """The files that differ; a file's mode has no hash of its own, so the archive's may be all there is to show."""
    if old.get("sha256") == new.get("sha256"):
        return
    files = list(_different(_mapping(old.get("files")), _mapping(new.get("files")), ("code",)))
    for path, was, now in files:
        yield Change(f"code: {path[-1]}" if len(path) > 1 else "code", _text(was), _text(now), True)
    if not files:
        yield Change("code.sha256", _text(old.get("sha256")), _text(new.get("sha256")), True)


def _archive(inputs: Mapping[str, Any]) -> str:
    return str(_mapping(inputs.get("code")).get("sha256") or "")


def _is_packed_code(was: Any, now: Any, packed: tuple[str, str]) -> bool:
    """Whether a leaf differs by the archive's name alone: which of its files differ says that, and better."""
    before, after = packed
    if not (before and after and before != after and isinstance(was, str) and isinstance(now, str)):
        return False
    return before in was and was.replace(before, after) == now


def _different(old: Any, new: Any, at: Path) -> Iterator[tuple[Path, Any, Any]]:
    """Walk two values together; a list that has grown or shrunk differs as a whole."""
    if isinstance(old, Mapping) and isinstance(new, Mapping):
        for key in sorted(old.keys() | new.keys()):
            yield from _different(old.get(key), new.get(key), (*at, str(key)))
    elif isinstance(old, list) and isinstance(new, list) and len(old) == len(new):
        for index, (was, now) in enumerate(zip(old, new, strict=True)):
            yield from _different(was, now, (*at, index))
    elif canonical(old) != canonical(new):
        yield at, old, new


def _mapping(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}


def _text(value: Any) -> str:
    return "" if value is None else json.dumps(value, ensure_ascii=False, sort_keys=True)
