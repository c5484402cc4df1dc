"""`jobctl wait` and `up --wait`: short `up`s, polling between them, and the right end. No test sleeps."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import pytest

from cli.commands.up import split_wait
from cli.commands.wait import Waiting
from cli.display.spans import parse_timeout
from cli.progress.display import Lines
from cli.runs.entries import Entry
from cli.runs.pace import Pace
from cli.runs.statuses import JobStatus, make_status
from components.errors import JobError
from components.kinds import KINDS
from tests.conftest import ROOT, Outcome, Workspace
from tests.end_to_end import jobs

KIND = KINDS["ServiceJob"]


@dataclass
class World:
    """A stack and its runs: each run ends at a moment; an `up` sees who has ended, and submits what may go."""

    ends: dict[str, float]
    waits: dict[str, list[str]] = field(default_factory=dict)
    failing: dict[str, str] = field(default_factory=dict)
    slot_at: float = 0.0
    now: float = 0.0
    ups: list[float] = field(default_factory=list)
    said: list[str] = field(default_factory=list)
    started: dict[str, float] = field(default_factory=dict)
    seen: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._up()

    def up(self) -> None:
        self.ups.append(self.now)
        self._up()

    def _up(self) -> None:
        for name in self.started:
            self.seen[name] = self.phase(name)
        for name in self.ends:
            if name not in self.started and self._free(name):
                self.started[name] = self.now
                self.seen[name] = "RUNNING"

    def _free(self, name: str) -> bool:
        waits = self.waits.get(name, [])
        if waits == ["slot"]:
            return self.now >= self.slot_at
        return all(self.seen.get(other) == "SUCCEEDED" for other in waits)

    def phase(self, name: str) -> str:
        if self.now < self.started[name] + self.ends[name]:
            return "RUNNING"
        return "FAILED" if name in self.failing else "SUCCEEDED"

    def look(self, entries: Sequence[Entry]) -> list[JobStatus]:
        return [make_status(entry, self._now(entry)) for entry in entries]

    def _now(self, entry: Entry) -> dict[str, Any]:
        if entry.outputs["phase"] != "RUNNING":
            return dict(entry.outputs)
        phase = self.phase(entry.name)
        reason = {"statusReason": self.failing[entry.name]} if phase == "FAILED" else {}
        return {"phase": phase, "status": phase, **reason}

    def state(self) -> list[Entry]:
        return [self._entry(name) for name in self.ends]

    def _entry(self, name: str) -> Entry:
        outputs: dict[str, Any] = {"phase": "WAITING", "waitsFor": self.waits.get(name)}
        if name in self.started:
            outputs = {"phase": self.seen[name], "status": self.seen[name]}
            if self.seen[name] == "FAILED":
                outputs["statusReason"] = self.failing[name]
        return Entry(name, KIND, f"arn/{name}", outputs, False)

    def sleep(self, pause: float) -> None:
        assert pause > 0
        self.now += pause

    def wait(self, limit: float = 3600) -> dict[str, str]:
        """Return the phases at the end."""
        display = Lines(lambda line: self.said.append(line[22:]), lambda: self.now)
        loop = Waiting(
            self.state,
            self.up,
            self.look,
            display,
            limit,
            Pace(10.0, 10.0, lambda: self.now, self.sleep),
        )
        return {job.name: job.phase.value for job in loop.until_ended()}


def test_chain_goes_on_as_each_part_ends() -> None:
    """An `up` follows each end that something waits for, and one more takes the last end into the state."""
    world = World({"a": 95, "b": 40}, {"b": ["a"]})
    assert set(world.wait().values()) == {"SUCCEEDED"}
    assert world.ups == [100, 140]
    assert world.said == [
        "a: RUNNING",
        "b: waits for a",
        "a: SUCCEEDED",
        "running up",
        "b: RUNNING",
        "b: SUCCEEDED",
        "running up",
    ]


def test_nothing_to_wait_for() -> None:
    """Where every run has ended, nothing is run and nothing is asked."""
    world = World({"a": 0})
    world._up()
    assert (world.wait(), world.ups) == ({"a": "SUCCEEDED"}, [])


def test_failed_run_is_told_at_once_with_its_reason() -> None:
    """The others are waited for all the same."""
    world = World({"bad": 10, "good": 300}, failing={"bad": "AlgorithmError: out of memory"})
    assert world.wait() == {"bad": "FAILED", "good": "SUCCEEDED"}
    assert world.now == 300
    assert "bad: FAILED: AlgorithmError: out of memory" in world.said


def test_what_waits_for_a_failed_run_is_no_endless_wait() -> None:
    """An `up` that changes nothing, with nothing left running, is the end."""
    world = World({"a": 10, "b": 10}, {"b": ["a"]}, {"a": "no"})
    assert world.wait() == {"a": "FAILED", "b": "WAITING"}
    assert world.said == ["a: RUNNING", "b: waits for a", "a: FAILED: no", *["running up"] * 2]


def test_slot_is_tried_again_every_five_minutes() -> None:
    """Other teams' jobs hold the slots, so nothing of ours tells when one is free."""
    world = World({"a": 10}, {"a": ["slot"]}, slot_at=700)
    assert world.wait() == {"a": "SUCCEEDED"}
    assert world.ups == [300, 600, 900, 910]


def test_time_that_is_over_terminates_nothing() -> None:
    """The sentence names what has not ended, and how to go on."""
    world = World({"a": 5000, "b": 1}, {"b": ["a"]})
    with pytest.raises(JobError) as caught:
        world.wait(limit=100)
    assert str(caught.value) == (
        "timed out; still running or waiting: a, b; nothing was terminated, run ./jobctl wait to continue"
    )
    assert world.now == 100


@pytest.mark.parametrize(
    ("text", "value"), [("90s", 90.0), ("30m", 1800.0), ("6h", 21600.0), ("2d", 172800.0)]
)
def test_time_is_a_number_and_a_unit(text: str, value: float) -> None:
    """Seconds, minutes, hours, days."""
    assert parse_timeout(text) == value


@pytest.mark.parametrize("text", ["", "6", "h", "1h30m", "-1h"])
def test_other_times_are_refused(text: str) -> None:
    """The sentence shows one that is right."""
    with pytest.raises(JobError, match="expected a number with s, m, h or d, such as 6h"):
        parse_timeout(text)


@pytest.mark.parametrize(
    ("argv", "answer"),
    [
        (["--wait", "-s", "dev"], (["-s", "dev"], 21600.0)),
        (["-s", "dev", "--wait", "--timeout", "5m", "--yes"], (["-s", "dev", "--yes"], 300.0)),
        (["--timeout=1d", "--wait"], ([], 86400.0)),
    ],
)
def test_flags_of_ours_do_not_reach_the_engine(
    argv: list[str], answer: tuple[list[str], float]
) -> None:
    """`--wait` and `--timeout` are taken out; all else is the engine's."""
    assert split_wait(argv) == answer


@pytest.fixture
def instantly(workspace: Workspace) -> Workspace:
    """Jobs pass through all their statuses as soon as the emulator is asked."""
    steps = workspace.emulator.ask("GET", "status")["pace"]
    workspace.emulator.ask("POST", "pace", dict.fromkeys(steps, 0))
    return workspace


def test_whole_chain_in_one_command(instantly: Workspace) -> None:
    """`up --wait` submits, goes on when the first has succeeded, and leaves nothing to preview."""
    instantly.write("prepare.json", jobs.service())
    instantly.write("train.json", {**jobs.service(), "dependsOn": ["prepare"]})
    outcome = instantly.up("--wait", "--timeout", "2m")
    assert outcome.code == 0, outcome.text
    assert {name: job["phase"] for name, job in instantly.jobs().items()} == {
        "prepare": "SUCCEEDED",
        "train": "SUCCEEDED",
    }
    assert instantly.submissions() == 2
    assert instantly.jobctl("preview", "-s", "local", "--expect-no-changes").code == 0


def test_failure_found_by_wait(workspace: Workspace) -> None:
    """`wait` asks AWS, takes the end into the state and says why it failed."""
    workspace.write("churn.json", jobs.service())
    workspace.deployed()
    id_ = workspace.jobs()["churn"]["jobArn"].rpartition("/")[2]
    workspace.emulator.ask("POST", f"jobs/{id_}", {"status": "FAILED", "reason": "out of memory"})
    outcome = workspace.jobctl("wait", "-s", "local", "--timeout", "2m")
    assert outcome.code == 1
    assert "churn: failed: out of memory" in outcome.stdout.splitlines()
    assert "  ./jobctl rerun churn" in outcome.stdout
    assert workspace.jobs()["churn"]["phase"] == "FAILED"


def interrupt(workspace: Workspace, *argv: str, after: str) -> Outcome:
    """Run a command as a terminal does, and press Ctrl-C once it has printed a line with this text."""
    command = [sys.executable, "-m", "cli", "-C", str(workspace.root), *argv]
    pipe = subprocess.PIPE
    with subprocess.Popen(
        command,
        cwd=ROOT,
        env=workspace.env,
        stdout=pipe,
        stderr=pipe,
        text=True,
        start_new_session=True,
        # a job that a shell has put into the background ignores Ctrl-C, and so does all that it starts
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
    ) as child:
        assert child.stdout is not None
        lines = []
        for line in child.stdout:
            lines.append(line)
            if after in line:
                break
        os.killpg(child.pid, signal.SIGINT)
        try:
            out, err = child.communicate(timeout=60)
        except subprocess.TimeoutExpired:
            child.kill()
            raise
    return Outcome(child.returncode, "".join(lines) + out, err)


def test_chain_with_three_interruptions_ends_as_without(cold_workspace: Workspace) -> None:
    """Ctrl-C while the first job waits, while an `up` deploys the second, and while the third runs."""
    workspace = cold_workspace
    workspace.write("prepare.json", jobs.service())
    workspace.write("train.json", {**jobs.service(), "dependsOn": ["prepare"]})
    workspace.write("score.json", {**jobs.service(), "dependsOn": ["train"]})
    up = ("up", "-s", "local", "--yes", "--skip-preview", "--wait")
    first = interrupt(workspace, *up, after="  train: waits for prepare")
    assert (first.code, "run ./jobctl wait -s local" in first.stdout) == (130, True), first.text
    workspace.emulator.advance(60)
    assert interrupt(workspace, "wait", "-s", "local", after="  running up").code == 130
    # the `up` was given up or carried out, and left no lock
    workspace.deployed("--refresh")
    workspace.emulator.advance(60)
    workspace.deployed("--refresh")
    assert interrupt(workspace, "wait", "-s", "local", after="  score: ").code == 130
    workspace.emulator.advance(60)
    outcome = workspace.jobctl("wait", "-s", "local", "--timeout", "2m")
    assert outcome.code == 0, outcome.text
    assert {job["phase"] for job in workspace.jobs().values()} == {"SUCCEEDED"}
    assert workspace.submissions() == 3
