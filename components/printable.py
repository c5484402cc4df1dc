"""Text that a terminal only shows: whatever AWS or a job file says, it moves no cursor and hides nothing. Pure."""

from __future__ import annotations

import json
import re
import unicodedata
from typing import Any, TextIO, cast

from .wire import map_leaves

# control, format (joiners, right-to-left marks), surrogate, private, unassigned, line and paragraph separators
_UNSURE, _UNSURE_BUT_LAYOUT = re.compile(r"[^ -~]"), re.compile(r"[^ -~\n\t]")
_HIDDEN = ("Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp")


def visible(text: str) -> str:
    """Return the text on one line, with what cannot be seen escaped as in JSON: `a\\u202eb`, `\\n`."""
    return _UNSURE.sub(lambda found: _show(found[0]), text)


def printable(text: str) -> str:
    """Return the text with what cannot be seen escaped; its lines and tabs stay."""
    return _UNSURE_BUT_LAYOUT.sub(lambda found: _show(found[0]), text)


def make_printable(value: Any) -> Any:
    """Return a tree of values with each text printable."""
    return map_leaves(value, lambda at, leaf: printable(leaf) if isinstance(leaf, str) else leaf)


def _show(character: str) -> str:
    category = unicodedata.category(character)
    if category not in _HIDDEN and category != "Zs":
        return character
    # as in JSON, so that a document stays one
    return "\\u007f" if character == "\x7f" else json.dumps(character)[1:-1]


class PrintableStream:
    """A text stream that writes printable text alone; `raw` is what it writes to."""

    def __init__(self, raw: TextIO) -> None:
        self.raw = raw

    def write(self, text: str) -> int:
        """Write the text, what cannot be seen in it escaped."""
        self.raw.write(printable(text))
        return len(text)

    def writelines(self, lines: list[str]) -> None:
        """Write each of the texts."""
        for line in lines:
            self.write(line)

    def __getattr__(self, name: str) -> Any:
        return getattr(self.raw, name)


def make_stream(raw: TextIO) -> TextIO:
    """Return a stream that writes printable text alone."""
    return raw if isinstance(raw, PrintableStream) else cast(TextIO, PrintableStream(raw))


def write_styled(stream: TextIO, text: str) -> None:
    """Write text with colours of ours; what is foreign in it is visible already."""
    getattr(stream, "raw", stream).write(text)
