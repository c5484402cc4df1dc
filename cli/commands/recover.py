"""`jobctl recover`: list the runs that AWS has of a stack, by their tags, and which of them the state does not know.

After a lost state `up` finds the runs by itself. This command shows them beforehand, and finds the runs that no file
declares any more.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from cli.display.text import align, count
from cli.engine.arguments import add_flag, add_stack, find_stack
from cli.project.stack import Stack
from cli.runs.connection import connect_stack, load_jobs
from cli.runs.entries import Entry, read_entries
from cli.runs.judge import ADOPTED, NEWER, ORPHAN, Finding, judge_runs, list_declared
from components import aws as service
from components.aws import Aws, Run
from components.aws.survey import list_stack_runs
from components.errors import JobError
from components.kinds import KINDS, Kind
from components.run.definition import IDENTITY
from components.stack.jobs import StackJobs

REASON = "terminated by jobctl recover: no file and no state entry matches it"
_SHOWN = ("job", "status", "createdAt", "name", "standing")
_ADVICE = {
    ADOPTED: "{} unknown to the state; ./jobctl up -s {} adopts them and submits nothing",
    NEWER: "{} newer than the state's run: the state is old. Take the job out of it "
    "(pulumi state delete URN), and ./jobctl up -s {} adopts the newest run",
    ORPHAN: "{} not declared by any file; ./jobctl recover -s {} --terminate terminates them",
}


def configure(parser: argparse.ArgumentParser) -> None:
    add_stack(parser)
    add_flag(
        parser, "--terminate", "terminate the active runs that no file and no state entry matches"
    )
    add_flag(parser, "--json", "print a JSON list")
    parser.epilog = (
        "Batch is asked first, then SageMaker (Search), which keeps records longer. If the state is lost, ./jobctl up "
        "adopts what this lists and submits nothing again."
    )


def run(args: argparse.Namespace) -> int:
    stack = find_stack(args)
    aws = connect_stack(stack)
    known: list[Entry] = []
    try:
        known = read_entries(stack, pending=True)
    except JobError as error:
        print(f"cannot read the state, continuing without it: {error}", file=sys.stderr)
    found = find_runs(aws, stack, load_jobs(stack, aws), known)
    rows = [_to_row(each) for each in found]
    print(json.dumps(rows, indent=2) if args.json else "\n".join(_format_rows(rows, stack.name)))
    if not args.terminate:
        return 0
    return max([0, *(_terminate(aws, each) for each in found if each.orphan)])


def find_runs(aws: Aws, stack: Stack, jobs: StackJobs, known: Sequence[Entry]) -> list[Finding]:
    """Return every run of the stack that AWS knows, and how it relates to files and state."""
    prefix = f"{stack.project.name}/{stack.name}"
    names = {entry.text("jobName") for entry in known}
    for job in jobs.jobs:
        request = jobs.inputs[job.name]["request"]
        names.add(str(request.get(KINDS[job.kind].request.name_field, "")))
    in_state = {arn for entry in known for arn in (entry.id, entry.text("trainingJobArn"))}
    runs = [
        (kind, run)
        for kind in KINDS.values()
        for run in list_stack_runs(aws, kind, prefix, frozenset(names - {""}))
    ]
    seen = {run.arn for _, run in runs}
    runs += [pair for pair in _find_adopted(aws, jobs, prefix) if pair[1].arn not in seen]
    declared = list_declared(jobs)
    digests = {each.name: each.digest for each in declared}
    settled = {e.name for e in known if not e.pending and e.text("digest") == digests.get(e.name)}
    return judge_runs(runs, declared, frozenset(in_state - {""}), frozenset(settled))


def _find_adopted(aws: Aws, jobs: StackJobs, prefix: str) -> Iterator[tuple[Kind, Run]]:
    """Yield the stack's runs that `adopt` names: they may have any name."""
    for job in jobs.jobs:
        if jobs.inputs[job.name].get("adopt"):
            run = service.find_adopted(aws, KINDS[job.kind], jobs.inputs[job.name])
            if run and run.tags.get(IDENTITY, "").rpartition("/")[0] == prefix:
                yield KINDS[job.kind], run


def _format_rows(rows: Sequence[Mapping[str, Any]], stack: str) -> list[str]:
    if not rows:
        return [f"AWS has no runs of the stack '{stack}'"]
    shown = align([[row[name] for name in _SHOWN] for row in rows])
    shown.append(f"{count(len(rows), 'run')} in AWS")
    for standing, advice in _ADVICE.items():
        if number := sum(row["standing"] == standing for row in rows):
            shown.append(advice.format(number, stack))
    return shown


def _to_row(each: Finding) -> dict[str, Any]:
    return {
        "job": each.job,
        "kind": each.kind.name,
        "arn": each.run.arn,
        "name": each.run.name,
        "status": each.run.status,
        "phase": each.run.phase.value,
        "createdAt": str(each.run.outputs.get("createdAt", "")),
        "standing": each.standing,
        "orphan": each.orphan,
    }


def _terminate(aws: Aws, each: Finding) -> int:
    """Terminate one run, released first so that no later `up` adopts it. Return 1 where AWS cannot stop it."""
    if each.kind.terminate is None or each.kind.service != each.run.arn.split(":")[2]:
        print(
            f"{each.job}: {each.run.name} keeps running: the API of {each.kind.title}s cannot stop it"
        )
        return 1
    service.release(aws, each.kind, each.run, each.job, ending=True)
    service.terminate(aws, each.kind, each.run.arn, each.job, REASON)
    print(f"{each.job}: {each.run.name} terminated")
    return 0
