"""How long the engines take: previews without changes beside trivial resources, and 1,000 trivial resources.

Whole commands, their start included, on projects, an emulator and backends in a temporary folder.
"""

from __future__ import annotations

import os
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

from cli.commands.demo import copy_project
from cli.project.emulator_process import Emulator
from cli.project.stack import HERE, find_project
from components.errors import JobError

ROUNDS = 5
RESOURCES = 1000
COMMANDS = {
    "up": ["up", "--yes", "--skip-preview"],
    "preview": ["preview", "--expect-no-changes"],
    "destroy": ["destroy", "--yes", "--skip-preview"],
}
EMBEDDED = (sys.executable, "-m", "local.engine")
# in a module: the SDK stores a class of `__main__` by value, and fails at some 320 of them
TRIVIAL = """\
import pulumi
from pulumi.dynamic import CreateResult, Resource, ResourceProvider


class Nothing(ResourceProvider):
    def create(self, props):
        return CreateResult("nothing", props)


class Trivial(Resource):
    pass
"""
TRIVIAL_PROGRAM = """\
from trivial import Nothing, Trivial

for number in range(COUNT):
    Trivial(Nothing(), f"trivial-{number}", {"number": number})
"""


def main() -> None:
    """Print the seconds of each, and of the two previews the ratio."""
    jobs, ours, base = measure_previews()
    print(f"preview without changes, embedded engine, median of {ROUNDS}")
    print(f"  {jobs} sample jobs         {ours:6.2f} s")
    print(f"  5 trivial resources   {base:6.2f} s")
    print(f"  ratio                 {ours / base:6.2f}")
    print(f"{RESOURCES} trivial resources")
    engines: dict[str, Sequence[str]] = {"embedded engine": EMBEDDED}
    if pulumi := shutil.which("pulumi"):
        engines["Pulumi CLI"] = (pulumi,)
    for name, engine in engines.items():
        seconds = measure(engine)
        figures = ", ".join(f"{what} {took:.1f} s" for what, took in seconds.items())
        most = to_megabytes(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)
        # the figure for children is that of the largest process so far: the embedded engine comes first
        print(f"  {name:16} {figures}, largest process {most:.0f} MB")


def measure_previews() -> tuple[int, float, float]:
    """Return the number of sample jobs, and the median seconds of their preview and of five trivial resources'."""
    with tempfile.TemporaryDirectory(prefix="aws-jobs-bench-") as folder:
        samples = copy_project(Path(folder) / "samples")
        trivial = make_trivial_project(Path(folder) / "trivial")
        emulator = Emulator(find_project(samples))
        endpoint, _ = emulator.start(None, [])
        env = {**os.environ, "JOBCTL_ENGINE": "embedded"}
        try:
            jobs = len(list((samples / "jobs").iterdir()))
            # a job that has ended is not asked about again: that is what a repository of jobs mostly holds
            ours = _median(samples, env, "--wait")
            return jobs, ours, _median(trivial, {**env, "AWS_ENDPOINT_URL": endpoint})
        finally:
            emulator.stop()


def _median(project: Path, env: Mapping[str, str], *flags: str) -> float:
    """Deploy once, preview once to warm up, then return the median seconds of the previews."""
    jobctl = [sys.executable, "-m", "cli", "-C", str(project)]
    run([*jobctl, "up", "-s", "local", "--yes", "--skip-preview", *flags], HERE, env)
    preview = [*jobctl, "preview", "-s", "local", "--expect-no-changes"]
    seconds = [run(preview, HERE, env) for _ in range(ROUNDS + 1)]
    return sorted(seconds[1:])[ROUNDS // 2]


def make_trivial_project(target: Path, count: int = 5) -> Path:
    target.mkdir(parents=True)
    for name in ("Pulumi.yaml", "Pulumi.local.yaml"):
        shutil.copy(HERE / name, target / name)
    (target / "trivial.py").write_text(TRIVIAL, "utf-8")
    (target / "__main__.py").write_text(TRIVIAL_PROGRAM.replace("COUNT", str(count)), "utf-8")
    (target / ".venv").symlink_to(sys.prefix)
    return target


def measure(engine: Sequence[str], count: int = RESOURCES) -> dict[str, float]:
    """Run each command on a backend of its own; return the seconds of each."""
    with tempfile.TemporaryDirectory(prefix="aws-jobs-bench-") as folder:
        project = make_trivial_project(Path(folder) / "trivial", count)
        state = Path(folder) / "state"
        state.mkdir()
        env = {
            **os.environ,
            "PULUMI_BACKEND_URL": state.as_uri(),
            "PULUMI_CONFIG_PASSPHRASE": "bench",
            "PULUMI_SKIP_UPDATE_CHECK": "true",
            "PYTHONPATH": str(HERE),
        }
        run([*engine, "stack", "init", "local"], project, env)
        return {
            name: run([*engine, *command, "-s", "local", "--non-interactive"], project, env)
            for name, command in COMMANDS.items()
        }


def run(command: Sequence[str], cwd: Path, env: Mapping[str, str]) -> float:
    """Run a command; return its seconds. Raises `JobError` with the end of its output where it fails."""
    begin = time.perf_counter()
    done = subprocess.run(command, cwd=cwd, env=dict(env), capture_output=True, text=True)
    if done.returncode != 0:
        raise JobError(f"{' '.join(command)} failed: {done.stdout[-2000:]}{done.stderr[-2000:]}")
    return time.perf_counter() - begin


def to_megabytes(maxrss: float) -> float:
    """Convert what `getrusage` says of memory: macOS counts bytes where Linux counts kilobytes."""
    return maxrss / (1e6 if sys.platform == "darwin" else 1e3)
