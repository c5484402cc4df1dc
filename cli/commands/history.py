"""`jobctl history JOB`: list every run of a job that AWS still knows, the newest first, and why each was submitted."""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from cli.engine.arguments import add_flag, add_stack, find_stack
from cli.project.stack import Stack
from cli.runs.connection import connect_stack, load_jobs
from cli.runs.entries import read_entries
from cli.runs.reasons import explain_run, read_request
from components.aws import Aws, Run, read_history
from components.aws.linked import find_linked, read_given_name
from components.aws.runs import list_attempts
from components.errors import JobError, Problems
from components.jobfile.words import suggest
from components.kinds import KINDS, Kind
from components.redact import Redactor, list_secrets
from components.run.definition import IDENTITY
from components.run.submission import list_identities, split_name


def configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("job", metavar="JOB", help="a job's name")
    add_stack(parser)
    add_flag(parser, "--json", "print a JSON list")
    parser.epilog = (
        "Batch keeps a run's record for about a week after its end; SageMaker is asked for the earlier ones. A secret "
        "value reads [secret]; of a job that no file and no state has, no values are shown."
    )


def run(args: argparse.Namespace) -> int:
    stack = find_stack(args)
    aws = connect_stack(stack)
    found = _find_job(stack, aws, args.job)
    secret: frozenset[str] = frozenset()
    if found is None:
        # neither file nor state has it: it may be of any kind
        own = {"name": args.job, "identity": f"{stack.project.name}/{stack.name}/{args.job}"}
        runs = [(kind, each) for kind in KINDS.values() for each in list_runs(aws, kind, own)]
    else:
        kind, inputs = found
        runs = [(kind, each) for each in list_runs(aws, kind, inputs)]
        secret = frozenset(map(str, inputs.get("secretPaths") or ()))
    rows = to_rows(runs, secret, values=found is not None)
    if args.json:
        print(json.dumps(rows, indent=2, ensure_ascii=False))
    else:
        print("\n".join(format_rows(rows, args.job)))
    return 0


def _find_job(stack: Stack, aws: Aws, job: str) -> tuple[Kind, Mapping[str, Any]] | None:
    """Return the job's kind and inputs from its file, else from the state; `secretPaths` are of both."""
    try:
        state = {entry.name: entry for entry in read_entries(stack)}
    except JobError:
        state = {}  # AWS knows the runs all the same
    try:
        jobs = load_jobs(stack, aws)
    except Problems:
        if job not in state:
            raise
        return state[job].kind, state[job].outputs
    remembered = state[job].outputs if job in state else {}
    kinds = {each.name: KINDS[each.kind] for each in jobs.jobs}
    if job in kinds:
        inputs = jobs.inputs[job]
        paths = [*(inputs.get("secretPaths") or ()), *(remembered.get("secretPaths") or ())]
        known = {"secretPaths": paths, "jobName": remembered.get("jobName", "")}
        return kinds[job], {**inputs, **known}
    if job in state:
        return state[job].kind, remembered
    if close := suggest(job, kinds):
        raise JobError(f"there is no job `{job}` in the stack '{stack.name}'{close}")
    return None


def list_runs(aws: Aws, kind: Kind, inputs: Mapping[str, Any]) -> list[Run]:
    """Return every run that the service or the linked one knows, newest first; an attempt is not a run.

    A renamed job's earlier runs carry its identity, under the names that they got when they were submitted.
    """
    identities = list_identities(inputs)
    linked = [r for r in find_linked(aws, kind, inputs) if r.tags.get(IDENTITY) in identities]
    stack = identities[0].rpartition("/")[0]
    names = {str(inputs.get("jobName", "")), *(read_given_name(kind, run.name) for run in linked)}
    former = {f"{stack}/{split_name(name)[0]}" for name in names - {""}} - set(identities)
    wider = {**inputs, "formerly": [*identities[1:], *sorted(former)]}
    found = [r for r in read_history(aws, kind, wider) if r.tags.get(IDENTITY) in identities]
    seen = {arn for each in found for arn in (each.arn, *list_attempts(kind, each))}
    found += [each for each in linked if each.arn not in seen]
    return sorted(found, key=lambda each: -each.created)


def _hide(kind: Kind, run: Run, secret: frozenset[str]) -> str:
    """Return AWS's reason without the values that AWS has at the secret places of the request."""
    found = list_secrets({"request": read_request(kind, run), "secretPaths": list(secret)})
    return str(Redactor(found).hide(str(run.outputs.get("statusReason", ""))))


def to_rows(
    runs: Sequence[tuple[Kind, Run]], secret: frozenset[str], *, values: bool
) -> list[dict[str, Any]]:
    """Return one row a run, with its reasons: the run before it is the next in the list."""
    rows = []
    for at, (kind, each) in enumerate(runs):
        before = runs[at + 1][1] if at + 1 < len(runs) and runs[at + 1][0] is kind else None
        rows.append(
            {
                "name": each.name,
                "arn": each.arn,
                "identity": each.tags.get(IDENTITY, ""),
                "status": each.status,
                "phase": each.phase.value,
                "createdAt": str(each.outputs.get("createdAt", "")),
                "stoppedAt": str(each.outputs.get("stoppedAt", "")),
                "reason": _hide(kind, each, secret),
                "released": each.released,
                "terminated": each.terminated,
                "newBecause": explain_run(kind, each, before, secret, values=values),
            }
        )
    return rows


def format_rows(rows: Iterable[Mapping[str, Any]], job: str) -> list[str]:
    """Return a line a run, and below it why it was submitted."""
    shown: list[str] = []
    for row in rows:
        marks = [word for word in ("released", "terminated") if row[word]]
        status = f"{row['status']} ({', '.join(marks)})" if marks else row["status"]
        shown.append(f"{row['createdAt']}  {status}  {row['name']}  {row['arn']}")
        shown += [f"    {reason}" for reason in row["newBecause"]]
    return shown or [f"AWS knows no runs of {job}"]
