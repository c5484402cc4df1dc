"""Secrets are encrypted as Pulumi's passphrase provider does it."""

from __future__ import annotations

from pathlib import Path

import pytest

from local.engine.errors import EngineError
from local.engine.state.secrets import Passphrase, read_passphrase
from tests.engine.adapters import World

SALT = "v1:n4TFnfWMcyM=:v1:MKwczjTElSrsGDYA:KDmx555jDKncuMNPJ7tOiQDM62QYlw=="
"""Written by the Pulumi CLI v3.260.0 for the passphrase `x`."""
SEALED = "v1:oRw5MzdJ7E//bufg:LwVeCLZTwQXsOw7yFT7/cpQLs3DbRQ=="
"""The JSON text `"hush"`, sealed by that CLI."""


def test_what_the_cli_sealed_can_be_opened() -> None:
    """A ciphertext of the CLI's gives its text under its salt and passphrase."""
    assert Passphrase("x", SALT).decrypt(SEALED) == '"hush"'


def test_what_is_sealed_can_be_opened_with_the_salt_alone() -> None:
    """A new salt carries all that another process needs beside the passphrase."""
    first = Passphrase("correct horse")
    sealed = first.encrypt("hush")
    assert Passphrase("correct horse", first.salt).decrypt(sealed) == "hush"


def test_a_wrong_passphrase_is_noticed() -> None:
    """Nothing is decrypted, or encrypted, with a passphrase that is not the stack's."""
    with pytest.raises(EngineError, match="^incorrect passphrase$"):
        Passphrase("y", SALT).encrypt("hush")


def test_an_unchanged_secret_keeps_its_ciphertext() -> None:
    """The same text under the same URN is sealed once, so that state files change only where values do."""
    secrets = Passphrase("x", SALT)
    secrets.decrypt(SEALED, "urn:a")
    assert secrets.encrypt('"hush"', "urn:a") == SEALED
    assert secrets.encrypt('"hush"', "urn:b") != SEALED


def test_the_passphrase_comes_from_the_environment_or_from_a_file(tmp_path: Path) -> None:
    """PULUMI_CONFIG_PASSPHRASE goes before PULUMI_CONFIG_PASSPHRASE_FILE; one of them must be there."""
    file = tmp_path / "phrase"
    file.write_text("from file\n", encoding="utf-8")
    assert read_passphrase({"PULUMI_CONFIG_PASSPHRASE_FILE": str(file)}) == "from file"
    both = {"PULUMI_CONFIG_PASSPHRASE_FILE": str(file), "PULUMI_CONFIG_PASSPHRASE": ""}
    assert read_passphrase(both) == ""
    with pytest.raises(EngineError, match="passphrase must be set with PULUMI_CONFIG_PASSPHRASE"):
        read_passphrase({})


def test_no_secret_is_printed_or_stored_in_the_clear(world: World) -> None:
    """Inputs, nested ones, outputs and config: `[secret]` on the screen, ciphertext on the disk."""
    world.run(["config", "set", "--secret", "token", "hush-config", "--stack", "dev"])
    world.write_program(
        's = pulumi.Output.secret("hush-value")\n'
        'a = Thing("a", {"password": s, "deep": {"list": [s]}, "token": pulumi.Config().get_secret("token")})\n'
        'pulumi.export("password", s)'
    )
    printed = ""
    for command in (
        ["preview", "--diff"],
        ["preview", "--json"],
        ["up", "--yes"],
        ["stack", "export"],
        ["config"],
        ["config", "--json"],
        ["destroy", "--yes"],
    ):
        done = world.run([*command, "--stack", "dev"])
        assert done.returncode == 0, done.stderr
        printed += done.stdout + done.stderr
    stored = [file.read_text() for file in (world.folder / "backend").rglob("*") if file.is_file()]
    settings = (world.project / "Pulumi.dev.yaml").read_text()
    assert "hush" not in printed + settings + "".join(stored)
    assert "[secret]" in printed


def test_the_wrong_passphrase_fails_a_command_and_changes_nothing(world: World) -> None:
    """An `up` with another passphrase ends with one sentence."""
    world.write_program('Thing("a")')
    before = world.state_file.read_bytes()
    failed = world.run(
        ["up", "--yes", "--skip-preview", "--stack", "dev"], PULUMI_CONFIG_PASSPHRASE="wrong"
    )
    assert failed.returncode == 1
    assert "incorrect passphrase" in failed.stdout + failed.stderr
    assert world.state_file.read_bytes() == before
    assert world.calls() == []
