"""`jobctl demo`: the whole cycle on this machine, with the repository's own job files."""

from __future__ import annotations

import argparse
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from cli.commands.status import read_jobs, table
from cli.project.emulator_process import Emulator
from cli.project.results import glimpse
from cli.project.stack import HERE, Project, find_project, read_stack
from cli.project.variables import child_environment
from components.aws import Aws, connect, describe
from components.errors import JobError
from components.kinds import KINDS

STACK = "local"
NOT_COPIED = (".git", ".venv", ".local", ".*_cache", "__pycache__", "tests", "docs")
ENDED = ("SUCCEEDED", "FAILED", "UNKNOWN")
ETA = re.compile(r'(\beta"?: *")([0-9.]+)(")')


def configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--timeout", type=float, default=120, help="seconds to wait for the jobs' end (default 120)"
    )


def run(args: argparse.Namespace) -> int:
    project = find_project(Path.cwd())
    stack = read_stack(project, STACK)
    if not stack.on_emulator:
        raise JobError(
            f"the demo runs on the emulator: {project.settings_file(STACK).name} must say aws-jobs:emulator"
        )
    heading("1. An AWS of one's own: ./jobctl emulator start")
    endpoint, _ = Emulator(project).start(None, [])
    print(f"AWS emulator on {endpoint}")
    env = child_environment(stack, os.environ)

    heading(f"2. The job files become jobs: ./jobctl up -s {STACK} --yes")
    jobctl(project.root, env, ["up", "-s", STACK, "--yes", "--skip-preview"])

    heading(f"3. They run: ./jobctl refresh -s {STACK}; ./jobctl status -s {STACK}")
    # boto3 looks for its endpoint and credentials here
    os.environ.update(env)
    aws = connect(stack.setting("aws:region"))
    wait_for_end(aws, read_jobs(stack), args.timeout)
    jobctl(project.root, env, ["refresh", "-s", STACK, "--yes"], quiet=True)
    jobs = read_jobs(stack)
    print(table(jobs))

    heading("4. What they left in S3")
    show_results(aws, jobs)

    heading("5. Change one hyperparameter, and preview it (in a copy)")
    preview_change(project, env)

    print(f"\nThe emulator goes on at {endpoint}: ./jobctl emulator stop ends it, its jobs stay.")
    return 0


def heading(text: str) -> None:
    print(f"\n== {text}", flush=True)


def jobctl(root: Path, env: Mapping[str, str], argv: Sequence[str], *, quiet: bool = False) -> None:
    """Run a command as a person would; what a quiet one says appears only when it fails."""
    command = [sys.executable, "-m", "cli", *argv]
    done = subprocess.run(command, cwd=root, env=dict(env), capture_output=quiet, text=True)
    if done.returncode != 0:
        if quiet:
            sys.stderr.write(done.stdout + done.stderr)
        raise JobError(f"jobctl {' '.join(argv)} failed with exit code {done.returncode}")


def wait_for_end(
    aws: Aws,
    jobs: Sequence[Mapping[str, str]],
    timeout: float,
    clock: Callable[[], float] = time.monotonic,
    sleep: Callable[[float], None] = time.sleep,
) -> None:
    """`up` never waits, so this asks AWS itself; it prints each new status. Times are seconds."""
    deadline = clock() + timeout
    last = {job["name"]: job["status"] for job in jobs}
    going = [job for job in jobs if job["jobArn"] and job["phase"] not in ENDED]
    while going:
        for job in list(going):
            run = describe(aws, KINDS[job["kind"]], job["jobArn"], job["name"])
            if run.status != last[job["name"]]:
                print(f"{job['name']}: {last[job['name']]} -> {run.status}", flush=True)
                last[job["name"]] = run.status
            if run.phase.ended:
                going.remove(job)
        if going and clock() > deadline:
            names = ", ".join(job["name"] for job in going)
            raise JobError(f"after {timeout:.0f} s these have not ended: {names}")
        sleep(0.2 if going else 0)


def show_results(aws: Aws, jobs: Sequence[Mapping[str, str]]) -> None:
    for job in jobs:
        if job["phase"] == "SUCCEEDED":
            for line in glimpse(aws, job["results"]):
                print(line)


def preview_change(project: Project, env: Mapping[str, str]) -> None:
    """The copy shares the stack's state, so the preview compares with what has just run."""
    with tempfile.TemporaryDirectory(prefix="aws-jobs-demo-") as folder:
        copy = copy_project(Path(folder) / "copy", project.root)
        changed = next(
            (change for path in sorted((copy / "jobs").iterdir()) if (change := change_eta(path))),
            "",
        )
        if not changed:
            print(
                "no job file has a hyperparameter `eta`: change any other, and ./jobctl preview shows it"
            )
            return
        print(changed, flush=True)
        jobctl(copy, env, ["preview", "-s", STACK, "--diff"])


def change_eta(path: Path) -> str:
    """Give `eta` another value; says what was changed, or nothing."""
    text = path.read_text("utf-8")
    found = ETA.search(text)
    if not found:
        return ""
    value = "0.3" if found[2] != "0.3" else "0.2"
    path.write_text(ETA.sub(rf"\g<1>{value}\g<3>", text, count=1), "utf-8")
    return f"{path.parent.name}/{path.name}: eta: {found[2]} -> {value}"


def copy_project(target: Path, root: Path = HERE) -> Path:
    """The project without its state, on the same virtualenv."""
    shutil.copytree(root, target, ignore=shutil.ignore_patterns(*NOT_COPIED))
    (target / ".venv").symlink_to(sys.prefix)
    return target
