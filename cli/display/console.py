"""The terminal, through rich. Foreign text enters as `styled`, which shows what cannot be seen and moves no cursor."""

from __future__ import annotations

import os
import sys
from typing import TextIO, cast

from rich.console import Console
from rich.text import Text

from components.printable import visible

WIDE = 1000  # columns where nobody looks: what reads a pipe cuts nothing off


def make_console(stream: TextIO | None = None) -> Console:
    """Return the console of a stream, by default stdout. It honours NO_COLOR, TERM=dumb and COLUMNS."""
    raw = cast(TextIO, getattr(stream or sys.stdout, "raw", stream or sys.stdout))
    fixed = None if raw.isatty() or os.environ.get("COLUMNS") else WIDE
    return Console(
        file=raw, width=fixed, highlight=False, markup=False, emoji=False, soft_wrap=False
    )


def styled(text: str, style: str = "") -> Text:
    """Return foreign text for the console, on one line."""
    return Text(visible(text), style=style, no_wrap=True, overflow="ellipsis")
