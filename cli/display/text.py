"""What several commands show alike."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TextIO, TypeVar

_Item = TypeVar("_Item")


def has_colours(stream: TextIO) -> bool:
    """Say whether a stream is a terminal that shows colours, and nobody wants it without: https://no-color.org"""
    plain = os.environ.get("NO_COLOR") or os.environ.get("TERM") == "dumb"
    return stream.isatty() and not plain


def align(rows: Sequence[Sequence[str]]) -> list[str]:
    """Return one line a row, its cells in columns."""
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return [
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
        for row in rows
    ]


def count(number: int, noun: str) -> str:
    """Return `1 job file`, `2 job files`."""
    return f"{number} {noun}{'' if number == 1 else 's'}"


def fit_rows(
    items: Sequence[_Item], write: Callable[[_Item], str], most: int, left_out: str
) -> str:
    """Write the items that fit into so many characters; `left_out` says how many do not: `... and {} more`."""
    text = ""
    for at, item in enumerate(items):
        row = write(item)
        if len(text) + len(row) > most:
            return text + left_out.format(len(items) - at)
        text += row
    return text


def find_last_line(text: str) -> str:
    """Return the last line that is not blank: a command's own sentence, where it failed."""
    return next((line.strip() for line in reversed(text.splitlines()) if line.strip()), "")


def relative(path: Path) -> str:
    """Return the path as seen from the current folder."""
    return os.path.relpath(path, Path.cwd())
