"""What an engine writes into a stack's settings file, and what stays of it."""

from __future__ import annotations

from pathlib import Path

import pytest

from cli.project.salt import salt_kept_out
from cli.project.stack import Stack, find_project, read_stack

CLEAN = "# mine\nconfig:\n  aws:region: us-east-1\n  aws-jobs:emulator: true\n"
SALTED = '# mine\nconfig:\n  aws:region: us-east-1\n  aws-jobs:emulator: "true"\nencryptionsalt: v1:abc:def\n'


@pytest.fixture
def stack(tmp_path: Path) -> Stack:
    (tmp_path / "Pulumi.yaml").write_text("name: aws-jobs\n", "utf-8")
    (tmp_path / "Pulumi.local.yaml").write_text(CLEAN, "utf-8")
    return read_stack(find_project(tmp_path), "local")


def settings(stack: Stack) -> Path:
    return stack.project.root / "Pulumi.local.yaml"


def run(stack: Stack, text: str) -> str:
    """A command whose engine leaves `text` in the settings file."""
    with salt_kept_out(stack):
        settings(stack).write_text(text, "utf-8")
    return settings(stack).read_text("utf-8")


def test_file_is_what_it_was(stack: Stack) -> None:
    """Salt and changed quotes go; the author's bytes come back."""
    assert run(stack, SALTED) == CLEAN


def test_changed_setting_stays_without_the_salt(stack: Stack) -> None:
    """`config set` on a stack without secrets changes that setting alone."""
    changed = SALTED.replace("us-east-1", "eu-west-1")
    assert run(stack, changed) == (
        '# mine\nconfig:\n  aws:region: eu-west-1\n  aws-jobs:emulator: "true"\n'
    )


def test_secret_setting_keeps_its_salt(stack: Stack) -> None:
    """Without the salt nobody could decrypt it."""
    secret = SALTED.replace("encryptionsalt", "  aws-jobs:key:\n    secure: v1:xyz\nencryptionsalt")
    assert run(stack, secret) == secret


def test_salt_goes_when_the_last_secret_goes(stack: Stack) -> None:
    """`config rm` of the secret gives the author's file back."""
    run(
        stack,
        SALTED.replace("encryptionsalt", "  aws-jobs:key:\n    secure: v1:xyz\nencryptionsalt"),
    )
    assert run(stack, SALTED) == CLEAN


def test_salt_that_the_author_wrote_stays(stack: Stack) -> None:
    """Only a salt that came while we watched is taken out."""
    settings(stack).write_text(SALTED, "utf-8")
    assert run(stack, SALTED) == SALTED


def test_next_command_removes_what_a_killed_one_left(stack: Stack) -> None:
    """A kill leaves the salt; the next command takes it out."""
    run(stack, SALTED)
    settings(stack).write_text(SALTED, "utf-8")
    assert run(stack, SALTED) == CLEAN


def test_error_of_the_command_does_not_keep_the_salt(stack: Stack) -> None:
    """The file is restored when the engine fails, too."""
    with pytest.raises(KeyboardInterrupt), salt_kept_out(stack):
        settings(stack).write_text(SALTED, "utf-8")
        raise KeyboardInterrupt
    assert settings(stack).read_text("utf-8") == CLEAN
