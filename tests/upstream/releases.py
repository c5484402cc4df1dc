"""Folders with a version of this repository, and commands in a repository that was made from one."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

from tests.conftest import FOREIGN, ROOT, Outcome

LEFT_OUT = (".git", ".venv", ".local", ".*_cache", ".hypothesis", "__pycache__")


def copy_release(target: Path) -> Path:
    """Copy this repository as somebody downloads it."""
    shutil.copytree(ROOT, target, ignore=shutil.ignore_patterns(*LEFT_OUT))
    return target


def make_environment(folder: Path, **more: str) -> dict[str, str]:
    """Return an environment with a home of its own, and a name for git."""
    (folder / "home").mkdir(exist_ok=True)
    kept = {name: value for name, value in os.environ.items() if not name.startswith(FOREIGN)}
    who = {
        f"GIT_{role}_{what}": value
        for role in ("AUTHOR", "COMMITTER")
        for what, value in (("NAME", "A"), ("EMAIL", "a@example.com"))
    }
    return {**kept, **who, "HOME": str(folder / "home"), **more}


def run(root: Path, env: Mapping[str, str], *argv: str) -> Outcome:
    """Run a command of the jobctl in this folder, with the packages of these tests."""
    if not (root / ".venv").exists():
        (root / ".venv").symlink_to(sys.prefix)
    return call(root, env, sys.executable, "-m", "cli", *argv)


def call(root: Path, env: Mapping[str, str], *command: str) -> Outcome:
    done = subprocess.run(
        command,
        cwd=root,
        env=dict(env),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=300,
    )
    return Outcome(done.returncode, done.stdout, done.stderr)
