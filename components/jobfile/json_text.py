"""Read JSON strictly: every key once, no NaN, whole floats as integers, and a place for every mistake."""

from __future__ import annotations

import json
import re
from typing import Any

from .places import second, written
from .yaml12 import MAX_DEPTH, Unreadable

# an escape as a whole, so that an escaped backslash begins none; a pair of surrogates is one, half of a pair the group
_ESCAPE = re.compile(
    r"\\(?:ud[89ab][0-9a-f]{2}\\ud[c-f][0-9a-f]{2}|(ud[89a-f][0-9a-f]{2})|.)", re.I | re.S
)
_STRING = re.compile(r'"(?:[^"\\]|\\.)*"', re.DOTALL)


class _NoNumber(ValueError):
    def __init__(self, text: str) -> None:
        super().__init__(text[:20])
        self.text = text


class _Twice(ValueError):
    def __init__(self, key: str) -> None:
        super().__init__(key)
        self.key = key


def load(text: str) -> Any:
    """Return the document in the text. Raises `Unreadable`."""
    if _depth(text) > MAX_DEPTH:
        raise Unreadable(f"nested more than {MAX_DEPTH} levels deep", 0, 0)
    _refuse_half_pairs(text)
    try:
        return json.loads(
            text,
            object_pairs_hook=_object,
            parse_int=_integer,
            parse_float=_number,
            parse_constant=_constant,
        )
    except _Twice as error:
        line, column = second(text, error.key)
        raise Unreadable(f"duplicate key `{error.key}`", line, column) from error
    except json.JSONDecodeError as error:
        message = _plain(error, text)
        raise Unreadable(message, error.lineno, error.colno) from error
    except _NoNumber as error:
        raise Unreadable(
            f"{error} is not a supported number", *written(text, error.text)
        ) from error


def _refuse_half_pairs(text: str) -> None:
    """Refuse half of a surrogate pair: it is no character, and has no UTF-8 to be sent or printed in.

    https://www.rfc-editor.org/rfc/rfc8259#section-8.2
    """
    for escape in _ESCAPE.finditer(text):
        if escape[1]:
            line = text.count("\n", 0, escape.start()) + 1
            column = escape.start() - text.rfind("\n", 0, escape.start())
            raise Unreadable(f"`{escape[0]}` is half of a surrogate pair", line, column)


def _depth(text: str) -> int:
    """The deepest nesting, roughly: brackets in strings count too, so only a deep text is looked at closely."""
    if text.count("[") + text.count("{") <= MAX_DEPTH:
        return 0
    depth = deepest = 0
    for character in _STRING.sub("", text):
        if character in "[{":
            depth += 1
            deepest = max(deepest, depth)
        elif character in "]}":
            depth -= 1
    return deepest


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    result = dict(pairs)
    if len(result) != len(pairs):
        seen: set[str] = set()
        for key, _ in pairs:
            if key in seen:
                raise _Twice(key)
            seen.add(key)
    return result


def _integer(text: str) -> int:
    # Python refuses to read thousands of digits, with an error of its own
    if len(text) > 300:
        raise _NoNumber(text)
    return int(text)


def _number(text: str) -> float | int:
    number = float(text)
    if number in (float("inf"), float("-inf")):
        raise _NoNumber(text)
    return int(number) if number.is_integer() else number


def _constant(text: str) -> Any:
    raise _NoNumber(text)


def _plain(error: json.JSONDecodeError, text: str) -> str:
    if error.pos >= len(text.rstrip()) or error.msg.startswith("Unterminated string"):
        return "not JSON: unexpected end of text; a bracket or a quote is not closed"
    found = text[error.pos : error.pos + 1]
    before = text[: error.pos].rstrip()
    if before.endswith(",") and found in ("}", "]"):
        return f"not JSON: trailing comma before `{found}`"
    if error.msg.startswith("Expecting property name") and found == "'":
        return "not JSON: keys must be in double quotes"
    if text[error.pos : error.pos + 2] in ("//", "/*") or found == "#":
        return "not JSON: comments are not allowed; use a .yaml file"
    if error.msg == "Extra data":
        return "not JSON: unexpected text after the end of the document"
    return f"not JSON: {error.msg[:1].lower()}{error.msg[1:]}"
