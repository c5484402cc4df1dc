"""The Pulumi CLI writes the state of a stack of jobs once, and a dead `up` neither loses nor repeats a run."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import suppress

import pytest

from local.aws.server.calls import Call
from tests.conftest import ROOT, Workspace
from tests.crash.stack import Watched
from tests.end_to_end import jobs
from tests.engine.adapters import descendants

JOBS = 4
SAYS = "the state is written when this ends (PULUMI_SKIP_CHECKPOINTS=true; see docs/scale.md)"


@pytest.fixture
def engine() -> str:
    if not shutil.which("pulumi"):
        pytest.skip("needs the Pulumi CLI, and there is no `pulumi` on PATH")
    return "pulumi"


@pytest.fixture
def faults(workspace: Workspace) -> Iterator[Watched]:
    """A look at every call that reaches AWS; the stack has jobs to submit."""
    for number in range(JOBS):
        workspace.write(f"job-{number}.json", jobs.service())
    watched = Watched()
    workspace.emulator.control.faults = watched
    yield watched


def read_states(workspace: Workspace, faults: Watched) -> set[bytes]:
    """Return a set that gets every state that the file has while AWS is called."""
    folder = workspace.root / ".local" / "pulumi" / ".pulumi" / "stacks" / "aws-jobs"
    seen: set[bytes] = set()

    def look(_call: Call) -> None:
        # Pulumi replaces the file
        with suppress(FileNotFoundError):
            seen.add((folder / "local.json").read_bytes())

    faults.look = look
    return seen


def test_the_state_is_written_once(workspace: Workspace, faults: Watched) -> None:
    """While jobs are submitted and released it stays as it was; jobctl says so. All is in it afterwards."""
    seen = read_states(workspace, faults)
    assert SAYS in workspace.deployed().stderr
    assert len(seen) == 1
    assert len(workspace.jobs()) == JOBS
    seen.clear()
    outcome = workspace.jobctl("destroy", "-s", "local", "--yes", "--skip-preview")
    assert (outcome.code, SAYS in outcome.stderr) == (0, True), outcome.text
    assert len(seen) == 1
    assert workspace.jobs() == {}


def test_what_the_environment_says_wins(workspace: Workspace, faults: Watched) -> None:
    """With `PULUMI_SKIP_CHECKPOINTS=false` there is a state after each job."""
    seen = read_states(workspace, faults)
    outcome = workspace.up("--parallel", "1", PULUMI_SKIP_CHECKPOINTS="false")
    assert (outcome.code, SAYS in outcome.stderr) == (0, False), outcome.text
    assert len(seen) >= JOBS


def test_a_killed_up_loses_and_repeats_nothing(workspace: Workspace, faults: Watched) -> None:
    """Its state knows no run at all; the next `up` adopts each and submits the rest."""
    words = ["up", "-s", "local", "--yes", "--skip-preview", "--parallel", "1"]
    child = subprocess.Popen(
        [sys.executable, "-m", "cli", "-C", str(workspace.root), *words],
        cwd=ROOT,
        env=workspace.env,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    submitted = 0

    def look(call: Call) -> None:
        nonlocal submitted
        submitted += call.operation == "SubmitServiceJob"
        if submitted == JOBS - 1:
            # the provider as well: it would go on for an engine that is gone
            for pid in [*descendants(child.pid), child.pid]:
                with suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGKILL)

    faults.look = look
    assert child.wait(timeout=120) == -signal.SIGKILL
    faults.look = lambda call: None
    assert workspace.jobctl("cancel", "local", "--yes").code == 0
    assert workspace.jobs() == {}
    assert 0 < workspace.submissions() < JOBS
    workspace.deployed()
    assert workspace.submissions() == JOBS == len(workspace.jobs())
    assert workspace.preview() == []
