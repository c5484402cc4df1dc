"""Delete: let a run go. Released first, so that a later `up` of the same definition is a new run."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from .. import aws as service
from ..aws import Aws, Run
from ..aws.lookup import Listed
from ..aws.runs import check_account
from ..errors import JobError, Missing
from ..kinds import Kind, Phase
from ..run.definition import CLAIMED, IDENTITY, ON_REPLACE
from .outputs import is_waiting

Say = Callable[[str], None]

REASON = "ended by AWS Jobs as Code"


def delete(
    kind: Kind,
    aws: Aws,
    id_: str,
    olds: Mapping[str, Any],
    say: Say,
    *,
    may_terminate: bool = False,
    superseded_by: str = "",
) -> None:
    """Release the run; end it if it waits in the queue, or as `onDelete` says if it is past it.

    A run that a newer one has superseded follows the newer one's `onReplace`; there `refuse` means keep: it
    was still queued when its replacement was approved. `superseded_by` is that setting, where the caller has
    seen the replacement; after a crash AWS is asked for it. Raises before anything is touched.
    """
    if is_waiting(id_):
        return
    job = str(olds.get("name", id_))
    check_account(aws, id_, job)
    try:
        run = service.describe(aws, kind, id_, job)
    except Missing:
        _release_linked(kind, aws, olds, job)
        return
    claim = run.tags.get(CLAIMED)
    if claim and claim != str(olds.get("claimed", "")):
        say(f"{run.name} was taken over again since; it is left alone")
        return
    if run.released and not run.ending:
        return
    rule = superseded_by or _successor_rule(kind, aws, olds, run)
    if not rule:
        rule = "terminate" if may_terminate else str(olds.get("onDelete", "refuse"))
        refused = rule == "refuse" and not run.ending and kind.terminate is not None
        if refused and run.phase is Phase.RUNNING:
            raise JobError(_refusal(run, job))
    let_go(kind, aws, run, job, rule, say)


def _release_linked(kind: Kind, aws: Aws, olds: Mapping[str, Any], job: str) -> None:
    """Mark the second service's record, which outlives the first's and would be taken over by a later `up`."""
    linked = str(olds.get(kind.link.arn_output) or "") if kind.link else ""
    run = service.adopted(aws, kind, {"adopt": linked, "name": job}) if linked else None
    if run and not run.released:
        service.release(aws, kind, run, job)


def let_go(kind: Kind, aws: Aws, run: Run, job: str, rule: str, say: Say) -> None:
    """Release a run, and end it where it waits in the queue, where `rule` says so, or where that was begun."""
    ends = kind.terminate is not None and not run.phase.ended
    ends = ends and (rule == "terminate" or run.phase is Phase.QUEUED or run.ending)
    service.release(aws, kind, run, job, ending=ends)
    if run.phase.ended:
        return
    if kind.terminate is None:
        say(f"{run.name} goes on in AWS: {kind.title}s can be neither stopped nor deleted")
    elif ends:
        service.terminate(aws, kind, run.arn, job, REASON)
    else:
        say(f"{run.name} goes on in AWS, as the job file says; it is no longer managed here")


def end_superseded(
    kind: Kind, aws: Aws, inputs: Mapping[str, Any], listed: Sequence[Listed], run: Run, say: Say
) -> None:
    """Let go of the job's older runs that still wait, now that it has a newer one.

    A state that knows them does so itself, in its delete. One that was lost does not, and they would go on beside the
    declared run. Never one that is past the queue without leave: `jobctl recover` shows it.
    """
    job, rule = str(inputs["name"]), str(inputs.get("onReplace", "refuse"))
    for each in listed:
        if each.phase.ended or each.arn == run.arn:
            continue
        try:
            older = service.describe(aws, kind, each.arn, job)
            # an identity under an alias may be another job's that is still declared
            if older.tags.get(IDENTITY) != inputs["identity"] or older.created > run.created:
                continue
            if older.released and not older.ending:
                continue
            needs_leave = kind.terminate is not None and older.phase is Phase.RUNNING
            if needs_leave and rule != "terminate" and not older.ending:
                continue
            let_go(kind, aws, older, job, rule, say)
        except JobError as error:
            # the new run must not be lost over it
            say(f"an older run of it goes on: {error}")


def _successor_rule(kind: Kind, aws: Aws, olds: Mapping[str, Any], run: Run) -> str:
    """Return the `onReplace` of the run that has taken this one's place; nothing where none has."""
    newest = service.find(aws, kind, olds)
    if newest is None or newest.arn == run.arn or newest.created < run.created or newest.released:
        return ""
    return newest.tags.get(ON_REPLACE, "refuse")


def _refusal(run: Run, job: str) -> str:
    since = run.outputs.get("startedAt") or run.outputs.get("createdAt", "")
    return (
        f"{job}: its run {run.name} is {run.status.lower()} since {since}, and nothing was ended; wait"
        " until it has ended, or put its file back with `onDelete: terminate` or `onDelete: keep` and"
        " run `up` once, or set `aws-jobs:allowTerminate` for the stack"
    )
