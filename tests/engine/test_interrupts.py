"""Ctrl-C, kill -9 and locks: the state is valid at every moment, and nobody is in another's way."""

from __future__ import annotations

import os
import select
import signal
import subprocess
import sys
from pathlib import Path

from tests.engine.adapters import PATIENCE, World

ROOT = Path(__file__).resolve().parents[2]
HANGING = 'a = Thing("a")\nb = Thing("b", {"hang": True}, depends_on=[a])\nc = Thing("c", {}, depends_on=[b])'
UP = ["up", "--yes", "--skip-preview", "--stack", "dev", "--non-interactive"]


def started(world: World) -> subprocess.Popen[str]:
    """An `up` that hangs in the create of `b`."""
    world.write_program(HANGING)
    process = world.started(UP)
    world.await_entry(process)
    return process


def ended(process: subprocess.Popen[str]) -> int:
    return process.wait(timeout=PATIENCE)


def names(world: World) -> list[str]:
    """The names of the resources in state, providers and the stack excepted."""
    return [
        each["urn"].rpartition("::")[2]
        for each in world.state().get("resources", [])
        if each["type"].startswith("pulumi-python:")
    ]


def pending(world: World) -> list[tuple[str, str]]:
    return [
        (each["resource"]["urn"].rpartition("::")[2], each["type"])
        for each in world.state().get("pending_operations", [])
    ]


def locks(world: World) -> list[str]:
    return [each.name for each in (world.folder / "backend" / ".pulumi" / "locks").rglob("*.json")]


def interrupted_once(world: World, process: subprocess.Popen[str]) -> None:
    """Send Ctrl-C, and wait until the engine has said that it heard."""
    process.send_signal(signal.SIGINT)
    with (world.folder / "stderr").open() as said:
        for _ in iter(lambda: process.poll() is None and not said.read(), False):
            os.sched_yield()


def test_one_interrupt_finishes_what_runs_and_starts_nothing_new(world: World) -> None:
    """After Ctrl-C the call that is under way ends and is kept; the next is not made; exit code 1."""
    with started(world) as process:
        interrupted_once(world, process)
        world.release()
        assert ended(process) == 1
    assert names(world) == ["a", "b"]
    assert pending(world) == []
    assert locks(world) == []
    assert "update canceled" in (world.folder / "stdout").read_text()


def test_a_second_interrupt_stops_at_once(world: World) -> None:
    """After Ctrl-C twice the call that is under way is a pending operation; the lock is free."""
    with started(world) as process:
        interrupted_once(world, process)
        process.send_signal(signal.SIGINT)
        assert ended(process) == 1
    world.release()
    assert names(world) == ["a"]
    assert pending(world) == [("b", "creating")]
    assert locks(world) == []


def test_a_kill_leaves_every_step_that_was_reported_in_a_valid_state(world: World) -> None:
    """After kill -9 the state holds what was reported done, and the call that was under way as pending."""
    with started(world) as process:
        process.kill()
        ended(process)
    world.release()
    lines = (world.folder / "stdout").read_text().splitlines()
    assert [line.split()[2] for line in lines if " created (" in line] == ["a"]
    assert names(world) == ["a"]
    assert pending(world) == [("b", "creating")]


def test_a_kill_of_the_engine_ends_its_children(world: World) -> None:
    """The program ends at once, the provider after the call that it is in."""
    with started(world) as process:
        tasks = Path(f"/proc/{process.pid}/task").iterdir()
        children = [int(pid) for task in tasks for pid in (task / "children").read_text().split()]
        watched = [os.pidfd_open(pid) for pid in children]
        assert len(watched) == 2
        process.kill()
        ended(process)
    world.release()
    for each in watched:
        ready, _, _ = select.select([each], [], [], PATIENCE)
        os.close(each)
        assert ready


def test_a_second_command_on_a_locked_stack_changes_nothing(world: World) -> None:
    """It says who holds the lock and since when; the first goes on undisturbed."""
    with started(world) as process:
        before = world.state_file.read_bytes()
        second = world.run(UP)
        assert second.returncode == 1
        assert "the stack is currently locked by 1 lock(s)" in second.stderr
        assert f"(pid {process.pid}) at 20" in second.stderr
        assert world.state_file.read_bytes() == before
        assert world.run(["preview", "--stack", "dev"]).returncode == 0
        world.release()
        assert ended(process) == 0
    assert names(world) == ["a", "b", "c"]


def test_cancel_frees_a_stack_whose_holder_was_killed(world: World) -> None:
    """After kill -9 the lock stands until `cancel`, as with the CLI."""
    with started(world) as process:
        process.kill()
        ended(process)
    world.release()
    world.write_program('a = Thing("a")')
    assert world.run(UP).returncode == 1
    assert world.run(["cancel", "--yes", "--stack", "dev"]).returncode == 0
    assert locks(world) == []
    assert world.run(UP).returncode == 0


def test_a_provider_without_its_engine_ends() -> None:
    """The engine may be gone before the provider serves: it ends all the same, as one that was asked to."""
    script = ROOT / "local" / "engine" / "protocol" / "provider_host.py"
    done = subprocess.run(
        [sys.executable, "-u", str(script)],
        cwd=ROOT,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        timeout=120,
    )
    assert (done.returncode, done.stderr) == (0, b"")
