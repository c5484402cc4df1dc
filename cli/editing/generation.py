"""Change a job file's `generation` in place: comments, order, quotes and line ends are kept. Pure.

The text is edited, not dumped again, and the result is read back: only the generation may differ.
"""

from __future__ import annotations

import datetime
import json
import re
from dataclasses import dataclass
from typing import Any

from cli.editing.job_text import is_plain
from components import yaml12
from components.errors import JobError
from components.jobfile import json_text
from components.jobfile.places import Places
from components.wire import Path, join_path

KEY = "generation"
_DAY = re.compile(r"(\d{4}-\d{2}-\d{2})(?:-(\d+))?")


@dataclass(frozen=True)
class Change:
    """An edited text, and what was changed; `old` is None where there was no generation."""

    text: str
    old: int | str | None
    new: int | str


def next_generation(value: int | str | None, today: datetime.date) -> int | str:
    """Return the next generation: a number plus one, today for a day, a text with its last number plus one."""
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


def change_generation(text: str, is_json: bool, stack: str, today: datetime.date) -> Change:
    """Return the text with its next generation, under `stacks:` where the stack has one of its own.

    Raises `JobError`, without the file's name, where the edit would change anything else.
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
    new = next_generation(old, today)
    if old is None and "kind" not in before:
        raise JobError("the file has no `kind`; run ./jobctl validate")
    found = _find_entry(text, is_json, ("kind",) if old is None else at)
    edited = ""
    if found and old is None:
        edited = _insert(text, found, new, is_json)
    elif found:
        edited = text[: found.start(1)] + _quote(found[1], new, is_json) + text[found.end() :]
    if not _only_differs(read, edited, before, at, new):
        raise JobError(f"cannot change {join_path(at)} alone; write {json.dumps(new)} by hand")
    return Change(edited, old, new)


def _only_differs(read: Any, edited: str, before: dict[str, Any], at: Path, new: int | str) -> bool:
    wanted = json.loads(json.dumps(before))
    inner = wanted
    for name in at[:-1]:
        inner = inner[name]
    inner[KEY] = new
    try:
        return bool(read(edited) == wanted)
    except yaml12.Unreadable:
        return False


def _quote(written: str, value: int | str, is_json: bool) -> str:
    if isinstance(value, int) or is_json or written.startswith('"'):
        return json.dumps(value, ensure_ascii=False)
    if written.startswith("'"):
        return "'" + value.replace("'", "''") + "'"
    return value if is_plain(value) else json.dumps(value, ensure_ascii=False)


def _insert(text: str, kind: re.Match[str], value: int | str, is_json: bool) -> str:
    """Insert a generation after `kind`, in the layout of the other keys: on a line of its own, or in the same line."""
    key_start, end = kind.span()
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


def _find_entry(text: str, is_json: bool, path: Path) -> re.Match[str] | None:
    """Return where a key and its scalar (group 1) are, nothing for a block or an alias. An anchor is kept."""
    spot = Places(text, is_json).spot(path)
    lines = text.split("\n") if is_json else text.splitlines(keepends=True)
    start = sum(len(line) + is_json for line in lines[: spot.line - 1]) + spot.column - 1
    # a plain scalar of several lines was read with one space for each line end
    plain = r"\s+".join(map(re.escape, (spot.written or "").split()))
    quoted = r""""(?:[^"\\]|\\[\s\S])*"|'(?:[^']|'')*'"""
    gap = r"(?:\s|#.*\n|[&!]\S*\s)*"
    found = re.compile(rf"(?:{quoted}|{path[-1]})\s*:{gap}({quoted}|{plain})").match(text, start)
    return found if found and found[1] else None
