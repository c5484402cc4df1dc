"""How long `plan` takes for 200 changed jobs and `validate` for 5,000 job files, in a temporary folder."""

from __future__ import annotations

import copy
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from cli.planning import markdown
from cli.planning.build import build
from cli.planning.preview import read
from cli.project.stack import HERE, read_yaml
from components.jobfile import Job
from components.stack.load import load_stack
from components.stack.settings import Settings
from tools.bench.engines import to_megabytes

FILES = 5000
SAMPLES = ("churn-xgboost.yaml", "defects-pytorch.yaml")
_CHILD = """
import resource, sys
from cli.__main__ import main
code = main(["validate"])
used = resource.getrusage(resource.RUSAGE_SELF)
print(code, used.ru_utime + used.ru_stime, used.ru_maxrss, file=sys.stderr)
"""

JOBS = 200
PARAMETERS = 30  # changed ones, in every job
LONG = "x" * 200
_URN = "urn:pulumi:prod::aws-jobs::pulumi-python:dynamic/aws-jobs:"


def main() -> None:
    plan = measure_plan()
    print(f"plan, {plan.jobs} changed jobs, after the preview")
    print(f"  processor time   {plan.seconds:6.2f} s")
    print(f"  comment          {plan.characters:6} characters")
    seconds, most = measure_validate()
    print(f"validate, {FILES} job files, one process")
    print(f"  processor time   {seconds:6.2f} s")
    print(f"  memory           {most:6.0f} MB")


def measure_validate(count: int = FILES) -> tuple[float, float]:
    """Validate that many files in a process of its own: seconds of processor time and megabytes, start included."""
    with tempfile.TemporaryDirectory(prefix="aws-jobs-bench-") as folder:
        make_files(Path(folder), count)
        process = subprocess.run(
            [sys.executable, "-c", _CHILD],
            cwd=folder,
            env={**os.environ, "PYTHONPATH": str(HERE)},
            capture_output=True,
            text=True,
            check=True,
        )
    code, seconds, most = process.stderr.split()[-3:]
    assert code == "0", process.stdout
    return float(seconds), to_megabytes(float(most))


def make_files(root: Path, count: int) -> None:
    """Make a project of job files like the samples, each a little different, every other one YAML."""
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


@dataclass(frozen=True)
class Measured:
    """Seconds of processor time from the preview's document to the comment, its length, and how many jobs it was of."""

    seconds: float
    characters: int
    jobs: int


def measure_plan(count: int = JOBS) -> Measured:
    with tempfile.TemporaryDirectory(prefix="aws-jobs-bench-") as folder:
        root = Path(folder)
        make_files(root, count)
        text = write_preview(_expand(root))
        begin = time.process_time()
        plan = build(read(text), _expand(root), {"ml.m5.xlarge": 0.23})
        comment = markdown.render(plan, "https://github.com/acme/jobs/blob/main/")
        seconds = time.process_time() - begin
    return Measured(seconds, len(comment), len(plan.jobs))


def _expand(root: Path) -> Sequence[Job]:
    return load_stack(Settings("aws-jobs", "dev", root, any_config=True)).jobs


def write_preview(jobs: Sequence[Job]) -> str:
    """Return a preview in which every job's run is replaced, for as many hyperparameters as few jobs have."""
    steps = []
    for job in jobs:
        inputs: dict[str, Any] = {"name": job.name, "region": "us-east-1", "request": job.request}
        old = copy.deepcopy(inputs)
        parameters = old["request"]["serviceRequestPayload"]["HyperParameters"]
        parameters.update({f"parameter-{number}": LONG for number in range(PARAMETERS)})
        run = {"jobName": f"{job.name}-0ecf4a6b", "phase": "SUCCEEDED", "status": "SUCCEEDED"}
        steps.append(
            {
                "op": "replace",
                "urn": f"{_URN}{job.kind}::{job.name}",
                "oldState": {"id": job.name, "inputs": old, "outputs": {**old, **run}},
                "newState": {"inputs": inputs},
            }
        )
    return json.dumps({"steps": steps})
