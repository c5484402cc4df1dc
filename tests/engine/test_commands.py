"""The commands beside up, preview, refresh and destroy; and what every command says when it is misused."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from local.engine import main
from local.engine.commands.commandline import CLI
from tests.engine.adapters import World, embedded


def said(world: World, *arguments: str, code: int = 0, **env: str) -> str:
    """What a command printed, which must end with this code."""
    done = world.run(list(arguments), **env)
    assert done.returncode == code, done.stdout + done.stderr
    return done.stdout + done.stderr


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (["frob"], 'error: unknown command "frob"; the embedded engine has up, '),
        (["stack", "rename", "x"], 'error: unknown command "stack rename"; '),
        (["up", "--target=x"], f"error: pulumi up: unrecognized arguments: --target=x; {CLI}"),
        (["stack", "ls", "--yes"], "error: pulumi stack ls: unrecognized arguments: --yes; "),
        (["up", "-yZ"], "error: pulumi up: "),
        (["up", "--stack"], "error: pulumi up: argument --stack/-s: expected one argument; "),
        (["config", "set"], f"error: pulumi config set: expected KEY [VALUE], got none; {CLI}"),
        (["config", "get", "x"], "error: pulumi config: expected no arguments, got get x; "),
        (["stack", "import"], 'error: unknown command "stack import"; '),
        ([], 'error: unknown command ""; the embedded engine has up, '),
    ],
)
def test_what_it_does_not_know_it_says(
    arguments: list[str], expected: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """An unknown command or flag is named, and the Pulumi CLI as the place that has more."""
    assert main(arguments) == 1
    assert capsys.readouterr().err.startswith(expected)


def test_short_flags_can_stand_together(world: World) -> None:
    """`-yf -sdev` is `--yes --skip-preview --stack dev`."""
    assert "Updating (dev):" in said(world, "up", "-yf", "-sdev")
    assert "Previewing" not in said(world, "up", "-yf", "-s=dev")


def test_a_change_has_to_be_agreed_to(world: World) -> None:
    """Without --yes and without a terminal nothing is done."""
    world.write_program('Thing("a")')
    text = said(world, "up", "--stack", "dev", code=2)
    assert text.startswith("error: --yes or --skip-preview must be passed in to proceed")
    assert world.calls() == []


def test_a_stack_that_is_not_there_has_an_exit_code_of_its_own(world: World) -> None:
    """6, as with the CLI."""
    assert said(world, "preview", "--stack", "qa", code=6) == "error: no stack named 'qa' found\n"


def test_a_folder_without_a_project(world: World, tmp_path: Path) -> None:
    """The sentence names the file that is missing, and the flag that names another folder."""
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    done = embedded(["preview"], elsewhere, world.env)
    assert done.returncode == 1
    assert "no Pulumi.yaml project file found" in done.stderr
    assert embedded(["stack", "ls", "--cwd", "../project"], elsewhere, world.env).returncode == 0


def test_the_backend_must_be_a_folder(world: World) -> None:
    """Only file:// is served; the sentence names the CLI for the rest."""
    text = said(world, "stack", "ls", code=1, PULUMI_BACKEND_URL="s3://bucket")
    assert "the backend s3://bucket is not supported by the embedded engine" in text
    assert "PULUMI_BACKEND_URL is not set" in said(
        world, "stack", "ls", code=1, PULUMI_BACKEND_URL=""
    )


def test_stacks_are_made_selected_listed_and_removed(world: World) -> None:
    """`init` selects; commands without --stack work on the selected one; `rm` keeps what has resources."""
    assert said(world, "stack", "init", "qa") == "Created stack 'qa'\n"
    assert said(world, "stack", "init", "qa", code=1).startswith("error: stack 'organization/")
    listed = [line.split() for line in said(world, "stack", "ls").splitlines()]
    assert [(row[0], row[-1]) for row in listed] == [("NAME", "COUNT"), ("dev", "0"), ("qa*", "0")]
    assert said(world, "stack", "select", "dev") == ""
    assert re.search(r"^dev\* ", said(world, "stack", "ls"), re.MULTILINE)
    world.write_program('Thing("a")')
    said(world, "up", "-yf")
    assert "'dev' still has resources; removal rejected" in said(
        world, "stack", "rm", "dev", "--yes", code=1
    )
    assert said(world, "stack", "rm", "qa", "--yes") == "Stack 'qa' has been removed!\n"
    assert not (world.project / "Pulumi.qa.yaml").exists()
    assert said(world, "stack", "select", "qa", code=6) == "error: no stack named 'qa' found\n"


def test_config_is_set_read_and_removed(world: World) -> None:
    """A key without a namespace is the project's; a secret is stored sealed and shown as `[secret]`."""
    said(world, "config", "set", "size", "3", "--stack", "dev")
    said(world, "config", "set", "aws:region", "us-east-1", "--stack", "dev")
    said(world, "config", "set", "--secret", "token", "hush", "--stack", "dev")
    assert said(world, "config", "--stack", "dev") == (
        "KEY         VALUE\naws:region  us-east-1\nsize        3\ntoken       [secret]\n"
    )
    assert json.loads(said(world, "config", "--json", "--stack", "dev")) == {
        "aws:region": {"value": "us-east-1", "secret": False},
        "things:size": {"value": "3", "secret": False},
        "things:token": {"secret": True},
    }
    shown = json.loads(said(world, "config", "--json", "--show-secrets", "--stack", "dev"))
    assert shown["things:token"] == {"value": "hush", "secret": True}
    said(world, "config", "rm", "size", "--stack", "dev")
    assert "size" not in said(world, "config", "--stack", "dev")


def test_structured_config_reaches_the_program(world: World) -> None:
    """A list or an object in the settings is JSON to the program, and secret where a leaf of it is."""
    sealed = world.run(["config", "set", "--secret", "x", "hush", "--stack", "dev"])
    assert sealed.returncode == 0
    file = world.project / "Pulumi.dev.yaml"
    text = file.read_text(encoding="utf-8").replace("things:x:", "things:x:\n    - 1\n    - b:")
    file.write_text(text.replace("    secure:", "        secure:"), encoding="utf-8")
    world.write_program(
        "from pulumi.runtime.config import is_config_secret\n"
        'x = pulumi.Config().require_object("x")\n'
        'Thing("a", {"x": x, "secret": is_config_secret("things:x")})'
    )
    said(world, "up", "-yf", "--stack", "dev")
    [made] = [call["news"] for call in world.calls() if call["call"] == "create"]
    assert (made["x"], made["secret"]) == ([1, {"b": "hush"}], True)
