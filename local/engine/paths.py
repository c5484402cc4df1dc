"""Property paths as Pulumi writes them: `a.b[0]["c.d"]`, with `*` for any."""

from __future__ import annotations

import re

from local.engine.values import Properties, Secret, Value

Path = tuple[str | int, ...]


def parse(text: str) -> Path:
    """The elements of a path; ValueError says what is wrong with it."""
    if text.startswith("."):
        raise ValueError("expected property path to start with a name or index")
    elements: list[str | int] = []
    rest = text
    while rest:
        if rest[0] == ".":
            rest = rest[1:]
            if not rest:
                raise ValueError("expected property path to end with a name or index")
        elif rest.startswith('["'):
            name, rest = quoted(rest[2:])
            elements.append(name)
        elif rest[0] == "[":
            index, closing, rest = rest[1:].partition("]")
            if not closing:
                raise ValueError("missing closing bracket in array index")
            elements.append("*" if index == "*" else int(index))
        else:
            end = next((at for at, letter in enumerate(rest) if letter in ".["), len(rest))
            elements.append(rest[:end])
            rest = rest[end:]
    return tuple(elements)


def quoted(rest: str) -> tuple[str, str]:
    name = ""
    at = 0
    while at < len(rest) and rest[at] != '"':
        if rest.startswith('\\"', at):
            at += 1
        name += rest[at]
        at += 1
    if not rest.startswith('"]', at):
        raise ValueError("missing closing bracket in property access")
    return name, rest[at + 2 :]


def render(path: Path) -> str:
    """The path as text, a name in quotes where it holds more than letters, digits and `_`."""
    text = ""
    for element in path:
        if isinstance(element, int):
            text += f"[{element}]"
        elif not re.fullmatch(r"[A-Za-z0-9_]*", element):
            escaped = element.replace('"', '\\"')
            text += f'["{escaped}"]'
        else:
            text += f".{element}" if text else element
    return text


def reset(path: Path, old: Properties, new: Properties) -> bool:
    """Set what lies at `path` in `new` back to what it is in `old`; False where the two do not match."""
    return _reset(path, old, new, False, False)


def _open(value: Value, secret: bool) -> tuple[Value, bool]:
    while isinstance(value, Secret):
        value, secret = value.value, True
    return value, secret


def _reset(path: Path, old: Value, new: Value, old_secret: bool, new_secret: bool) -> bool:
    if not path:
        return False
    old, old_secret = _open(old, old_secret)
    new, new_secret = _open(new, new_secret)
    key, last = path[0], len(path) == 1
    if key == "*":
        return _reset_all(path, old, new, old_secret, new_secret)
    kind = list if isinstance(key, int) else dict
    if not isinstance(old, kind) or not isinstance(new, kind):
        if last and kind is dict:
            if isinstance(new, dict):
                new.pop(str(key), None)
            return True
        return not isinstance(old, kind) and not isinstance(new, kind)
    has_old, has_new = _has(old, key), _has(new, key)
    if last:
        if has_old and (has_new or kind is dict):
            _put(new, key, old[key], old_secret, new_secret)  # type: ignore[index]  # kind is checked
            return True
        if has_old or (has_new and kind is list):
            return False
        if has_new:
            del new[key]  # type: ignore[arg-type]  # kind is checked
        return True
    if kind is list:
        if not (has_old and has_new):
            return False
    elif not has_new:
        return not has_old
    inner = old[key] if has_old else None  # type: ignore[index]  # kind is checked
    return _reset(path[1:], inner, new[key], old_secret, new_secret)  # type: ignore[index]  # kind is checked


def _has(holder: Value, key: str | int) -> bool:
    if isinstance(key, int):
        return 0 <= key < len(holder)
    return key in holder


def _put(holder: Value, key: str | int, value: Value, old_secret: bool, new_secret: bool) -> None:
    holder[key] = Secret(value) if old_secret and not new_secret else value


def _reset_all(path: Path, old: Value, new: Value, old_secret: bool, new_secret: bool) -> bool:
    if isinstance(old, dict) and isinstance(new, dict):
        if len(path) == 1:
            for key, value in old.items():
                _put(new, key, value, old_secret, new_secret)
            for key in [key for key in new if key not in old]:
                del new[key]
            return True
        return all(
            key in new and _reset(path[1:], old[key], new[key], old_secret, new_secret)
            for key in old
        )
    if isinstance(old, list) and isinstance(new, list):
        for at in range(min(len(old), len(new))):
            if len(path) == 1:
                _put(new, at, old[at], old_secret, new_secret)
            elif not _reset(path[1:], old[at], new[at], old_secret, new_secret):
                return False
        return len(old) == len(new)
    return len(path) == 1 and isinstance(new, (dict, list))
