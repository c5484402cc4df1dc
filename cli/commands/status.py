"""`jobctl status [JOB]`: how far the jobs of a stack are, asked from AWS; one job's page with a name."""

from __future__ import annotations

import argparse
import json
import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from cli.display.console import make_console
from cli.engine.arguments import add_stack, find_stack
from cli.progress.failures import TAIL
from cli.progress.page import format_page
from cli.progress.table import format_jobs, summarize
from cli.progress.viewer import Viewer
from cli.project.stack import Stack
from cli.runs.connection import read_chains
from cli.runs.details import Details, read_details, to_details
from cli.runs.entries import Entry, link_entries, read_state, select_entries
from cli.runs.statuses import JobStatus, make_status, parse_time, to_row
from components.aws.runs import format_time
from components.kinds import Phase


def configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("job", nargs="?", default="", metavar="JOB", help="show one job's page")
    add_stack(parser)
    parser.add_argument(
        "--offline", action="store_true", help="show what the state has of the last up or refresh"
    )
    parser.add_argument("--json", action="store_true", help="print JSON, with everything")
    parser.epilog = "AWS is asked for what has not ended; the state is not changed."


@dataclass(frozen=True)
class Look:
    """The jobs as of a moment: seconds since the epoch, and how it is called."""

    jobs: Sequence[JobStatus]
    now: float
    moment: str


def run(args: argparse.Namespace) -> int:
    stack = find_stack(args)
    entries, written = read_state(stack)
    entries = select_entries(entries, [args.job] if args.job else [], stack)
    details = Details()
    if args.offline:
        look = _look_offline(stack, entries, written)
    else:
        viewer = Viewer(stack)
        look = _look(viewer, entries)
        details = _read_details(viewer, look.jobs[0]) if args.job else details
    if args.json:
        as_of = format_time(look.now * 1000)
        rows: list[dict[str, Any]] = [to_row(job, look.now, as_of) for job in look.jobs]
        shown = {**rows[0], **to_details(details)} if args.job else rows
        print(json.dumps(shown, indent=2, ensure_ascii=False))
    elif args.job:
        width = make_console().width
        _print(format_page(look.jobs[0], details, look.now, width, stack.name), look)
    else:
        _print_table(stack, look)
    return 0


def print_offline(stack: Stack) -> None:
    """Print the table of a stack's jobs as its state has them."""
    entries, written = read_state(stack)
    _print_table(stack, _look_offline(stack, entries, written))


def _look(viewer: Viewer, entries: Sequence[Entry]) -> Look:
    jobs, now = viewer.look(entries), time.time()
    return Look(jobs, now, format_time(now * 1000))


def _look_offline(stack: Stack, entries: Sequence[Entry], written: str) -> Look:
    """Return what the state has; spans end when it was written, since nobody knows what came after."""
    linked = link_entries(entries, read_chains(stack))
    now = parse_time(written) or time.time()
    moment = f"{written}, when the state was written; AWS was not asked"
    return Look([make_status(entry, entry.outputs) for entry in linked], now, moment)


def _print_table(stack: Stack, look: Look) -> None:
    if not look.jobs:
        print(f"the stack '{stack.name}' has no jobs; deploy them with ./jobctl up -s {stack.name}")
        return
    _print(format_jobs(look.jobs, look.now, make_console().width), look)


def _print(lines: Sequence[Any], look: Look) -> None:
    console = make_console()
    for line in lines:
        console.print(line)
    console.print(summarize(look.jobs, look.moment), style="dim")


def _read_details(viewer: Viewer, job: JobStatus) -> Details:
    if job.phase is Phase.WAITING:
        return Details()
    details = read_details(viewer.aws(job), job, viewer.redactor)
    return replace(details, log=viewer.tail(job, TAIL)) if job.phase is Phase.FAILED else details
