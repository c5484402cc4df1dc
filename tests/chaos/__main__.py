"""`make chaos`: a fleet under faults of every kind and random kills: one run for each job, and nothing left behind.

python -m tests.chaos [--jobs 200] [--seed N] [--percent 5 20 50]

Each percentage is a fleet of its own: it is deployed, changed and deployed again, and destroyed, by as many commands as
it takes, half of which are killed at a random call. Then nothing goes wrong any more, and one `up` must be enough.
"""

from __future__ import annotations

import argparse
import datetime
import os
import random
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import suppress
from pathlib import Path

from local.aws.server.faults import KINDS, Fault
from tests.crash.cells import HOW
from tests.crash.jobs import text
from tests.crash.play import strike
from tests.crash.stack import PREFIX, Stack, stack_of_its_own
from tests.warm.processes import ROOT

KIND = "ServiceJob"
COMMANDS = 8  # under faults, for each of the steps
UPS = 10  # in a row, for the memory
DEATHS = [how for how, (roles, _, _) in HOW.items() if roles]


class Violation(Exception):
    """What must not be."""


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.chaos", description=__doc__)
    today = datetime.datetime.now(datetime.timezone.utc).date().toordinal()
    parser.add_argument("--seed", type=int, default=today, help="default: another each day")
    parser.add_argument("--jobs", type=int, default=200)
    parser.add_argument("--percent", type=int, nargs="+", default=[5, 20, 50])
    args = parser.parse_args()
    threads = threading.active_count()
    with tempfile.TemporaryDirectory(prefix="chaos-") as folder:
        os.environ["TMPDIR"] = tempfile.tempdir = folder
        torment(args)
        left = [*os.listdir(folder), *find_processes(folder)]
        if left or threading.active_count() > threads:
            raise Violation(f"left behind: {left}, {threading.enumerate()}")
    print("0 duplicates, orphans and lost runs; no process, thread, socket or temporary file left")
    return 0


def torment(args: argparse.Namespace) -> None:
    """Play each fleet, and then watch the memory; prints what happened."""
    with stack_of_its_own() as stack:
        stack.env["TMPDIR"] = os.environ["TMPDIR"]
        for number, percent in enumerate(args.percent):
            begun = time.monotonic()
            told = play(stack, random.Random(args.seed + number), args.jobs, percent)
            seconds = time.monotonic() - begun
            print(f"{percent} %, seed {args.seed + number}: {told}, {seconds:.0f} s", flush=True)
        sizes = watch_memory(stack)
        print(
            f"{UPS} ups in a row, largest process: {', '.join(f'{size:.0f}' for size in sizes)} MB"
        )


def find_processes(folder: str) -> list[str]:
    """Return the processes that have the folder in their environment, but this one."""
    found = []
    for place in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):
            is_ours = folder.encode() in (place / "environ").read_bytes()
            if is_ours and int(place.name) != os.getpid():
                found.append((place / "cmdline").read_text().replace("\0", " "))
    return found


def play(stack: Stack, chance: random.Random, jobs: int, percent: int) -> str:
    """Deploy, change and destroy a fleet; return what happened. Raises `Violation`."""
    stack.clear()
    # a wait is over at once here, so that AWS's pace would be none
    stack.configure(**{"aws-jobs:submitRate": "100000"})
    happened: Counter[str] = Counter()
    for which in ("AT", "BT", ""):
        declare(stack, jobs, which)
        for code in disturb(stack, chance, jobs, percent):
            happened["killed" if code < 0 else "failed" if code else "done"] += 1
        stack.faults.look = lambda call: None
        stack.faults.clear()
        last = stack.up()
        if last.code != 0:
            raise Violation(f"an undisturbed up failed: {last.text[-2000:]}")
        judge(stack, jobs if which else 0)
    return ", ".join(f"{count} commands {what}" for what, count in sorted(happened.items()))


def declare(stack: Stack, jobs: int, which: str) -> None:
    """Write the job files, or none."""
    for number in range(jobs):
        path = stack.folder / "jobs" / f"job-{number}.yaml"
        if which:
            path.write_text(text(KIND, which), "utf-8")
        else:
            path.unlink()


def disturb(stack: Stack, chance: random.Random, jobs: int, percent: int) -> Iterator[int]:
    """Run `up` again and again while things go wrong; yield the exit codes."""
    for turn in range(COMMANDS):
        stack.faults.clear()
        for kind in KINDS:
            stack.faults.add(Fault("*", kind, percent=percent / len(KINDS)))
        stack.faults.look = lambda call: None
        if turn % 2 == 0:
            strike(stack, f"* {chance.randint(1, 2 * jobs)}", chance.choice(DEATHS))
        code = stack.up().code
        yield code
        stack.faults.look = lambda call: None
        if code < 0:
            stack.run("cancel", "--yes")


def judge(stack: Stack, jobs: int) -> None:
    """Compare AWS with the state: one live run for each job, and every live run in the state."""
    held = {each["id"] for each in stack.resources()}
    live = [run for run in stack.runs() if run.live and run.identity.startswith(PREFIX)]
    many = Counter(run.identity for run in live)
    duplicates = {identity: count for identity, count in many.items() if count > 1}
    orphans = [run.name for run in live if run.arn not in held]
    released = [run.name for run in live if run.released]
    if duplicates or orphans or released or len(held) != jobs or len(many) != jobs:
        raise Violation(
            f"{len(held)} in the state and {len(many)} with a live run, of {jobs}; "
            f"duplicates {duplicates}, orphans {orphans}, released {released}"
        )


def watch_memory(stack: Stack) -> Sequence[float]:
    """Return the megabytes of the largest process of each of several `up`s that change nothing."""
    declare(stack, 20, "A")
    sizes = []
    for _ in range(UPS):
        words = ["-m", "local.engine", "up", "--yes", "--skip-preview"]
        env = {**os.environ, **stack.env, "PYTHONPATH": str(ROOT)}
        child = subprocess.Popen(
            [sys.executable, *words], cwd=stack.folder, env=env, stdout=subprocess.DEVNULL
        )
        _, status, used = os.wait4(child.pid, 0)
        child.returncode = os.waitstatus_to_exitcode(status)
        if child.returncode != 0:
            raise Violation("an undisturbed up failed")
        sizes.append(used.ru_maxrss / 1e3)
    if max(sizes[-3:]) > 1.1 * max(sizes[1:4]):
        raise Violation(f"memory grows: {sizes}")
    return sizes


if __name__ == "__main__":
    sys.exit(main())
