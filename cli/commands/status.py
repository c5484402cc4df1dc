"""`jobctl status [JOB]`: how far the jobs of a stack are, asked from AWS; one job's page with a name."""

from __future__ import annotations

import argparse
import json
import time
from collections.abc import Sequence
from dataclasses import replace
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
from cli.runs.entries import Entry, link_entries, read_entries, select_entries
from cli.runs.statuses import JobStatus, make_status, to_row
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


def run(args: argparse.Namespace) -> int:
    stack = find_stack(args)
    entries = select_entries(read_entries(stack), [args.job] if args.job else [], stack)
    viewer = None if args.offline else Viewer(stack)
    jobs = viewer.look(entries) if viewer else _read_offline(stack, entries)
    details = _read_details(viewer, jobs[0]) if viewer and args.job else Details()
    now = time.time()
    if args.json:
        as_of = format_time(now * 1000) if viewer else ""
        rows: list[dict[str, Any]] = [to_row(job, now, as_of) for job in jobs]
        shown = {**rows[0], **to_details(details)} if args.job else rows
        print(json.dumps(shown, indent=2, ensure_ascii=False))
    elif args.job:
        width = make_console().width
        _print(format_page(jobs[0], details, now, width, stack.name), jobs, now, viewer is not None)
    else:
        _print_table(stack, jobs, now, asked=viewer is not None)
    return 0


def print_offline(stack: Stack) -> None:
    """Print the table of a stack's jobs as its state has them."""
    _print_table(stack, _read_offline(stack, read_entries(stack)), time.time(), asked=False)


def _read_offline(stack: Stack, entries: Sequence[Entry]) -> list[JobStatus]:
    linked = link_entries(entries, read_chains(stack))
    return [make_status(entry, entry.outputs) for entry in linked]


def _print_table(stack: Stack, jobs: Sequence[JobStatus], now: float, *, asked: bool) -> None:
    if not jobs:
        print(f"the stack '{stack.name}' has no jobs; deploy them with ./jobctl up -s {stack.name}")
        return
    _print(format_jobs(jobs, now, make_console().width), jobs, now, asked)


def _print(lines: Sequence[Any], jobs: Sequence[JobStatus], now: float, asked: bool) -> None:
    console = make_console()
    moment = format_time(now * 1000) if asked else "the last up or refresh; AWS was not asked"
    for line in lines:
        console.print(line)
    console.print(summarize(jobs, moment), style="dim")


def _read_details(viewer: Viewer, job: JobStatus) -> Details:
    if job.phase is Phase.WAITING:
        return Details()
    details = read_details(viewer.aws(job), job, viewer.redactor)
    return replace(details, log=viewer.tail(job, TAIL)) if job.phase is Phase.FAILED else details
