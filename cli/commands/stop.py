"""`jobctl stop JOB`: end one run. The job stays declared, and the next `up` does not run it again."""

from __future__ import annotations

import argparse
import sys
import time

from cli.display.spans import format_span
from cli.engine.arguments import add_flag, add_stack, find_stack
from cli.progress.viewer import Viewer
from cli.runs.connection import describe_run
from cli.runs.entries import read_entries, select_entries
from cli.runs.statuses import JobStatus
from components.errors import JobError
from components.kinds import Phase
from components.lifecycle.stop import stop


def configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("job", metavar="JOB", help="a job's name")
    add_stack(parser)
    add_flag(parser, "-y --yes", "do not ask")
    parser.epilog = (
        "The run is marked in AWS, so that even an `up` whose state was lost submits nothing in its place. "
        "./jobctl rerun JOB runs the same definition again."
    )


def run(args: argparse.Namespace) -> int:
    stack = find_stack(args)
    [entry] = select_entries(read_entries(stack), [args.job], stack)
    viewer = Viewer(stack)
    [job] = viewer.look([entry])
    _refuse_pointless(job)
    spent = format_span(job.ran(time.time()) or job.waited(time.time()))
    facts = ", ".join(filter(None, (f"{job.status} for {spent}", job.instances)))
    if not args.yes and not _confirm(f"End the run of {job.name} ({facts})?"):
        print("nothing was changed")
        return 1
    aws = viewer.aws(job)
    stop(job.kind, aws, describe_run(aws, entry), job.name)
    print(
        f"{job.name}: stopping; the next up does not run it again, ./jobctl rerun {job.name} would"
    )
    return 0


def _refuse_pointless(job: JobStatus) -> None:
    if job.phase is Phase.WAITING:
        raise JobError(
            f"{job.name}: nothing to stop: it waits for {', '.join(job.waits_for)}, and is not submitted"
        )
    if job.phase.ended:
        raise JobError(f"{job.name}: nothing to stop: its run has ended ({job.status})")
    if job.kind.terminate is None:
        raise JobError(
            f"{job.name}: {job.kind.title}s cannot be stopped: their API has no call for it"
        )


def _confirm(question: str) -> bool:
    if not sys.stdin.isatty():
        raise JobError("no terminal to confirm on; add --yes to end the run")
    print(f"{question} [y/N] ", end="", flush=True)
    return sys.stdin.readline().strip().lower() in ("y", "yes")
