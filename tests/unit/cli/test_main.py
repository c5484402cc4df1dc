"""The command line: one table, one sentence an error."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from cli.__main__ import COMMANDS, main


def test_help_lists_every_command_on_one_line(capsys: pytest.CaptureFixture[str]) -> None:
    """`jobctl --help` names each command once, with what it does."""
    assert main(["--help"]) == 0
    lines = capsys.readouterr().out.splitlines()
    found = [match[1] for line in lines if (match := re.match(r"  (\w+) +\S", line))]
    assert found == list(COMMANDS)


def test_unknown_command_offers_the_nearest(capsys: pytest.CaptureFixture[str]) -> None:
    """A slip gets the word that was meant."""
    assert main(["valdate"]) == 2
    assert capsys.readouterr().err == "error: unknown command 'valdate': did you mean 'validate'?\n"


def test_nothing_like_it_points_to_the_list(capsys: pytest.CaptureFixture[str]) -> None:
    """Far from any command, no guess is made."""
    assert main(["xyzzy"]) == 2
    assert capsys.readouterr().err == (
        "error: unknown command 'xyzzy': ./jobctl --help lists the commands\n"
    )


def test_error_is_a_sentence_and_exit_code_1(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No traceback reaches a user."""
    (tmp_path / "Pulumi.yaml").write_text("name: aws-jobs\n", "utf-8")
    monkeypatch.chdir(tmp_path)
    assert main(["emulator", "status"]) == 1
    assert capsys.readouterr().err == (
        "error: no emulator is running; start it with ./jobctl emulator start\n"
    )


def test_folder_before_the_command(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    """`-C` to a folder that is not there is a sentence."""
    assert main(["-C", str(tmp_path / "none"), "status"]) == 1
    assert capsys.readouterr().err == f"error: -C {tmp_path / 'none'}: No such file or directory\n"


def test_a_file_that_cannot_be_written_is_a_sentence(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A folder that is read-only or none, a full disk: the file and the reason."""
    (tmp_path / "Pulumi.yaml").write_text("name: aws-jobs\n", "utf-8")
    (tmp_path / "jobs").write_text("", "utf-8")
    monkeypatch.chdir(tmp_path)
    assert main(["new", "ServiceJob", "churn"]) == 1
    assert capsys.readouterr().err == f"error: {tmp_path / 'jobs'}: File exists\n"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (
            "[" * 5_000,
            ":1:1001: not YAML: exceeded maximum nesting depth (while increasing flow level)",
        ),
        ("name: \x01", ":1:7: a character that YAML does not allow"),
        ("name: &a [*a]", ":1:7: an alias to a value that contains it"),
    ],
)
def test_a_project_file_that_is_hostile_is_a_sentence(
    capsys: pytest.CaptureFixture[str],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    text: str,
    message: str,
) -> None:
    """Whatever stands in it."""
    (tmp_path / "Pulumi.yaml").write_text(text, "utf-8")
    monkeypatch.chdir(tmp_path)
    assert main(["validate"]) == 1
    assert capsys.readouterr().err == f"error: Pulumi.yaml{message}\n"
