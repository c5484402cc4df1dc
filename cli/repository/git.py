"""Calls of git, with its own sentence where one fails."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

from cli.display.text import find_last_line
from components.errors import JobError


def has_git() -> bool:
    return shutil.which("git") is not None


def git(root: Path, *arguments: str) -> str:
    """Return what `git ARGUMENTS` prints in this folder. Raises `JobError` where there is no git, or it fails."""
    # a hook's GIT_DIR and GIT_INDEX_FILE would mean another repository
    env = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
    kept = ("GIT_SSL", "GIT_SSH", "GIT_ASKPASS", "GIT_CONFIG", "GIT_AUTHOR", "GIT_COMMITTER")
    env |= {name: value for name, value in os.environ.items() if name.startswith(kept)}
    try:
        done = subprocess.run(
            ["git", *arguments], cwd=root, env=env, capture_output=True, text=True
        )
    except FileNotFoundError:
        raise JobError("git is not installed, or not on PATH") from None
    if done.returncode != 0:
        raise JobError(f"git {arguments[0]}: {find_last_line(done.stderr) or 'failed'}")
    return done.stdout


def find_repository(path: Path) -> Path | None:
    """Return the root of the git repository that a folder is in, also of one that does not exist yet."""
    folder = next(each for each in (path, *path.parents) if each.is_dir())
    try:
        return Path(git(folder, "rev-parse", "--show-toplevel").rstrip("\n")).resolve()
    except JobError:
        return None


def is_clean(root: Path) -> bool:
    """Tell whether everything in the folder is committed."""
    return not git(root, "status", "--porcelain", "--", ".").strip()
