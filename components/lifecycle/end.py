"""Delete: let a run go. Released first, so that a later `up` of the same definition is a new run."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from .. import aws as service
from ..aws import Aws, Run
from ..aws.runs import check_account
from ..definition import CLAIMED, ON_REPLACE
from ..errors import JobError, Missing
from ..kinds import Kind, Phase
from .outputs import is_waiting
from .submit import Say

REASON = "ended by AWS Jobs as Code"


def delete(
    kind: Kind,
    aws: Aws,
    id_: str,
    olds: Mapping[str, Any],
    say: Say,
    *,
    may_terminate: bool = False,
) -> None:
    """Release the run; end it if it waits in the queue, or as `onDelete` says if it is past it.

    A run that a newer one has superseded follows the newer one's `onReplace`; there `refuse` means keep: it
    was still queued when its replacement was approved. Raises before anything is touched.
    """
    if is_waiting(id_):
        return
    job = str(olds.get("name", id_))
    check_account(aws, id_, job)
    try:
        run = service.describe(aws, kind, id_, job)
    except Missing:
        return
    claim = run.tags.get(CLAIMED)
    if claim and claim != str(olds.get("claimed", "")):
        say(f"{run.name} was taken over again since; it is left alone")
        return
    newest = service.find(aws, kind, olds)
    superseded = newest is not None and newest.arn != run.arn and newest.created >= run.created
    if superseded and newest is not None:
        rule = str(newest.tags.get(ON_REPLACE, "keep"))
    else:
        rule = str(olds.get("onDelete", "refuse"))
    if run.phase is Phase.RUNNING and kind.terminate is not None and not superseded:
        if may_terminate:
            rule = "terminate"
        if rule == "refuse":
            raise JobError(_refusal(run, job))
    service.release(aws, kind, run, job)
    if run.phase.ended:
        return
    if kind.terminate is None:
        say(f"{run.name} goes on in AWS: {kind.title}s can be neither stopped nor deleted")
    elif run.phase is Phase.QUEUED or rule == "terminate":
        service.terminate(aws, kind, run.arn, job, REASON)
    else:
        say(f"{run.name} goes on in AWS, as the job file says; it is no longer managed here")


def _refusal(run: Run, job: str) -> str:
    since = run.outputs.get("startedAt") or run.outputs.get("createdAt", "")
    return (
        f"{job}: its run {run.name} is {run.status.lower()} since {since}, and nothing was ended; wait"
        " until it has ended, or put its file back with `onDelete: terminate` or `onDelete: keep` and"
        " run `up` once, or set `aws-jobs:allowTerminate` for the stack"
    )
