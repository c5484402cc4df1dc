"""`jobctl status [JOB]`: how far the jobs of a stack, or of all, are, asked from AWS; one job's page with a name."""

from __future__ import annotations

import argparse
import json
import time
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from cli.display.console import make_console
from cli.display.text import count
from cli.engine.arguments import add_flag, add_stacks, add_text, find_stack
from cli.progress.look import Look, look_offline, print_lines, print_table
from cli.progress.page import format_page
from cli.progress.table import format_jobs
from cli.progress.viewer import TAIL, Viewer
from cli.runs.all_stacks import visit_stacks
from cli.runs.details import Details, read_details, to_details
from cli.runs.entries import Entry, read_entries, read_state, select_entries
from cli.runs.statuses import JobStatus, to_row
from components.aws.runs import format_time
from components.errors import JobError
from components.kinds import Phase


def configure(parser: argparse.ArgumentParser) -> None:
    add_text(parser, "job", "JOB", "show one job's page", nargs="?")
    add_stacks(parser)
    add_flag(parser, "--offline", "show what the state has of the last up or refresh")
    add_flag(parser, "--json", "print JSON, with everything")
    parser.epilog = (
        "AWS is asked for what has not ended; the state is not changed. With --all-stacks, one that cannot be read is "
        "named on stderr, and the others are shown."
    )


def run(args: argparse.Namespace) -> int:
    if args.all_stacks:
        return _show_all(args)
    stack = find_stack(args)
    entries, written = read_state(stack)
    entries = select_entries(entries, [args.job] if args.job else [], stack)
    details = Details()
    if args.offline:
        look = look_offline(stack, entries, written)
    else:
        viewer = Viewer(stack)
        look = _look(viewer, entries)
        details = _read_details(viewer, entries[0], look.jobs[0]) if args.job else details
    if args.json:
        as_of = format_time(look.now * 1000)
        rows: list[dict[str, Any]] = [to_row(job, look.now, as_of) for job in look.jobs]
        shown = {**rows[0], **to_details(look.jobs[0].kind, details)} if args.job else rows
        print(json.dumps(shown, indent=2, ensure_ascii=False))
    elif args.job:
        width = make_console().width
        print_lines(format_page(look.jobs[0], details, look.now, width, stack.name), look)
    else:
        print_table(stack, look)
    return 0


def _show_all(args: argparse.Namespace) -> int:
    if args.job or args.offline:
        raise JobError(
            f"--all-stacks has no {'JOB' if args.job else '--offline'}: name the stack with -s STACK"
        )
    stacks = visit_stacks(read_entries, lambda stack, entries: _look(Viewer(stack), entries))
    jobs = [replace(job, stack=name) for name, look in stacks.items() for job in look.jobs]
    now = time.time()
    as_of = format_time(now * 1000)
    if args.json:
        print(json.dumps([to_row(job, now, as_of) for job in jobs], indent=2, ensure_ascii=False))
    elif jobs:
        print_lines(format_jobs(jobs, now, make_console().width), Look(jobs, now, as_of))
    else:
        print(f"no jobs in {count(len(stacks), 'stack')}")
    return 0


def _look(viewer: Viewer, entries: Sequence[Entry]) -> Look:
    jobs, now = viewer.look(entries), time.time()
    return Look(jobs, now, format_time(now * 1000))


def _read_details(viewer: Viewer, entry: Entry, job: JobStatus) -> Details:
    if job.phase is Phase.WAITING:
        return Details()
    details = read_details(viewer.aws(job), entry, viewer.redactor)
    return replace(details, log=viewer.tail(job, TAIL)) if job.phase is Phase.FAILED else details
