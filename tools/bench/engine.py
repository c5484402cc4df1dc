"""How long the embedded engine takes for 1,000 trivial resources, and the Pulumi CLI where it is on PATH.

`python -m tools.bench.engine`: whole commands, their start included, on a project and a backend in a temporary folder.
"""

from __future__ import annotations

import os
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

from cli.project.stack import HERE
from components.errors import JobError
from tools.bench.preview import trivial_project

RESOURCES = 1000
COMMANDS = {
    "up": ["up", "--yes", "--skip-preview"],
    "preview": ["preview", "--expect-no-changes"],
    "destroy": ["destroy", "--yes", "--skip-preview"],
}
EMBEDDED = (sys.executable, "-m", "local.engine")


def main() -> int:
    print(f"{RESOURCES} trivial resources")
    engines: dict[str, Sequence[str]] = {"embedded engine": EMBEDDED}
    if pulumi := shutil.which("pulumi"):
        engines["Pulumi CLI"] = (pulumi,)
    for name, engine in engines.items():
        seconds = measure(engine)
        figures = ", ".join(f"{what} {took:.1f} s" for what, took in seconds.items())
        # the figure for children is that of the largest process so far: the embedded engine comes first
        print(f"  {name:16} {figures}, largest process {_megabytes():.0f} MB")
    return 0


def measure(engine: Sequence[str], count: int = RESOURCES) -> dict[str, float]:
    """Take each command through an engine of its own backend; seconds."""
    with tempfile.TemporaryDirectory(prefix="aws-jobs-bench-") as folder:
        project = trivial_project(Path(folder) / "trivial", count)
        state = Path(folder) / "state"
        state.mkdir()
        env = {
            **os.environ,
            "PULUMI_BACKEND_URL": state.as_uri(),
            "PULUMI_CONFIG_PASSPHRASE": "bench",
            "PULUMI_SKIP_UPDATE_CHECK": "true",
            "PYTHONPATH": str(HERE),
        }
        _run([*engine, "stack", "init", "local"], project, env)
        seconds = {}
        for name, command in COMMANDS.items():
            begin = time.perf_counter()
            _run([*engine, *command, "-s", "local", "--non-interactive"], project, env)
            seconds[name] = time.perf_counter() - begin
        return seconds


def _run(command: Sequence[str], project: Path, env: dict[str, str]) -> None:
    done = subprocess.run(command, cwd=project, env=env, capture_output=True, text=True)
    if done.returncode != 0:
        raise JobError(f"{' '.join(command)} failed: {done.stdout[-2000:]}{done.stderr[-2000:]}")


def _megabytes() -> float:
    """The most that any one process of ours has used. macOS counts bytes where Linux counts kilobytes."""
    unit = 1e6 if sys.platform == "darwin" else 1e3
    return resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / unit


if __name__ == "__main__":
    sys.exit(main())
