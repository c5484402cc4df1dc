"""Read JSON strictly: every key once, no NaN, whole floats as integers, and a place for every mistake."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from functools import partial
from typing import Any, NoReturn

from ..yaml12 import MAX_DEPTH, Unreadable, read_number
from .places import find_second, find_written

# an escape as a whole, so that an escaped backslash begins none; a pair of surrogates is one, half of a pair the group
_ESCAPE = re.compile(
    r"\\(?:ud[89ab][0-9a-f]{2}\\ud[c-f][0-9a-f]{2}|(ud[89a-f][0-9a-f]{2})|.)", re.I | re.S
)


class _Refused(ValueError):
    """What the parser's hooks refuse; `locate` finds it in the text."""

    def __init__(self, message: str, locate: Callable[[str], tuple[int, int]]) -> None:
        super().__init__(message)
        self.message, self.locate = message, locate


def load(text: str) -> Any:
    """Return the document in the text. Raises `Unreadable`."""
    _refuse_half_pairs(text)
    try:
        document = json.loads(
            text,
            object_pairs_hook=_make_object,
            parse_int=_read_number,
            parse_float=_read_number,
            parse_constant=_refuse_number,
        )
        if _measure_depth(document) > MAX_DEPTH:
            raise RecursionError
    except RecursionError:
        raise Unreadable(f"nested more than {MAX_DEPTH} levels deep", 0, 0) from None
    except json.JSONDecodeError as error:
        message = _explain(error, text)
        raise Unreadable(message, error.lineno, error.colno) from error
    except _Refused as error:
        raise Unreadable(error.message, *error.locate(text)) from error
    return document


def _refuse_half_pairs(text: str) -> None:
    """Refuse half of a surrogate pair: it is no character, and has no UTF-8 to be sent or printed in.

    https://www.rfc-editor.org/rfc/rfc8259#section-8.2
    """
    for escape in _ESCAPE.finditer(text):
        if escape[1]:
            line = text.count("\n", 0, escape.start()) + 1
            column = escape.start() - text.rfind("\n", 0, escape.start())
            raise Unreadable(f"`{escape[0]}` is half of a surrogate pair", line, column)


def _measure_depth(value: Any) -> int:
    if isinstance(value, dict):
        value = list(value.values())
    return 1 + max(map(_measure_depth, value), default=0) if isinstance(value, list) else 0


def _make_object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    result: dict[str, Any] = {}
    for key, value in pairs:
        if key in result:
            raise _Refused(f"duplicate key `{key}`", partial(find_second, key=key))
        result[key] = value
    return result


def _read_number(text: str) -> int | float:
    try:
        return read_number(text)
    except ValueError:
        _refuse_number(text)


def _refuse_number(text: str) -> NoReturn:
    raise _Refused(f"{text[:20]} is not a supported number", partial(find_written, value=text))


def _explain(error: json.JSONDecodeError, text: str) -> str:
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
