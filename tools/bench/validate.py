"""How long `validate` takes for 5,000 job files, half of them YAML, and its memory: `python -m tools.bench.validate`.

It makes the files in a temporary folder, and measures one process as a whole, its start included.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

import yaml

from cli.project.stack import HERE, read_yaml

FILES = 5000
SAMPLES = ("churn-xgboost.yaml", "defects-pytorch.yaml")
_CHILD = """
import resource, sys
from cli.__main__ import main
code = main(["validate"])
used = resource.getrusage(resource.RUSAGE_SELF)
print(code, used.ru_utime + used.ru_stime, used.ru_maxrss, file=sys.stderr)
"""


@dataclass(frozen=True)
class Measured:
    """One run: exit code, what it printed, seconds of processor time, megabytes at most."""

    code: int
    said: str
    seconds: float
    megabytes: float


def measure(count: int = FILES) -> Measured:
    """Validate that many files in a process of its own."""
    with tempfile.TemporaryDirectory(prefix="aws-jobs-bench-") as folder:
        make_files(Path(folder), count)
        environment = {**os.environ, "PYTHONPATH": str(HERE)}
        process = subprocess.run(
            [sys.executable, "-c", _CHILD],
            cwd=folder,
            env=environment,
            capture_output=True,
            text=True,
            check=True,
        )
    code, seconds, kilobytes = process.stderr.split()[-3:]
    # macOS counts bytes where Linux counts kilobytes
    unit = 1e6 if sys.platform == "darwin" else 1e3
    return Measured(int(code), process.stdout.strip(), float(seconds), float(kilobytes) / unit)


def make_files(root: Path, count: int) -> None:
    """A project of job files like the samples, each a little different, every other one YAML."""
    (root / "Pulumi.yaml").write_text("name: aws-jobs\nruntime: python\n", "utf-8")
    jobs = root / "jobs"
    jobs.mkdir()
    texts = []
    for name in SAMPLES:
        sample = read_yaml(HERE / "jobs" / name)
        sample["request"]["serviceRequestPayload"]["HyperParameters"]["seed"] = "SEED"
        texts += [yaml.safe_dump(sample, sort_keys=False), json.dumps(sample, indent=2)]
    for number in range(count):
        suffix = "json" if number % 2 else "yaml"
        text = texts[number % len(texts)].replace("SEED", f"x{number}")
        (jobs / f"job-{number}.{suffix}").write_text(text, "utf-8")


def main() -> int:
    measured = measure()
    print(f"validate, {FILES} job files, one process")
    print(f"  processor time   {measured.seconds:6.2f} s")
    print(f"  memory           {measured.megabytes:6.0f} MB")
    return measured.code


if __name__ == "__main__":
    sys.exit(main())
