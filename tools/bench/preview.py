"""How long a preview without changes takes, beside five trivial resources: `python -m tools.bench.preview`.

Both on the embedded engine; the samples on an emulator of their own, all in a temporary folder.
"""

from __future__ import annotations

import argparse
import os
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


def main() -> int:
    """Print the medians and their ratio."""
    parser = argparse.ArgumentParser(prog="python -m tools.bench.preview", description=__doc__)
    parser.add_argument(
        "--rounds", type=int, default=5, help="previews of each; the median counts (default 5)"
    )

    args = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="aws-jobs-bench-") as folder:
        samples = copy_project(Path(folder) / "samples")
        trivial = trivial_project(Path(folder) / "trivial")
        emulator = Emulator(find_project(samples))
        emulator.start(None, [])
        try:
            jobs = len(list((samples / "jobs").iterdir()))
            ours = median(samples, args.rounds)
            base = median(trivial, args.rounds)
        finally:
            emulator.stop()
    print(f"preview without changes, embedded engine, median of {args.rounds}")
    print(f"  {jobs} sample jobs         {ours:6.2f} s")
    print(f"  5 trivial resources   {base:6.2f} s")
    print(f"  ratio                 {ours / base:6.2f}")
    return 0


def trivial_project(target: Path, count: int = 5) -> Path:
    target.mkdir(parents=True)
    for name in ("Pulumi.yaml", "Pulumi.local.yaml"):
        shutil.copy(HERE / name, target / name)
    (target / "trivial.py").write_text(TRIVIAL, "utf-8")
    (target / "__main__.py").write_text(TRIVIAL_PROGRAM.replace("COUNT", str(count)), "utf-8")
    (target / ".venv").symlink_to(sys.prefix)
    return target


def median(project: Path, rounds: int) -> float:
    """Deploy once, preview once to warm up, then take the median of `rounds` previews in seconds."""
    env = {**os.environ, "JOBCTL_ENGINE": "embedded"}
    if project.name == "trivial":
        env["AWS_ENDPOINT_URL"] = Emulator(
            find_project(project.parent / "samples")
        ).recorded_endpoint()
    # a job that has ended is not asked about again: that is what a repository of jobs mostly holds
    waiting = [] if project.name == "trivial" else ["--wait"]
    jobctl(project, env, ["up", "-s", "local", "--yes", "--skip-preview", *waiting])
    seconds = []
    for _ in range(rounds + 1):
        begin = time.perf_counter()
        jobctl(project, env, ["preview", "-s", "local", "--expect-no-changes"])
        seconds.append(time.perf_counter() - begin)
    return sorted(seconds[1:])[rounds // 2]


def jobctl(project: Path, env: Mapping[str, str], argv: Sequence[str]) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "cli", "-C", str(project), *argv],
        cwd=HERE,
        env=dict(env),
        capture_output=True,
        text=True,
    )
    if done.returncode != 0:
        raise JobError(
            f"{' '.join(argv)} in {project.name} failed: {done.stdout[-2000:]}{done.stderr[-2000:]}"
        )


if __name__ == "__main__":
    sys.exit(main())
