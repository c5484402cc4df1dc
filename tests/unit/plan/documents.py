"""Documents of `preview --json --show-sames`, as both engines write them, with the states that a test needs."""

from __future__ import annotations

import copy
import json
from typing import Any

import yaml

from cli.planning.build import build
from cli.planning.model import Plan
from cli.planning.preview import read
from components.jobfile import Context, Job, JobFile
from tests.end_to_end import jobs
from tests.unit.jobfile.making import expand

ARN = "arn:aws:batch:us-east-1:123456789012:service-job/00000000-0000-4000-8000-000000000001"


def inputs(name: str = "churn", **others: Any) -> dict[str, Any]:
    """A service job's inputs as the program registers them."""
    request = copy.deepcopy(jobs.service()["request"])
    return {
        "name": name,
        "identity": f"aws-jobs/prod/{name}",
        "region": "us-east-1",
        "request": request,
        "onReplace": "refuse",
        "onDelete": "refuse",
        **others,
    }


def state(properties: dict[str, Any], **outputs: Any) -> dict[str, Any]:
    """A state: its inputs, and outputs that repeat them."""
    run = {"jobName": f"{properties['name']}-0ecf4a6b", "jobArn": ARN, "phase": "SUCCEEDED"}
    run |= {"status": "SUCCEEDED", "stoppedAt": "2026-11-21T10:00:00Z"}
    return {"id": ARN, "inputs": properties, "outputs": {**properties, **run, **outputs}}


RUNNING = {"phase": "RUNNING", "status": "RUNNING", "startedAt": "2026-11-22T09:30:00Z"}
QUEUED = {"phase": "QUEUED", "status": "RUNNABLE", "createdAt": "2026-11-22T09:00:00Z"}


def step(
    op: str,
    name: str = "churn",
    old: dict[str, Any] | None = None,
    new: dict[str, Any] | None = None,
    kind: str = "ServiceJob",
) -> dict[str, Any]:
    """One step; `new` are inputs, because a preview knows no outputs."""
    urn = f"urn:pulumi:prod::aws-jobs::pulumi-python:dynamic/aws-jobs:{kind}::{name}"
    found: dict[str, Any] = {"op": op, "urn": urn}
    if old is not None:
        found["oldState"] = old
    if new is not None:
        found["newState"] = {"inputs": new}
    return found


def document(*steps: dict[str, Any], diagnostics: Any = ()) -> str:
    """The whole document, with the steps that every stack has."""
    stack = "urn:pulumi:prod::aws-jobs::pulumi:pulumi:Stack::aws-jobs-prod"
    return json.dumps(
        {
            "config": {"aws:region": "us-east-1"},
            "steps": [{"op": "same", "urn": stack}, *steps],
            "diagnostics": list(diagnostics),
        }
    )


def plan(*steps: dict[str, Any], diagnostics: Any = (), **options: Any) -> Plan:
    """The plan of these steps, with no job files unless `jobs` are given."""
    options = {"prices": {}, "jobs": [], **options}
    return build(
        read(document(*steps, diagnostics=diagnostics)),
        options.pop("jobs"),
        options.pop("prices"),
        **options,
    )


def job_files(**texts: str) -> list[Job]:
    """Jobs from the texts of their files, JSON or YAML, by the files' stems."""
    files = []
    for stem, source in texts.items():
        is_json = source.startswith("{")
        found = json.loads(source) if is_json else yaml.safe_load(source)
        name = f"jobs/{stem}.{'json' if is_json else 'yaml'}"
        files.append(JobFile(name, stem, "jobs", source, is_json, found))
    return expand(files, Context("prod", region="us-east-1"))[0]
