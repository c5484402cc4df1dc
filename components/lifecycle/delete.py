"""Delete: release a run first, so that a later `up` of the same definition is a new run."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from .. import aws as service
from ..aws import Aws, Run
from ..aws.listing import Listed
from ..aws.lookup import find_own, select_candidates
from ..aws.runs import check_account
from ..errors import JobError, Missing
from ..kinds import Kind
from ..run.definition import IDENTITY, ON_REPLACE
from ..run.submission import list_identities
from .decision import (
    UNSTOPPABLE,
    Action,
    Decision,
    decide_removal,
    decide_superseded,
    make_refusal,
)
from .outputs import is_waiting

Say = Callable[[str], None]

REASON = "terminated by AWS Jobs as Code"


def delete(
    kind: Kind,
    aws: Aws,
    id_: str,
    olds: Mapping[str, Any],
    say: Say,
    *,
    may_terminate: bool = False,
    superseded_by: str = "",
    declared: bool = False,
) -> None:
    """Release the run; terminate it if it waits in the queue, or as `onDelete` says if it is past it.

    A run that a newer one has superseded follows the newer one's `onReplace`; there `refuse` means keep: it
    was still queued when its replacement was approved. `superseded_by` is that setting, where the caller has
    seen the replacement; after a crash AWS is asked for it. `declared` says that the caller has seen the same run
    as a job's current one: an older entry of it is deleted, left by a deployment that died, and the run is not
    changed. Raises before anything is touched.
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
    if "request" in olds:
        run = find_own(aws, kind, run, olds)
    owner = run.tags.get(IDENTITY)
    if owner and not _is_of_stack(owner, olds):
        text = f"{job}: {run.name} is a run of {owner} by now; not changed"
        if not run.phase.ended:
            raise JobError(f"{text}: remove it there, or take it out of this stack's state")
        say(text.removeprefix(f"{job}: "))
        return
    if declared:
        say(f"{run.name} was adopted again in the meantime; not changed")
        return
    if run.released and run.phase.ended:
        return
    newer = None if superseded_by else _find_successor(kind, aws, olds, run)
    replaced_as = newer.tags.get(ON_REPLACE, "refuse") if newer else superseded_by
    if replaced_as:
        decision = decide_superseded(kind, run.phase, replaced_as)
    else:
        rule = str(olds.get("onDelete", "refuse"))
        decision = decide_removal(kind, run.phase, rule, may_terminate=may_terminate)
    if decision.action is Action.REFUSE:
        values = {**run.outputs, "jobName": run.name, "status": run.status}
        raise JobError(make_refusal(job, values, decision))
    carry_out(kind, aws, run, job, decision, say)
    if newer and not newer.phase.ended:
        # an old state does not know it, and then nobody ends it
        say(f"its newer run {newer.name} is {newer.status}, and is not changed by this deletion")


def _is_of_stack(owner: str, olds: Mapping[str, Any]) -> bool:
    """Say whether an identity is of the stack of these outputs, or one that their job had before."""
    stack = str(olds.get("identity", "")).rpartition("/")[0]
    return owner.rpartition("/")[0] == stack or owner in list_identities(olds)


def _release_linked(kind: Kind, aws: Aws, olds: Mapping[str, Any], job: str) -> None:
    """Mark the second service's record, which outlives the first's and would be adopted by a later `up`."""
    run = service.find_newest_attempt(aws, kind, olds, job)
    if run and not run.released:
        service.release(aws, kind, run, job)


def carry_out(kind: Kind, aws: Aws, run: Run, job: str, decision: Decision, say: Say) -> None:
    """Release a run, and terminate it where that was decided."""
    service.release(aws, kind, run, job, ending=decision.terminates)
    if run.terminated:
        return  # it is stopping already, and SageMaker refuses a second stop
    if decision.terminates:
        service.terminate(aws, kind, run.arn, job, REASON)
    elif decision is UNSTOPPABLE:
        say(f"{run.name} keeps running in AWS ({kind.title}s cannot be stopped); no longer managed")
    elif not run.phase.ended:
        say(f"{run.name} keeps running in AWS (`{decision.setting}`); no longer managed")


def release_superseded(
    kind: Kind, aws: Aws, inputs: Mapping[str, Any], listed: Sequence[Listed], run: Run, say: Say
) -> None:
    """Release the job's older runs that still wait in the queue, now that it has a newer one.

    A state that knows them does so itself, in its delete. One that was lost does not, and they would run beside the
    declared run. One that is past the queue is terminated only if `onReplace` says so.
    """
    job, rule = str(inputs["name"]), str(inputs.get("onReplace", "refuse"))
    living = [each for each in listed if not each.phase.ended and each.arn != run.arn]
    for each in select_candidates(aws, kind, inputs, living):
        try:
            older = service.describe(aws, kind, each.arn, job)
            # an identity under an alias may be another job's that is still declared
            if older.tags.get(IDENTITY) != inputs["identity"] or older.created > run.created:
                continue
            if older.released:
                continue
            decision = decide_superseded(kind, older.phase, rule)
            if rule == "refuse" and decision.setting and not decision.terminates:
                continue  # past the queue: `jobctl recover` shows it
            carry_out(kind, aws, older, job, decision, say)
        except JobError as error:
            # the new run must not be lost over it
            say(f"an older run was not terminated: {error}")


def _find_successor(kind: Kind, aws: Aws, olds: Mapping[str, Any], run: Run) -> Run | None:
    """Return the run that has taken this one's place; nothing where none has."""
    listed = service.list_runs(aws, kind, olds)
    newer = [each for each in listed if each.arn != run.arn and each.created >= run.created]
    if not run.released and not newer:
        return None
    # this process may have submitted one since
    newest = service.find_newest_run(aws.afresh(), kind, olds)
    if newest is None or newest.arn == run.arn or newest.created < run.created or newest.released:
        return None
    return newest
