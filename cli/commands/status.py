"""`jobctl status`: the jobs of a stack as the state knows them; it asks AWS nothing."""

from __future__ import annotations

import argparse
import json
import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from cli.engine.run import capture, chosen_stack
from cli.project.stack import Stack, find_project
from components.errors import JobError
from components.kinds import KINDS

COLUMNS = ("name", "kind", "phase", "status", "since", "results")


def configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("-s", "--stack", default="", help="default: the selected stack")
    parser.add_argument("--json", action="store_true", help="as a JSON list")
    parser.epilog = "It shows what the last up or refresh saw: ./jobctl refresh asks AWS anew."


def run(args: argparse.Namespace) -> int:
    words = ["--stack", args.stack] if args.stack else []
    stack = chosen_stack(find_project(Path.cwd()), words, os.environ)
    if not stack.name:
        raise JobError("no stack is selected: name one with -s, or ./jobctl stack select it")
    jobs = read_jobs(stack)
    if args.json:
        print(json.dumps(jobs, indent=2))
    elif not jobs:
        print(f"the stack '{stack.name}' has no jobs: ./jobctl up -s {stack.name}")
    else:
        print(table(jobs))
    return 0


def read_jobs(stack: Stack) -> list[dict[str, str]]:
    """One entry a job, by name. Secrets stay encrypted in the export, and none of them is among these columns."""
    document = json.loads(capture(stack, ["stack", "export", "--stack", stack.name]))
    resources = (document.get("deployment") or {}).get("resources") or []
    found = [entry(resource) for resource in resources if is_job(resource)]
    return sorted(found, key=lambda job: job["name"])


def is_job(resource: Mapping[str, Any]) -> bool:
    """A run that only waits for its replacement's end to be deleted is not the job any more."""
    return str(resource.get("type", "")).rpartition(":")[2] in KINDS and not resource.get("delete")


def entry(resource: Mapping[str, Any]) -> dict[str, str]:
    """What a person asks first. `since` is when the phase began, as far as AWS says."""
    outputs = resource.get("outputs") or {}
    text = {
        key: str(value) for key, value in outputs.items() if isinstance(value, (str, int, float))
    }
    phase = text.get("phase", "")
    moment = {"SUCCEEDED": "stoppedAt", "FAILED": "stoppedAt", "RUNNING": "startedAt"}.get(
        phase, "createdAt"
    )
    waits = outputs.get("waitsFor") or outputs.get("waitingFor")
    reason = text.get("statusReason", "")
    if phase == "WAITING" and isinstance(waits, list):
        reason = f"waits for {', '.join(map(str, waits))}"
    return {
        "name": text.get("name") or str(resource.get("urn", "")).rpartition("::")[2],
        "kind": str(resource["type"]).rpartition(":")[2],
        "phase": phase,
        "status": text.get("status", ""),
        "reason": reason,
        "since": text.get(moment) or text.get("createdAt", ""),
        "results": text.get("modelArtifacts") or text.get("outputUri", ""),
        "jobArn": text.get("jobArn", ""),
    }


def table(jobs: Sequence[Mapping[str, str]]) -> str:
    """Aligned columns; a failed or waiting job's reason stands below it."""
    rows = [[column.upper() for column in COLUMNS]]
    rows += [[job[column] for column in COLUMNS] for job in jobs]
    widths = [max(len(row[at]) for row in rows) for at in range(len(COLUMNS))]
    lines = [
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
        for row in rows
    ]
    shown = lines[:1]
    for job, line in zip(jobs, lines[1:], strict=True):
        shown.append(line)
        if job["reason"] and job["phase"] != "SUCCEEDED":
            shown.append(f"    {job['reason']}")
    return "\n".join(shown)
