"""The project's own files: what a fresh clone relies on before any code runs."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import venv
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from cli.engine.pulumi_cli import INSTALL, VERSION_FILE
from tools.lock import load_starter

ROOT = Path(__file__).resolve().parents[2]
REQUIREMENTS = (
    "requirements.txt",
    "requirements-local.txt",
    "requirements-report.txt",
    "requirements-dev.txt",
)


@pytest.fixture(scope="module")
def starter() -> Any:
    """`./jobctl`, as a module."""
    return load_starter()


def lines(file: str) -> list[str]:
    text = (ROOT / file).read_text("utf-8")
    return [line for line in text.splitlines() if not line.startswith("#")]


@pytest.mark.parametrize("file", REQUIREMENTS)
def test_requirements_stop_before_the_next_major(file: str) -> None:
    """Every package has a lower bound, and an upper bound that keeps the next incompatible version out."""
    assert lines(file)
    for line in lines(file):
        assert re.fullmatch(r"[A-Za-z0-9-]+>=\d+(\.\d+)*,<\d+(\.\d+)?", line), line


# .gitignore files; patterns of policies, in linear time; the terminal; a shell's completion
OWN = ["pathspec", "google-re2", "rich", "shtab"]


def test_production_needs_no_emulator() -> None:
    """What a deployment installs is what speaks to Pulumi and AWS, and checks files."""
    text = (ROOT / "requirements.txt").read_text("utf-8")
    names = [line.partition(">")[0] for line in text.splitlines() if not line.startswith("#")]
    assert names == ["pulumi", "pulumi-aws", "boto3", "jsonschema", "PyYAML", *OWN]


def test_the_version_is_the_newest_release() -> None:
    """`./jobctl --version` needs no packages; CHANGELOG.md has that release, and says what breaking means."""
    done = subprocess.run(
        [sys.executable, "-S", ROOT / "jobctl", "--version"], capture_output=True, text=True
    )
    text = (ROOT / "CHANGELOG.md").read_text("utf-8")
    [newest, *_] = re.findall(r"^## \[(\d+\.\d+\.\d+)\] - \d{4}-\d\d-\d\d$", text, re.MULTILINE)
    assert done.stdout == f"jobctl {newest}\n", done.stderr
    assert "**Breaking**" in text


def test_program_is_short() -> None:
    """`__main__.py` loads, checks, declares and exports, in at most 30 lines."""
    assert len((ROOT / "__main__.py").read_text("utf-8").splitlines()) <= 30


def test_make_lists_its_targets() -> None:
    """`make` alone is `make help`: each name that people rely on, with what it does."""
    done = subprocess.run(["make", "-s"], cwd=ROOT, capture_output=True, text=True, check=True)
    names = re.findall(r"^  make (\w+) +\S", done.stdout, re.MULTILINE)
    assert set(names) >= {"help", "setup", "demo", "test", "lint", "bench", "schemas"}


def test_licence_is_apache() -> None:
    """The text of the Apache License 2.0 is there."""
    assert "Apache License\n                           Version 2.0" in (ROOT / "LICENSE").read_text(
        "utf-8"
    )


def test_what_runs_leave_behind_is_ignored() -> None:
    """The virtualenv, the emulator's state and caches never show up in `git status`."""
    paths = [".venv", ".local/pulumi/x", "cli/__pycache__/x.pyc", ".pytest_cache/x"]
    command = ["git", "check-ignore", "--no-index", *paths]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    assert done.stdout.split() == paths


@pytest.mark.parametrize(
    ("argv", "cli", "level"),
    [
        ([], True, 1),
        (["validate"], False, 1),
        (["up", "-s", "prod"], True, 1),
        (["up", "-s", "local"], False, 2),
        (["emulator", "start"], True, 2),
        (["-C", "elsewhere", "emulator", "start"], True, 2),
        (["plan", "-s", "local"], False, 2),
        (["demo"], True, 2),
        (["setup"], True, 2),
        (["report", "-s", "prod"], True, 3),
        (["-C", "elsewhere", "report"], False, 3),
        (["setup", "--dev"], True, 4),
    ],
)
def test_starter_installs_what_the_command_needs(
    starter: Any,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    argv: list[str],
    cli: bool,
    level: int,
) -> None:
    """With the Pulumi CLI on PATH, a deployment gets neither emulator nor embedded engine."""
    if cli:
        (tmp_path / "pulumi").write_text("#!/bin/sh\n", "utf-8")
        (tmp_path / "pulumi").chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.delenv("JOBCTL_ENGINE", raising=False)
    monkeypatch.setattr(starter, "ROOT", str(tmp_path / "none"))
    assert starter.choose_level(argv) == level


def test_changed_requirements_are_installed_again(
    starter: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The stamp in `.venv` holds the files' hash: an unchanged set is not looked at twice, a changed one is."""
    for name in REQUIREMENTS:
        (tmp_path / name).write_text(f"{name}\n", "utf-8")
    python = tmp_path / "python"
    python.touch()
    (tmp_path / "pyvenv.cfg").touch()
    for name, value in (("ROOT", tmp_path), ("VENV", tmp_path), ("PYTHON", python)):
        monkeypatch.setattr(starter, name, str(value))
    assert starter.read_level() == 0
    (tmp_path / "jobctl-stamp").write_text(starter.make_stamp(2), "utf-8")
    assert starter.read_level() == 2
    (tmp_path / "requirements-dev.txt").write_text("changed\n", "utf-8")
    assert starter.read_level() == 2
    (tmp_path / "requirements.txt").write_text("changed\n", "utf-8")
    # negative: stale, and this many sets are to be installed anew
    assert starter.read_level() == -2
    (tmp_path / "jobctl-stamp").write_text(starter.make_stamp(2), "utf-8")
    python.rename(tmp_path / "elsewhere")
    assert starter.read_level() == -2
    (tmp_path / "elsewhere").rename(python)
    assert starter.read_level() == 2
    # `pulumi new FOLDER` copies a `.venv` up to its first link: with the stamp, and no virtualenv
    (tmp_path / "pyvenv.cfg").unlink()
    assert starter.read_level() == -2


def test_the_sdks_installer_without_network_names_the_manual_way(tmp_path: Path) -> None:
    """`setup --pulumi` with the real installer, behind a proxy where nothing listens."""
    env = {name: value for name, value in os.environ.items() if not name.lower().endswith("_proxy")}
    env |= {"http_proxy": "http://127.0.0.1:9", "https_proxy": "http://127.0.0.1:9"}
    (tmp_path / VERSION_FILE).write_text("3.1.4\n", "utf-8")
    program = "from cli.engine.pulumi_cli import install_pulumi; install_pulumi('.')"
    done = subprocess.run(
        [sys.executable, "-c", program],
        cwd=tmp_path,
        env={**env, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
    )
    last = done.stderr.strip().split("\n")[-1]
    assert "the Pulumi CLI 3.1.4 could not be installed: <urlopen error" in last
    assert last.endswith(INSTALL)


def break_record(venv: Path, site: Path) -> None:
    (site / "boto3-1.0.dist-info").mkdir()


def break_removal(venv: Path, site: Path) -> None:
    (site / "~oto3").mkdir()


def break_settings(venv: Path, site: Path) -> None:
    (venv / "pyvenv.cfg").unlink()


def break_pip(venv: Path, site: Path) -> None:
    (site / "pip.py").unlink()


@pytest.mark.parametrize("spoil", [break_record, break_removal, break_settings, break_pip])
def test_half_a_virtualenv_is_recognised(
    starter: Any, tmp_path: Path, spoil: Callable[[Path, Path], None]
) -> None:
    """Another tool made it and was interrupted; pip would take what is there for installed."""
    venv.create(tmp_path / "venv", symlinks=True)
    python = tmp_path / "venv" / "bin" / "python"
    [site] = (tmp_path / "venv" / "lib").glob("python*/site-packages")
    (site / "pip.py").touch()
    assert subprocess.call([python, "-c", starter.IS_WHOLE]) == 0
    spoil(tmp_path / "venv", site)
    check = subprocess.run([python, "-c", starter.IS_WHOLE], capture_output=True)
    assert check.returncode != 0


def test_half_a_virtualenv_is_made_anew(
    starter: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    """And then it is whole."""
    made = tmp_path / "venv"
    venv.create(made, symlinks=True)
    python = made / "bin" / "python"
    monkeypatch.setattr(starter, "VENV", str(made))
    monkeypatch.setattr(starter, "PYTHON", str(python))
    starter.make_environment()
    assert capfd.readouterr().err == "jobctl: .venv is broken or half-made; making it anew\n"
    assert subprocess.call([python, "-c", starter.IS_WHOLE]) == 0


@pytest.mark.parametrize("count", [1, 2, 3, 4])
def test_a_lock_belongs_to_its_requirements_and_has_a_hash_for_each_package(
    starter: Any, count: int
) -> None:
    """What CI and a deployment install; no address of anybody's registry is in it."""
    text = starter.read_lock(count)
    assert text, "run make lock"
    packages = [line for line in text.splitlines() if "==" in line]
    assert text.count("==") == len(packages)
    assert all(line.endswith("\\") for line in packages)
    assert len(packages) <= text.count("--hash=sha256:")
    assert "://" not in text
    names = {
        line.partition(">")[0].lower() for name in REQUIREMENTS[:count] for line in lines(name)
    }
    assert names <= {line.partition("==")[0] for line in packages}


def test_changed_requirements_without_a_new_lock_stop_ci(
    starter: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Their author installs them without hashes, and is told; nobody else does."""
    for name in REQUIREMENTS:
        (tmp_path / name).write_text(f"{name}\n", "utf-8")
    monkeypatch.setattr(starter, "ROOT", str(tmp_path))
    monkeypatch.delenv("CI", raising=False)
    assert starter.choose_files(2) == REQUIREMENTS[:2]
    (tmp_path / "requirements-local.lock").write_text(f"# {starter.make_digest(2)}\nx\n", "utf-8")
    assert starter.choose_files(2) == ("requirements-local.lock",)
    (tmp_path / "requirements.txt").write_text("changed\n", "utf-8")
    monkeypatch.setenv("CI", "true")
    with pytest.raises(SystemExit):
        starter.choose_files(2)
