"""Run commands on an emulator of their own, and measure each: its whole process tree, its start included."""

from __future__ import annotations

import itertools
import os
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from cli.project.emulator_process import Emulator
from cli.project.stack import HERE, Project, read_stack
from cli.project.variables import child_environment
from components.errors import JobError
from tools.bench.record import PACED, Record
from tools.bench.subjects import AWS_CLI, OURS, SECOND, Subject

# Runs stay in the queue: `destroy` may end them, and no phase changes meanwhile.
PACE = {"runnable": None}
RATE = 5  # submissions a second that AWS takes of an account
NO_LIMIT = '  aws-jobs:submitRate: "100000"\n'
CALLS_OF_AWS_CLI = 5  # each as long as the other: the figures are for as many as there are jobs


class Bench:
    """A folder, and an emulator in it that every subject is measured on."""

    def __init__(self, folder: Path) -> None:
        self._folders = (folder / str(number) for number in itertools.count())
        self.emulator = Emulator(Project(folder, "aws-jobs"))
        self.endpoint = self.emulator.start(None, [])[0]

    def measure(
        self, subject: str, engine: str, count: int, rows: Sequence[str]
    ) -> Iterator[Record]:
        """Take a subject through its cycle as far as these rows need it, and yield a record for each of them."""
        done = min(count, CALLS_OF_AWS_CLI) if subject == AWS_CLI else count
        made = self._make(Subject(subject, engine, done, next(self._folders)))
        if subject == OURS:
            with (made.folder / "Pulumi.local.yaml").open("a") as settings:
                settings.write(NO_LIMIT)
        elif engine == "pulumi":
            (made.folder / ".local" / "pulumi").mkdir(parents=True)
            run(["pulumi", "-C", str(made.folder), "stack", "init", "local"], self._make_env(made))
        commands = made.list_commands()
        last = max((at for at, row in enumerate(commands) if row in rows), default=-1)
        for row, command in list(commands.items())[: last + 1]:
            if row in ("validate", "plan") and row not in rows:
                continue
            if row == "change":
                made.write_jobs(SECOND)
            record = self._run(made, row, command)
            if row in rows:
                yield scale(record, count)

    def measure_pace(self, engine: str, count: int) -> Record:
        """Measure `up` where AWS takes five submissions a second, and how much of that is used."""
        made = self._make(Subject(OURS, engine, count, next(self._folders)))
        fault = {"operation": "SubmitServiceJob", "kind": "throttle", "rate": RATE}
        self.emulator.ask("POST", "faults", fault)
        record = self._run(made, "up", made.list_commands()["up"])
        times = [
            call["time"]
            for call in self.emulator.ask("GET", "calls")["calls"]
            if call["operation"] == "SubmitServiceJob" and call["outcome"] == 200
        ]
        if len(times) != count:
            raise JobError(f"up of {count} jobs submitted {len(times)}")
        # a full bucket's worth goes at once
        used = (count - RATE) / (max(times) - min(times)) / RATE
        return replace(record, row=PACED, used=used)

    def _make(self, subject: Subject) -> Subject:
        subject.make()
        self.emulator.ask("POST", "reset")
        self.emulator.ask("POST", "pace", PACE)
        return subject

    def _make_env(self, made: Subject) -> dict[str, str]:
        kept = {name: value for name, value in os.environ.items() if not name.startswith("AWS_")}
        stack = read_stack(Project(HERE, "aws-jobs"), "local")
        env = child_environment(stack, {**kept, "AWS_ENDPOINT_URL": self.endpoint})
        env["PULUMI_BACKEND_URL"] = (made.folder / ".local" / "pulumi").as_uri()
        env["JOBCTL_ENGINE"] = made.engine or "auto"
        return env

    def _run(self, made: Subject, row: str, command: Sequence[str]) -> Record:
        self.emulator.ask("DELETE", "calls")
        used = run(command, self._make_env(made))
        calls = Counter(call["operation"] for call in self.emulator.ask("GET", "calls")["calls"])
        state = made.folder / ".local/pulumi/.pulumi/stacks/aws-jobs/local.json"
        size = state.stat().st_size / made.count if state.exists() else 0
        return Record(made.name, made.engine, row, made.count, *used, dict(calls), size)


def scale(record: Record, count: int) -> Record:
    """Return what `count` jobs take, each in a process of its own, from what fewer took."""
    part = count / record.count
    calls = {name: round(many * part) for name, many in record.calls.items()}
    wall, processor = record.wall * part, record.processor * part
    return replace(record, count=count, calls=calls, wall=wall, processor=processor)


def run(command: Sequence[str], env: Mapping[str, str]) -> tuple[float, float, float]:
    """Run a command; return seconds, seconds of the processor, megabytes of its largest process.

    Raises `JobError` with the end of its output where it fails.
    """
    with tempfile.TemporaryFile() as output:
        begin = time.perf_counter()
        process = subprocess.Popen(
            command, cwd=HERE, env=dict(env), stdout=output, stderr=subprocess.STDOUT
        )
        _, status, used = os.wait4(process.pid, 0)
        wall = time.perf_counter() - begin
        process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode != 0:
            output.seek(0)
            end = output.read().decode(errors="replace")[-2000:]
            raise JobError(f"{' '.join(command)} failed: {end}")
    # macOS counts bytes where Linux counts kilobytes
    megabytes = used.ru_maxrss / (1e6 if sys.platform == "darwin" else 1e3)
    return wall, used.ru_utime + used.ru_stime, megabytes


@contextmanager
def start_bench() -> Iterator[Bench]:
    """Give a bench in a temporary folder, and end its emulator."""
    with tempfile.TemporaryDirectory(prefix="aws-jobs-bench-") as folder:
        bench = Bench(Path(folder))
        try:
            yield bench
        finally:
            bench.emulator.stop()
