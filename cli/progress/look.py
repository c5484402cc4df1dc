"""The jobs as of a moment: printed as a table by `status`, `summary` and `demo`."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass

from rich.text import Text

from cli.display.console import make_console
from cli.display.spans import parse_time
from cli.progress.table import format_jobs, summarize
from cli.project.stack import Stack
from cli.runs.connection import read_chains
from cli.runs.entries import Entry, link_entries, read_state
from cli.runs.statuses import JobStatus, make_status


@dataclass(frozen=True)
class Look:
    """The jobs as of a moment: seconds since the epoch, and how it is called."""

    jobs: Sequence[JobStatus]
    now: float
    moment: str


def look_offline(stack: Stack, entries: Sequence[Entry], written: str) -> Look:
    """Return what the state has; spans end when it was written, since nobody knows what came after."""
    linked = link_entries(entries, read_chains(stack))
    now = parse_time(written) or time.time()
    moment = f"{written}, when the state was written; AWS was not asked"
    return Look([make_status(entry, entry.outputs) for entry in linked], now, moment)


def print_offline(stack: Stack) -> None:
    """Print the table of a stack's jobs as its state has them."""
    entries, written = read_state(stack)
    print_table(stack, look_offline(stack, entries, written))


def print_table(stack: Stack, look: Look) -> None:
    if not look.jobs:
        print(f"the stack '{stack.name}' has no jobs; deploy them with ./jobctl up -s {stack.name}")
        return
    print_lines(format_jobs(look.jobs, look.now, make_console().width), look)


def print_lines(lines: Sequence[Text], look: Look) -> None:
    console = make_console()
    for line in lines:
        console.print(line)
    console.print(summarize(look.jobs, look.moment), style="dim")
