"""`jobctl recover`: what AWS has of a stack by its tags, and what the state does not know.

Nothing needs it after a lost state: `up` finds the runs itself. It shows beforehand which, and it finds the runs that
no file declares any more.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterator, Sequence
from typing import Any

from cli.engine.arguments import add_stack, find_stack
from cli.planning.runs import TAKEN_OVER, Declared, Finding, findings
from cli.planning.runs import declared as declarations
from cli.project.connection import connect_stack, load_jobs
from cli.project.entries import Entry, read_entries
from cli.project.stack import Stack
from components import aws as service
from components.aws import Aws, Run
from components.aws.survey import of_stack
from components.errors import JobError
from components.kinds import KINDS, Kind
from components.run.definition import IDENTITY
from components.stack.load import StackJobs

REASON = "ended by jobctl recover: no file and no state entry matches it"


def configure(parser: argparse.ArgumentParser) -> None:
    add_stack(parser)
    parser.add_argument(
        "--terminate",
        action="store_true",
        help="end the live runs that no file and no state entry matches",
    )
    parser.add_argument("--json", action="store_true", help="as a JSON list")
    parser.epilog = (
        "Batch is asked first, then SageMaker (Search), which knows for longer. Where the state is lost, ./jobctl up "
        "takes over what this lists, and submits nothing that ran or runs."
    )


def run(args: argparse.Namespace) -> int:
    stack = find_stack(args)
    aws = connect_stack(stack)
    known = _known(stack)
    jobs = load_jobs(stack, aws)
    found = survey(aws, stack, jobs, known)
    if args.json:
        print(json.dumps([_row(each) for each in found], indent=2))
    else:
        print("\n".join(lines(found, stack.name)))
    orphans = [each for each in found if each.orphan]
    if not args.terminate:
        return 0
    return max([0, *(_terminated(aws, each) for each in orphans)])


def _known(stack: Stack) -> list[Entry]:
    """The state's jobs; a stack that is lost altogether knows none."""
    try:
        return read_entries(stack, pending=True)
    except JobError as error:
        print(f"the state is not readable, and counts as empty: {error}", file=sys.stderr)
        return []


def survey(aws: Aws, stack: Stack, jobs: StackJobs, known: Sequence[Entry]) -> list[Finding]:
    """Every run of the stack that AWS knows, judged."""
    prefix = f"{stack.project.name}/{stack.name}"
    names = {str(entry.outputs.get("jobName", "")) for entry in known}
    for inputs in jobs.inputs.values():
        names |= {
            str(inputs["request"].get(kind.request.name_field, "")) for kind in KINDS.values()
        }
    in_state = {entry.id for entry in known}
    in_state |= {str(entry.outputs.get("trainingJobArn", "")) for entry in known}
    runs = [
        (kind, run)
        for kind in KINDS.values()
        for run in of_stack(aws, kind, prefix, frozenset(names - {""}))
    ]
    seen = {run.arn for _, run in runs}
    runs += [pair for pair in _taken_over(aws, jobs, prefix) if pair[1].arn not in seen]
    files: list[Declared] = declarations(
        {job.name: job.kind for job in jobs.jobs}, jobs.inputs, jobs.waiting
    )
    return findings(runs, files, frozenset(in_state - {""}))


def _taken_over(aws: Aws, jobs: StackJobs, prefix: str) -> Iterator[tuple[Kind, Run]]:
    """Yield the stack's runs that `adopt` names: they may have any name."""
    for job in jobs.jobs:
        if jobs.inputs[job.name].get("adopt"):
            run = service.adopted(aws, KINDS[job.kind], jobs.inputs[job.name])
            if run and run.tags.get(IDENTITY, "").rpartition("/")[0] == prefix:
                yield KINDS[job.kind], run


def lines(found: Sequence[Finding], stack: str) -> list[str]:
    """What a person reads: one line a run, and what it comes to."""
    if not found:
        return [f"AWS has no run of the stack '{stack}'"]
    rows = [
        (each.job, each.run.status, _created(each), each.run.name, each.standing) for each in found
    ]
    widths = [max(len(row[at]) for row in rows) for at in range(4)]
    shown = [
        "  ".join([*(cell.ljust(width) for cell, width in zip(row, widths, strict=False)), row[4]])
        for row in rows
    ]
    lost = sum(each.standing == TAKEN_OVER for each in found)
    orphans = sum(each.orphan for each in found)
    shown.append(f"{len(found)} run{'' if len(found) == 1 else 's'} in AWS")
    if lost:
        shown.append(
            f"{lost} unknown to the state: ./jobctl up -s {stack} takes over, and submits nothing for them"
        )
    if orphans:
        shown.append(
            f"{orphans} live, and nothing declares it: ./jobctl recover -s {stack} --terminate ends it"
        )
    return shown


def _created(each: Finding) -> str:
    return str(each.run.outputs.get("createdAt", ""))


def _row(each: Finding) -> dict[str, Any]:
    return {
        "job": each.job,
        "kind": each.kind.name,
        "arn": each.run.arn,
        "name": each.run.name,
        "status": each.run.status,
        "phase": each.run.phase.value,
        "createdAt": _created(each),
        "standing": each.standing,
        "orphan": each.orphan,
    }


def _terminated(aws: Aws, each: Finding) -> int:
    """End one run, released first, so that no later `up` adopts it. Returns 1 where it cannot be ended."""
    if each.kind.terminate is None or each.kind.service != each.run.arn.split(":")[2]:
        print(
            f"{each.job}: {each.run.name} goes on: AWS cannot end it by way of {each.kind.title}s"
        )
        return 1
    service.release(aws, each.kind, each.run, each.job, ending=True)
    service.terminate(aws, each.kind, each.run.arn, each.job, REASON)
    print(f"{each.job}: {each.run.name} is ended")
    return 0
