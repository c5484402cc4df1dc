"""How long `plan` takes for 200 changed jobs, after the engine's preview, and how long its comment gets.

`python -m tools.bench.plan`: job files in a temporary folder, and a preview's document in which every job runs again.
"""

from __future__ import annotations

import copy
import json
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cli.planning import markdown
from cli.planning.build import build
from cli.planning.preview import read
from components.jobfile import Job
from components.stack.load import load_stack
from components.stack.settings import Settings
from tools.bench.validate import make_files

JOBS = 200
PARAMETERS = 30  # changed ones, in every job
LONG = "x" * 200
_URN = "urn:pulumi:prod::aws-jobs::pulumi-python:dynamic/aws-jobs:"


@dataclass(frozen=True)
class Measured:
    """Seconds of processor time from the preview's document to the comment, its length, and how many jobs it was of."""

    seconds: float
    characters: int
    jobs: int


def measure(count: int = JOBS) -> Measured:
    with tempfile.TemporaryDirectory(prefix="aws-jobs-bench-") as folder:
        root = Path(folder)
        make_files(root, count)
        text = document(_jobs(root))
        begin = time.process_time()
        plan = build(read(text), _jobs(root), {"ml.m5.xlarge": 0.23})
        comment = markdown.render(plan, "https://github.com/acme/jobs/blob/main/")
        seconds = time.process_time() - begin
    return Measured(seconds, len(comment), len(plan.jobs))


def _jobs(root: Path) -> Sequence[Job]:
    return load_stack(Settings("aws-jobs", "dev", root, any_config=True)).jobs


def document(jobs: Sequence[Job]) -> str:
    """A preview in which every job's run is replaced, for as many hyperparameters as few jobs have."""
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


def main() -> int:
    measured = measure()
    print(f"plan, {measured.jobs} changed jobs, after the preview")
    print(f"  processor time   {measured.seconds:6.2f} s")
    print(f"  comment          {measured.characters:6} characters")
    return 0


if __name__ == "__main__":
    sys.exit(main())
