"""`jobctl wait` and `jobctl up --wait`: short `up`s, and polling in between, until every job has finished.

Waiting inside an `up` would hold the stack's lock and outlive CI's credentials; in between, nothing is held.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from cli.display.spans import TIMEOUT, parse_timeout
from cli.engine.arguments import add_stack, add_text, find_stack
from cli.engine.run import run_quietly
from cli.progress.display import Display
from cli.progress.viewer import Viewer
from cli.project.stack import Stack
from cli.runs.entries import Entry, read_entries
from cli.runs.pace import Pace, make_pace
from cli.runs.statuses import JobStatus
from components.errors import JobError
from components.kinds import Phase

SLOT = 300.0  # seconds after which an `up` tries again for a slot that other teams' jobs may have freed


def configure(parser: argparse.ArgumentParser) -> None:
    add_stack(parser)
    add_text(
        parser,
        "--timeout",
        "TIMEOUT",
        f"such as 90s, 30m, 6h, 2d (default {TIMEOUT})",
        default=TIMEOUT,
    )
    parser.epilog = (
        "It runs `up` again when a run has ended and another job waits for it. Exit code 1 if a job of the stack "
        "has failed or the time is over. A timeout terminates nothing; run ./jobctl wait to continue."
    )


def run(args: argparse.Namespace) -> int:
    limit = parse_timeout(args.timeout)
    stack = find_stack(args)
    return wait_for_end(stack, ["--stack", stack.name], limit)


def wait_for_end(stack: Stack, words: Sequence[str], limit: float) -> int:
    """Run `up` with these words until every job has finished; `limit` is in seconds."""
    viewer = Viewer(stack)
    try:
        with viewer.display as display:
            jobs = Waiting(
                state=lambda: read_entries(stack),
                up=lambda: _up(stack, words),
                look=viewer.look_closely,
                display=display,
                limit=limit,
                pace=make_pace(on_emulator=stack.on_emulator),
            ).until_ended()
    except UpFailed as error:
        print(error.output, end="")
        raise JobError(f"{error}; see its output above") from None
    except KeyboardInterrupt:
        print(f"the jobs continue; run ./jobctl wait -s {stack.name} to go on waiting")
        raise
    return viewer.conclude(jobs)


class UpFailed(JobError):
    """An `up` between two looks has failed; `output` is all that it printed."""

    def __init__(self, code: int, output: str) -> None:
        super().__init__(f"`up` failed with exit code {code}")
        self.output = output


def _up(stack: Stack, words: Sequence[str]) -> None:
    """Run a short `up` without questions; its output is shown only if it fails."""
    argv = ["up", *words, "--yes", "--skip-preview", "--refresh", "--non-interactive"]
    code, out, err = run_quietly(stack, argv)
    if code != 0:
        raise UpFailed(code, out + err)


@dataclass
class Waiting:
    """The loop. Everything outside is an argument: state, `up`, AWS, display, and the pace with its clock."""

    state: Callable[[], list[Entry]]
    up: Callable[[], None]
    look: Callable[[Sequence[Entry]], list[JobStatus]]
    display: Display
    limit: float
    pace: Pace

    def until_ended(self) -> list[JobStatus]:
        """Return the jobs once none of them can go on: each has ended, or waits for what will not come.

        Raises `JobError` at the time limit.
        """
        deadline = self.pace.clock() + self.limit
        entries = self.state()
        jobs = self._look(entries)
        while True:
            going, deferred = _list_running(entries), _list_deferred(entries)
            if not going and not deferred:
                return jobs
            self._poll(entries, deadline)
            before = _snapshot(entries)
            self.display.say("running up")
            self.up()
            self.display.say("")
            entries = self.state()
            jobs = self._look(entries)
            stuck = not _list_running(entries) and _snapshot(entries) == before
            if stuck and not _wants_slot(entries):
                return jobs

    def _look(self, entries: Sequence[Entry]) -> list[JobStatus]:
        jobs = self.look(entries)
        self.display.show(jobs)
        return jobs

    def _poll(self, entries: Sequence[Entry], deadline: float) -> None:
        """Poll the runs until an `up` can do something: one that others wait for has ended, or all have.

        Whether a slot is free only an `up` can tell.
        """
        again = self.pace.clock() + SLOT
        names = {entry.name for entry in _list_running(entries)}
        deferred = _list_deferred(entries)
        left = names
        for jobs in self.pace.poll(lambda: self._look(entries), deadline):
            left = {job.name for job in jobs if job.name in names and not job.phase.ended}
            if (left != names and deferred) or (not left and not _wants_slot(deferred)):
                return
            if _wants_slot(deferred) and self.pace.clock() >= again:
                return
        still = ", ".join(sorted({*left, *(entry.name for entry in deferred)}))
        raise JobError(
            f"timed out; still running or waiting: {still}; nothing was terminated,"
            " run ./jobctl wait to continue"
        )


def _list_running(entries: Iterable[Entry]) -> list[Entry]:
    return [each for each in entries if not each.phase.ended and each.phase is not Phase.WAITING]


def _list_deferred(entries: Iterable[Entry]) -> list[Entry]:
    """Return the jobs that are not submitted, and those that ran before and wait to run again."""
    return [each for each in entries if each.waiting_for or each.phase is Phase.WAITING]


def _wants_slot(entries: Iterable[Entry]) -> bool:
    return any("slot" in each.waiting_for for each in entries)


def _snapshot(entries: Iterable[Entry]) -> Mapping[str, object]:
    return {each.name: (each.id, each.phase, tuple(each.waiting_for)) for each in entries}
