"""A bar for what takes long; nothing where nobody watches."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from typing import TextIO

from rich.filesize import decimal
from rich.progress import (
    BarColumn,
    DownloadColumn,
    Progress,
    TextColumn,
    TimeRemainingColumn,
    TransferSpeedColumn,
)

from cli.display.console import make_console
from cli.display.escape import shorten
from components.printable import visible

format_size = decimal  # of bytes: `12.4 kB`
NAME = 24  # characters


@contextlib.contextmanager
def show_progress(total: int, out: TextIO) -> Iterator[Callable[[str, int], None]]:
    """Show how many of `total` bytes are there; what is yielded is told of which file, and how many more."""
    if not out.isatty():
        yield lambda name, count: None
        return
    columns = (
        TextColumn("{task.description}", markup=False),
        BarColumn(bar_width=None),
        DownloadColumn(),
        TransferSpeedColumn(),
        TimeRemainingColumn(compact=True),
    )
    with Progress(*columns, console=make_console(out), transient=True, expand=True) as progress:
        task = progress.add_task("", total=total)

        def advance(name: str, count: int) -> None:
            short = shorten(visible(name).rpartition("/")[2], NAME)
            progress.update(task, advance=count, description=short)

        yield advance
