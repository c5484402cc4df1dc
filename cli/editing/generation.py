"""A job file's `generation`, changed where it stands: comments, order, quotes and line ends stay. Pure.

The text is edited, never written anew, and what comes out is read again: only the generation may differ.
"""

from __future__ import annotations

import datetime
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import yaml

from components.errors import JobError
from components.jobfile import json_text, yaml12
from components.wire import Path

KEY = "generation"
_DAY = re.compile(r"(\d{4}-\d{2}-\d{2})(?:-(\d+))?")
_BY_HAND = "edit it by hand"


@dataclass(frozen=True)
class Change:
    """An edited text, and what was changed; `old` is None where there was no generation."""

    text: str
    old: int | str | None
    new: int | str


def following(value: int | str | None, today: datetime.date) -> int | str:
    """The generation after this one: a number counts on, a day becomes today, a text's last number counts on."""
    if value is None:
        return 1
    if isinstance(value, int):
        return value + 1
    day = _DAY.fullmatch(value)
    if day and day[1] < today.isoformat():
        return today.isoformat()
    if day:
        return f"{day[1]}-{int(day[2] or 1) + 1}"
    number = re.search(r"\d+$", value)
    if number:
        return value[: number.start()] + str(int(number[0]) + 1).zfill(len(number[0]))
    return f"{value}-2"


def changed(text: str, is_json: bool, stack: str, today: datetime.date) -> Change:
    """Give the file its next generation, in the stack's overlay where that has one of its own.

    Raises `JobError`, without the file's name, where an edit of the text would change more than that.
    """
    read = json_text.load if is_json else yaml12.load
    before = read(text)
    overlay = (before.get("stacks") or {}).get(stack) or {}
    at: Path = ("stacks", stack, KEY) if KEY in overlay else (KEY,)
    old = overlay.get(KEY, before.get(KEY))
    if old is not None and (isinstance(old, bool) or not isinstance(old, int | str)):
        raise JobError(f"generation is {old!r}; expected an integer or a string")
    if isinstance(old, str) and "${" in old:
        raise JobError(f"generation is interpolated ({old}); change its values")
    new = following(old, today)
    spots = dict(_json_values(text, 0, ()) if is_json else _yaml_values(text))
    if old is None:
        edited = _added(text, spots, new, is_json)
    else:
        start, end = spots.get(at, (0, 0))
        edited = text[:start] + _in_style(text[start:end], new, is_json) + text[end:]
    if not _only_differs(read, edited, before, at, new):
        raise JobError(f"cannot edit generation on its own: {_BY_HAND}")
    return Change(edited, old, new)


def _only_differs(read: Any, edited: str, before: dict[str, Any], at: Path, new: int | str) -> bool:
    """Read the edited text again: everything but the generation must be what it was."""
    wanted = json.loads(json.dumps(before))
    inner = wanted
    for name in at[:-1]:
        inner = inner[name]
    inner[KEY] = new
    try:
        return bool(read(edited) == wanted)
    except yaml12.Unreadable:
        return False


def _in_style(written: str, value: int | str, is_json: bool) -> str:
    """Write a value with the quotes that the old one had."""
    if isinstance(value, int) or is_json or written.startswith('"'):
        return json.dumps(value, ensure_ascii=False)
    if written.startswith("'"):
        return "'" + value.replace("'", "''") + "'"
    if written[:1] in ("|", ">", "&", "*", "!"):
        raise JobError(f"generation is not a plain scalar: {_BY_HAND}")
    try:
        plain = bool(yaml12.load(f"a: {value}") == {"a": value})
    except yaml12.Unreadable:
        plain = False
    return value if plain else json.dumps(value, ensure_ascii=False)


def _added(text: str, spots: dict[Path, tuple[int, int]], value: int | str, is_json: bool) -> str:
    """Put a generation after `kind`, as the other keys stand: on a line of its own, or in the same line."""
    if ("kind",) not in spots:
        raise JobError("the file has no `kind`; run ./jobctl validate")
    end = spots[("kind",)][1]
    key_start = spots[("", "kind")][0]
    opening = text[:key_start].rstrip()[-1:]
    if is_json or opening in ("{", ","):
        gap = re.search(r"\s*\Z", text[:key_start])
        space = gap[0] if gap and "\n" in gap[0] else " "
        name = f'"{KEY}"' if text[key_start : key_start + 1] == '"' else KEY
        return f"{text[:end]},{space}{name}: {value}{text[end:]}"
    line_end = text.find("\n", end)
    newline = "\r\n" if text[line_end - 1 : line_end] == "\r" else "\n"
    indent = re.sub(r"\S", " ", text[text.rfind("\n", 0, key_start) + 1 : key_start])
    if line_end < 0:
        return f"{text}{newline}{indent}{KEY}: {value}{newline}"
    return f"{text[: line_end + 1]}{indent}{KEY}: {value}{newline}{text[line_end + 1 :]}"


def _yaml_values(text: str) -> Iterator[tuple[Path, tuple[int, int]]]:
    """Where the values stand, as (start, end) in characters; the key `kind` itself under ("", "kind")."""
    loader = yaml12.Loader(text)
    try:
        root = loader.get_single_node()
    finally:
        loader.dispose()
    if root is not None:
        yield from _node_values(root, ())


def _node_values(node: yaml.Node, at: Path) -> Iterator[tuple[Path, tuple[int, int]]]:
    if not isinstance(node, yaml.MappingNode) or len(at) > 2:
        return
    for key, value in node.value:
        path = (*at, str(key.value))
        if path == ("kind",):
            yield ("", "kind"), (key.start_mark.index, key.end_mark.index)
        yield path, (value.start_mark.index, value.end_mark.index)
        yield from _node_values(value, path)


def _json_values(text: str, start: int, at: Path) -> Iterator[tuple[Path, tuple[int, int]]]:
    """The same for JSON, which YAML's reader does not take whole (tabs)."""
    decoder = json.JSONDecoder()
    position = _after_space(text, start)
    if text[position] != "{" or len(at) > 2:
        return
    position = _after_space(text, position + 1)
    while text[position] != "}":
        key, end = decoder.raw_decode(text, position)
        if (*at, key) == ("kind",):
            yield ("", "kind"), (position, end)
        value_start = _after_space(text, _after_space(text, end) + 1)
        _, end = decoder.raw_decode(text, value_start)
        yield (*at, key), (value_start, end)
        yield from _json_values(text, value_start, (*at, key))
        position = _after_space(text, end)
        if text[position] == ",":
            position = _after_space(text, position + 1)


def _after_space(text: str, position: int) -> int:
    found = re.compile(r"\s*").match(text, position)
    return found.end() if found else position
