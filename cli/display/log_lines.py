"""A log on the terminal: the time, the node where there are several, the text as it was meant to be seen.

What a job writes moves no cursor: colours are taken out, of a progress bar that overwrites itself the last state stays,
and what cannot be seen is escaped.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime, timezone
from typing import TextIO

from cli.display.text import has_colours
from components.aws.logs import Line
from components.printable import printable, write_styled
from components.redact import Redactor

_COLOURS = re.compile(r"\x1b\[[0-9;:?]*[A-Za-z]")
_DIM, _PLAIN = "\033[2m", "\033[0m"
_NODES = ("\033[36m", "\033[33m", "\033[35m", "\033[32m", "\033[34m")


class LogPrinter:
    """Prints lines: on a terminal with the time of day and a row for each new day, elsewhere with the whole moment."""

    def __init__(self, out: TextIO, redactor: Redactor) -> None:
        self._out = out
        self._redactor = redactor
        self._terminal = out.isatty()
        self._colours = has_colours(out)
        self._day = ""

    def show(self, line: Line, nodes: int) -> None:
        """Print a line; with more than one node it says of which it is."""
        moment = datetime.fromtimestamp(line.at / 1000, timezone.utc)
        label = " ".join(filter(None, (str(line.node) if nodes > 1 else "", line.part)))
        node = f"[{label}] " if label else ""
        if self._terminal:
            if self._day != (day := f"{moment:%Y-%m-%d} UTC"):
                self._write(day, "", 0, "")
                self._day = day
            stamp = f"{moment:%H:%M:%S} "
        else:
            stamp = f"{moment:%Y-%m-%dT%H:%M:%SZ} "
        for text in split_text(self._redactor.hide(line.text)):
            self._write(stamp, node, line.node, text)
        self._out.flush()

    def _write(self, stamp: str, node: str, number: int, text: str) -> None:
        text, node = printable(text), printable(node)
        if self._colours:
            node = f"{_NODES[number % len(_NODES)]}{node}{_PLAIN}" if node else ""
            stamp = f"{_DIM}{stamp}{_PLAIN}"
        write_styled(self._out, f"{stamp}{node}{text}\n")


def split_text(text: str) -> Iterator[str]:
    """Yield the lines of an event, without colours, each as the last that overwrote it."""
    for line in _COLOURS.sub("", text).rstrip("\r\n").split("\n"):
        yield line.rstrip("\r").rpartition("\r")[2]
