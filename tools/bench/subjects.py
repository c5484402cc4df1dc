"""What is compared: each subject is a folder with N jobs, and a command for each row of the table."""

from __future__ import annotations

import json
import shutil
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from cli.commands.demo import copy_project
from cli.project.stack import HERE, read_yaml
from components import yaml12

_FLAGS = ("-s", "local", "--yes", "--skip-preview")
# in the order in which a cycle runs them
_COMMANDS: Mapping[str, Sequence[str]] = {
    "validate": ("validate",),
    "plan": ("plan", "-s", "local"),
    "up": ("up", *_FLAGS),
    "preview": ("preview", "-s", "local", "--expect-no-changes"),
    "refresh": ("refresh", *_FLAGS),
    "change": ("up", *_FLAGS),
    "destroy": ("destroy", *_FLAGS),
}
ROWS = tuple(_COMMANDS)
OURS = "jobs"
LOOP, THREADS, AWS_CLI = "boto3 in a loop", "boto3, 16 threads", "AWS CLI, one call a job"
DYNAMIC, TRIVIAL = "a dynamic provider", "five trivial resources"
# subject -> the rows that it has; what ours is compared with comes after it
SUBJECTS: Mapping[str, Sequence[str]] = {
    OURS: ROWS,
    LOOP: ("up", "refresh", "destroy"),
    THREADS: ("up", "refresh", "destroy"),
    AWS_CLI: ("up",),
    DYNAMIC: ("up", "preview", "refresh", "change", "destroy"),
    TRIVIAL: ("up", "preview", "refresh", "destroy"),
}
OTHERS = tuple(SUBJECTS)[1:]
TRIVIALS = 5
ENGINES = ("embedded", "pulumi")
SAMPLE = "churn-xgboost.yaml"
FIRST, SECOND = "changes-no", "changes-yes"  # the parameter of one job, before and after

TOOLS = {LOOP: "1", THREADS: "16", AWS_CLI: "aws"}
# A module of its own: the SDK stores classes of `__main__` by value, and fails at some 320 of them.
_PROGRAMS = {
    DYNAMIC: """\
import json

import boto3
from pulumi.dynamic import CreateResult, Resource, ResourceProvider


class JobProvider(ResourceProvider):
    def create(self, props):
        job = boto3.client("batch").submit_service_job(**json.loads(props["request"]))
        return CreateResult(job["jobId"], props)

    def delete(self, id, props):
        boto3.client("batch").terminate_service_job(jobId=id, reason="deleted")


class Job(Resource):
    pass


def main():
    for number, request in enumerate(json.load(open("requests.json"))):
        Job(JobProvider(), f"job-{number}", {"request": json.dumps(request)})
""",
    TRIVIAL: f"""\
from pulumi.dynamic import CreateResult, Resource, ResourceProvider


class Nothing(ResourceProvider):
    def create(self, props):
        return CreateResult("nothing", props)


class Trivial(Resource):
    pass


def main():
    for number in range({TRIVIALS}):
        Trivial(Nothing(), f"trivial-{{number}}", {{"number": number}})
""",
}


@dataclass(frozen=True)
class Subject:
    """What is measured with `count` jobs. `engine` is empty where none is involved."""

    name: str
    engine: str
    count: int
    folder: Path

    def list_commands(self) -> dict[str, list[str]]:
        """Return the command of each row that the subject has, in the order of a cycle."""
        rows = SUBJECTS[self.name]
        if self.name in TOOLS:
            plain = [sys.executable, "-m", "tools.bench.plain", TOOLS[self.name]]
            return {row: [*plain, row, str(self.folder)] for row in rows}
        engine = [sys.executable, "-m", "cli", "-C", str(self.folder)]
        if self.name != OURS and self.engine == "pulumi":
            engine = ["pulumi", "-C", str(self.folder)]  # as those do who have no jobctl
        return {row: [*engine, *_COMMANDS[row]] for row in rows}

    def make(self) -> None:
        """Make the folder: a project of our own, another one, or requests alone."""
        if self.name == OURS:
            copy_project(self.folder)
            shutil.rmtree(self.folder / "jobs")
        else:
            self.folder.mkdir(parents=True)
        if self.name in _PROGRAMS:
            for name in ("Pulumi.yaml", "Pulumi.local.yaml"):
                shutil.copy(HERE / name, self.folder / name)
            (self.folder / "program_of_bench.py").write_text(_PROGRAMS[self.name], "utf-8")
            main = "from program_of_bench import main\n\nmain()\n"
            (self.folder / "__main__.py").write_text(main, "utf-8")
            (self.folder / ".venv").symlink_to(sys.prefix)
        self.write_jobs(FIRST)

    def write_jobs(self, value: str) -> None:
        """Write the jobs, each a little different; `value` is a parameter of the first one."""
        sample = read_yaml(HERE / "jobs" / SAMPLE, yaml12.load)
        values = [value, *(f"value-{number}" for number in range(1, self.count))]
        if self.name == OURS:
            _write_job_files(self.folder / "jobs", sample, values)
        elif self.name != TRIVIAL:
            requests = [_make_request(sample, f"job-{at}", each) for at, each in enumerate(values)]
            (self.folder / "requests.json").write_text(json.dumps(requests), "utf-8")


def _write_job_files(jobs: Path, sample: dict[str, Any], values: Sequence[str]) -> None:
    """Write a job file for each value, half of them YAML and half JSON."""
    jobs.mkdir(exist_ok=True)
    sample["request"]["serviceRequestPayload"]["HyperParameters"]["bench"] = "VALUE"
    texts = {"yaml": yaml.safe_dump(sample, sort_keys=False), "json": json.dumps(sample, indent=2)}
    for at, value in enumerate(values):
        suffix = "json" if at % 2 else "yaml"
        (jobs / f"job-{at}.{suffix}").write_text(texts[suffix].replace("VALUE", value), "utf-8")


def _make_request(sample: Mapping[str, Any], name: str, value: str) -> dict[str, Any]:
    """Return the request as AWS's own tools take it."""
    request = dict(sample["request"])
    payload = {"TrainingJobName": name, **request["serviceRequestPayload"]}
    payload["HyperParameters"] = {**payload["HyperParameters"], "bench": value}
    return {
        **request,
        "jobName": name,
        "serviceJobType": "SAGEMAKER_TRAINING",
        "serviceRequestPayload": json.dumps(payload),
    }
