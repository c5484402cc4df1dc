"""The terminal, through rich. Foreign text enters by `style_text`: it shows what cannot be seen and moves no cursor."""

from __future__ import annotations

import sys
from typing import TextIO, cast

from rich.cells import set_cell_size
from rich.console import Console
from rich.text import Text

from components.printable import visible

WIDE = 1000  # columns where nobody looks: what reads a pipe cuts nothing off


def make_console(stream: TextIO | None = None) -> Console:
    """Return the console of a stream, by default stdout. It honours NO_COLOR and TERM=dumb."""
    raw = cast(TextIO, getattr(stream or sys.stdout, "raw", stream or sys.stdout))
    fixed = None if raw.isatty() else WIDE
    return Console(
        file=raw, width=fixed, highlight=False, markup=False, emoji=False, soft_wrap=False
    )


def style_text(text: str, style: str = "") -> Text:
    """Return foreign text for the console, on one line."""
    return Text(visible(text), style=style, no_wrap=True, overflow="ellipsis")


def wrap(text: str, width: int, most: int = 0) -> list[str]:
    """Return foreign text in lines of at most so many columns, at most `most` of them; wide characters count double."""
    lines = [line.plain.rstrip() for line in Text(visible(text)).wrap(Console(), width)]
    if most and len(lines) > most:
        return [*lines[: most - 1], set_cell_size(lines[most - 1], width - 2).rstrip() + " …"]
    return lines
