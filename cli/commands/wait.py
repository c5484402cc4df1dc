"""`jobctl wait` and `jobctl up --wait`: short `up`s, and polling in between, until every job has finished.

Waiting inside an `up` would hold the stack's lock and outlive CI's credentials; in between, nothing is held.
"""

from __future__ import annotations

import argparse
import re
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from cli.engine.arguments import add_stack, find_stack
from cli.engine.run import run_quietly
from cli.project.stack import Stack
from cli.runs.connection import connect_stack
from cli.runs.entries import Entry, read_entries
from components.aws import Aws, describe
from components.errors import JobError, Missing, Unanswered
from components.kinds import Phase

POLL = 30.0  # seconds between two looks at AWS
POLL_EMULATOR = 0.5
SLOT = 300.0  # seconds after which an `up` tries again for a slot that other teams' jobs may have freed
DEFAULT = "6h"
_UNITS = {"s": 1, "m": 60, "h": 3600, "d": 86400}


def configure(parser: argparse.ArgumentParser) -> None:
    add_stack(parser)
    parser.add_argument(
        "--timeout", default=DEFAULT, help=f"such as 90s, 30m, 6h, 2d (default {DEFAULT})"
    )
    parser.epilog = (
        "It runs `up` again when a run has ended and another job waits for it. Exit code 1 if a job of the stack "
        "has failed or the time is over. A timeout terminates nothing; run ./jobctl wait to continue."
    )


def run(args: argparse.Namespace) -> int:
    limit = parse_duration(args.timeout)
    stack = find_stack(args)
    return wait_for_end(stack, ["--stack", stack.name], limit)


def parse_duration(text: str, option: str = "--timeout", example: str = DEFAULT) -> float:
    """Return the seconds of an option's `90s`, `30m`, `6h` or `2d`. Raises `JobError` for anything else."""
    found = re.fullmatch(r"(\d{1,6})([smhd])", text)
    if not found:
        raise JobError(f"{option} {text}: expected a number with s, m, h or d, such as {example}")
    return float(int(found[1]) * _UNITS[found[2]])


def wait_for_end(stack: Stack, words: Sequence[str], limit: float) -> int:
    """Run `up` with these words until every job has finished; `limit` is in seconds."""
    aws = connect_stack(stack)
    waiting = Waiting(
        state=lambda: read_entries(stack),
        up=lambda: _up(stack, words),
        status=lambda entry: _read_status(aws, entry),
        limit=limit,
        poll=POLL_EMULATOR if stack.on_emulator else POLL,
    )
    return waiting.until_ended()


def _up(stack: Stack, words: Sequence[str]) -> None:
    """Run a short `up` without questions; its output is shown only if it fails."""
    argv = ["up", *words, "--yes", "--skip-preview", "--refresh", "--non-interactive"]
    code, out, err = run_quietly(stack, argv)
    if code != 0:
        print(out + err, end="")
        raise JobError(f"`up` failed with exit code {code}; see its output above")


def _read_status(aws: Aws, entry: Entry) -> tuple[str, bool]:
    """Return a run's status and whether it has ended; an expired record is for `up` to judge."""
    try:
        run = describe(aws, entry.kind, entry.id, entry.name)
    except Missing:
        return "record expired", True
    except Unanswered:
        return str(entry.outputs.get("status", "")), False
    return run.status, run.phase.ended


def say(text: str) -> None:
    print(text, flush=True)


@dataclass
class Waiting:
    """The loop. Everything outside is an argument: state, `up`, AWS, clock (seconds), sleep, and output."""

    state: Callable[[], list[Entry]]
    up: Callable[[], None]
    status: Callable[[Entry], tuple[str, bool]]
    limit: float
    poll: float
    clock: Callable[[], float] = time.monotonic
    sleep: Callable[[float], None] = time.sleep
    say: Callable[[str], None] = say
    _last: dict[str, str] = field(default_factory=dict)

    def until_ended(self) -> int:
        """Return 0 if every job has succeeded, 1 if one has failed or a waiting one can never run.

        Raises `JobError` at the time limit.
        """
        deadline = self.clock() + self.limit
        jobs = self._announce(self.state())
        while True:
            going, deferred = _list_running(jobs), [job for job in jobs if list_waits(job)]
            if not going and not deferred:
                return self._conclude(jobs)
            self._poll(going, deferred, deadline)
            before = _snapshot(jobs)
            self.up()
            jobs = self._announce(self.state())
            if not _list_running(jobs) and _snapshot(jobs) == before and not _wants_slot(jobs):
                return self._conclude(jobs)

    def _poll(self, going: Sequence[Entry], deferred: Sequence[Entry], deadline: float) -> None:
        """Poll the runs until an `up` can do something: one that others wait for has ended, or all have.

        Whether a slot is free only an `up` can tell.
        """
        again = self.clock() + SLOT
        left = list(going)
        while True:
            ended = [job for job in left if self._has_ended(job)]
            left = [job for job in left if job not in ended]
            if (ended and deferred) or (not left and not _wants_slot(deferred)):
                return
            if _wants_slot(deferred) and self.clock() >= again:
                return
            if self.clock() >= deadline:
                names = ", ".join(sorted({job.name for job in [*left, *deferred]}))
                raise JobError(
                    f"timed out; still running or waiting: {names}; nothing was terminated,"
                    " run ./jobctl wait to continue"
                )
            self.sleep(min(self.poll, max(0.0, deadline - self.clock())))

    def _has_ended(self, job: Entry) -> bool:
        status, ended = self.status(job)
        self._print_change(job.name, status)
        return ended

    def _print_change(self, name: str, status: str) -> None:
        if self._last.get(name) != status:
            self.say(f"{name}: {status}")
            self._last[name] = status

    def _announce(self, jobs: list[Entry]) -> list[Entry]:
        for job in jobs:
            if list_waits(job):
                self._print_change(job.name, f"waits for {', '.join(list_waits(job))}")
            else:
                self._print_change(job.name, str(job.outputs.get("status", job.phase.value)))
        return jobs

    def _conclude(self, jobs: Iterable[Entry]) -> int:
        bad = 0
        for job in jobs:
            if list_waits(job):
                self.say(f"{job.name}: not run: waits for {', '.join(list_waits(job))}")
                bad = 1
            elif job.phase is Phase.FAILED:
                reason = f": {job.reason}" if job.reason else ""
                self.say(f"{job.name}: failed{reason}")
                bad = 1
        return bad


def list_waits(job: Entry) -> list[str]:
    """Return what a job is deferred for: other jobs, or a slot."""
    return job.waiting_for or (["a later up"] if job.phase is Phase.WAITING else [])


def _list_running(jobs: Iterable[Entry]) -> list[Entry]:
    return [job for job in jobs if not job.phase.ended and job.phase is not Phase.WAITING]


def _wants_slot(jobs: Iterable[Entry]) -> bool:
    return any("slot" in list_waits(job) for job in jobs)


def _snapshot(jobs: Iterable[Entry]) -> Mapping[str, object]:
    return {job.name: (job.id, job.phase, tuple(list_waits(job))) for job in jobs}
