"""`jobctl demo`: deploy the repository's own job files to the emulator, wait for the jobs, preview a change."""

from __future__ import annotations

import argparse
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from cli.display.text import relative
from cli.progress.look import print_offline
from cli.project.emulator_process import Emulator
from cli.project.settings import read_stack_settings
from cli.project.stack import HERE, Project, find_project, read_stack
from cli.project.variables import child_environment
from cli.runs.entries import read_entries
from components.errors import JobError
from components.jobfile.load import SUFFIXES
from components.kinds import Phase

STACK = "local"
NOT_COPIED = (".git", ".venv", ".local", ".*_cache", "__pycache__", "tests", "docs")
ETA = re.compile(r'(\beta"?: *")([0-9.]+)(")')


def configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--timeout", type=int, default=120, help="seconds to wait for the jobs (default 120)"
    )


def run(args: argparse.Namespace) -> int:
    project = find_project(Path.cwd())
    stack = read_stack(project, STACK)
    if not stack.on_emulator:
        raise JobError(
            f"the demo runs on the emulator: set aws-jobs:emulator in {project.settings_file(STACK).name}"
        )
    folder = read_stack_settings(stack).folder
    files = [path for path in sorted(folder.rglob("*")) if path.name.endswith(SUFFIXES)]
    if not files:
        raise JobError(
            f"{relative(folder)}/ has no job file, and the demo deploys those of the stack `{STACK}`: write one with "
            "./jobctl new ServiceJob NAME, or run the demo in a clone of upstream's repository, which has samples"
        )
    print_heading("1. Start an AWS emulator: ./jobctl emulator start")
    endpoint, _ = Emulator(project).start(None, [])
    print(f"AWS emulator on {endpoint}")
    env = child_environment(stack, os.environ)

    print_heading(f"2. Deploy the job files: ./jobctl up -s {STACK} --yes")
    run_jobctl(project.root, env, ["up", "-s", STACK, "--yes", "--skip-preview"])

    print_heading(f"3. They run: ./jobctl wait -s {STACK}; ./jobctl status -s {STACK}")
    run_jobctl(project.root, env, ["wait", "-s", STACK, "--timeout", f"{args.timeout}s"])
    print_offline(stack)

    print_heading(f"4. Their results in S3: ./jobctl results JOB -s {STACK}")
    for entry in read_entries(stack):
        if entry.phase is Phase.SUCCEEDED:
            run_jobctl(project.root, env, ["results", entry.name, "-s", STACK])

    print_heading("5. Change one hyperparameter and preview it (in a copy)")
    preview_change(project, env, files)

    print(
        f"\nThe emulator keeps running at {endpoint}; ./jobctl emulator stop stops it and keeps its jobs."
    )
    return 0


def print_heading(text: str) -> None:
    print(f"\n== {text}", flush=True)


def run_jobctl(root: Path, env: Mapping[str, str], argv: Sequence[str]) -> None:
    """Run a command as a person would."""
    code = subprocess.call([sys.executable, "-m", "cli", *argv], cwd=root, env=dict(env))
    if code != 0:
        raise JobError(f"jobctl {' '.join(argv)} failed with exit code {code}")


def preview_change(project: Project, env: Mapping[str, str], files: Iterable[Path]) -> None:
    """Preview a change in a copy of the project. The copy shares the stack's state: the preview compares with it."""
    with tempfile.TemporaryDirectory(prefix="aws-jobs-demo-") as folder:
        copy = copy_project(Path(folder) / "copy", project.root)
        changed = change_eta(copy, [path.relative_to(project.root) for path in files])
        print(changed or "no job file has a hyperparameter `eta` to change", flush=True)
        if changed:
            run_jobctl(copy, env, ["preview", "-s", STACK, "--diff"])


def change_eta(root: Path, files: Iterable[Path]) -> str:
    """Give the first `eta` of these files another value; return what was changed, or nothing."""
    for path in files:
        text = (root / path).read_text("utf-8")
        if found := ETA.search(text):
            value = "0.3" if found[2] != "0.3" else "0.2"
            (root / path).write_text(ETA.sub(rf"\g<1>{value}\g<3>", text, count=1), "utf-8")
            return f"{path}: eta: {found[2]} -> {value}"
    return ""


def copy_project(target: Path, root: Path = HERE) -> Path:
    """Copy the project without its state; the copy uses the same virtualenv."""
    shutil.copytree(root, target, ignore=shutil.ignore_patterns(*NOT_COPIED))
    (target / ".venv").symlink_to(sys.prefix)
    return target
