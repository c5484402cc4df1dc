"""One state, two engines: each goes on where the other stopped, be it in the middle."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from local.engine.state import checkpoint
from local.engine.state.secrets import Passphrase
from tests.engine.adapters import World

pytestmark = pytest.mark.skipif(
    shutil.which("pulumi") is None, reason="the Pulumi CLI is not on PATH"
)

PROGRAM = """
c = pulumi.Config()
a = Thing("a", {"n": 1, "password": c.require_secret("token"), "deep": {"x": [1, 2.5]}})
b = Thing("b", {"from": a.computed})
pulumi.export("password", c.require_secret("token"))
pulumi.export("out", b.computed)
"""
CHANGED = PROGRAM.replace('"n": 1', '"n": 2') + 'Thing("c", {}, depends_on=[b])\n'
HANGING = PROGRAM + 'Thing("h", {"hang": True}, depends_on=[b])\n'
GOING_ON = PROGRAM + 'Thing("h", {}, depends_on=[b])\n'
BOTH = [("embedded", "cli"), ("cli", "embedded")]


def ok(world: World, *arguments: str) -> str:
    done = world.run([*arguments, "--stack", "dev", "--non-interactive"])
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def password(world: World) -> str:
    """Return the stack's secret output, as this engine decrypts it."""
    if world.engine == "cli":
        return ok(world, "stack", "output", "password", "--show-secrets").strip()
    state = world.state()
    secrets = Passphrase(
        world.env["PULUMI_CONFIG_PASSPHRASE"], state["secrets_providers"]["state"]["salt"]
    )
    root = checkpoint.load(state, secrets.decrypt).root
    assert root is not None
    return str(root.outputs["password"].value)


def pair(folder: Path, first: str, second: str) -> tuple[World, World]:
    """One project and stack, made by the first engine, for both."""
    world = World(folder, first)
    world.prepare()
    ok(world, "config", "set", "--secret", "token", "hush")
    return world, replace(world, engine=second)


@pytest.mark.parametrize(("first", "second"), BOTH)
def test_each_takes_over_from_the_other(tmp_path: Path, first: str, second: str) -> None:
    """After an `up` of one, a preview and a refresh of the other find nothing; and back again."""
    one, other = pair(tmp_path, first, second)
    one.write_program(PROGRAM)
    ok(one, "up", "--yes", "--skip-preview")
    ok(other, "preview", "--expect-no-changes")
    ok(other, "refresh", "--yes", "--skip-preview", "--expect-no-changes")
    assert password(other) == "hush"
    one.write_program(CHANGED)
    ok(other, "up", "--yes", "--skip-preview")
    ok(one, "preview", "--expect-no-changes")
    assert password(one) == "hush"
    assert '"value": "hush"' in ok(one, "config", "--json", "--show-secrets")


@pytest.mark.parametrize(("first", "second"), BOTH)
def test_each_goes_on_after_a_kill_of_the_other(tmp_path: Path, first: str, second: str) -> None:
    """After kill -9 in a create the other warns of the pending operation, finishes, and clears it."""
    one, other = pair(tmp_path, first, second)
    one.write_program(HANGING)
    one.run_and_kill(["up", "--yes", "--skip-preview", "--stack", "dev", "--non-interactive"])
    locked = other.run(["up", "--yes", "--skip-preview", "--stack", "dev", "--non-interactive"])
    assert "the stack is currently locked by 1 lock(s)" in locked.stderr
    ok(other, "cancel", "--yes")
    other.write_program(GOING_ON)
    text = ok(other, "up", "--yes", "--skip-preview")
    assert "with 1 pending operations from previous deployment" in text
    ok(one, "refresh", "--yes", "--skip-preview", "--clear-pending-creates")
    assert "pending_operations" not in other.state()
    ok(other, "preview", "--expect-no-changes")
