"""What several commands show alike."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path


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


def relative(path: Path) -> str:
    """Return the path as seen from the current folder."""
    return os.path.relpath(path, Path.cwd())
