"""`jobctl watch [JOB...]`: follow runs until they have ended. It changes nothing: `wait` runs `up` in between."""

from __future__ import annotations

import argparse
from collections.abc import Sequence

from cli.display.spans import parse_timeout
from cli.engine.arguments import add_stack, add_text, find_stack
from cli.progress.viewer import Viewer
from cli.runs.entries import Entry, read_entries, select_entries
from cli.runs.pace import make_pace
from cli.runs.statuses import JobStatus
from components.kinds import Phase

_NOT_YET = {
    "started": frozenset({Phase.WAITING, Phase.QUEUED}),
    "ended": frozenset({Phase.WAITING, Phase.QUEUED, Phase.RUNNING}),
}


def configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("jobs", nargs="*", metavar="JOB", help="default: all jobs of the stack")
    add_stack(parser)
    parser.add_argument(
        "--until",
        choices=tuple(_NOT_YET),
        default="ended",
        help="what to wait for (default: ended)",
    )
    add_text(parser, "--timeout", "TIMEOUT", "such as 30s, 30m, 6h, 2d; default: none")
    parser.epilog = (
        "Exit code 1 if a run has failed, 0 if the time was over first. Nothing ends a job here, Ctrl-C neither. "
        "A job that waits for another is submitted by an `up`: ./jobctl wait runs it."
    )


def run(args: argparse.Namespace) -> int:
    limit = parse_timeout(args.timeout) if args.timeout else None
    stack = find_stack(args)
    entries = select_entries(read_entries(stack), args.jobs, stack)
    if not entries:
        print(f"the stack '{stack.name}' has no jobs; deploy them with ./jobctl up -s {stack.name}")
        return 0
    viewer = Viewer(stack)
    again = " ".join(["./jobctl watch", *args.jobs, "-s", stack.name])
    try:
        jobs = _watch(viewer, entries, args.until, limit)
    except KeyboardInterrupt:
        print(f"the jobs continue; {again} shows them again")
        raise
    left = [job for job in jobs if job.phase in _NOT_YET[args.until]]
    if submitted := [job.name for job in left if job.phase is not Phase.WAITING]:
        print(f"still going: {', '.join(submitted)}; {again} shows them again")
    if deferred := [job.name for job in left if job.phase is Phase.WAITING]:
        print(
            f"not submitted: {', '.join(deferred)}; ./jobctl wait -s {stack.name} deploys them in turn"
        )
    return viewer.conclude([job for job in jobs if job.phase is not Phase.WAITING])


def _watch(
    viewer: Viewer, entries: Sequence[Entry], until: str, limit: float | None
) -> Sequence[JobStatus]:
    """Look at the jobs until all that are submitted are as far as asked, or the time is over."""
    pace = make_pace(on_emulator=viewer.stack.on_emulator)
    deadline = pace.clock() + limit if limit is not None else None
    jobs: Sequence[JobStatus] = ()
    with viewer.display as display:
        for jobs in pace.poll(lambda: viewer.look_closely(entries), deadline):
            display.show(jobs)
            if not any(job.phase in _NOT_YET[until] - {Phase.WAITING} for job in jobs):
                break
    return jobs
