"""Read: what became of a run. A record that AWS no longer has is not a missing job."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from .. import aws as service
from ..aws import Aws, Run
from ..aws.listing import find_listed
from ..aws.runs import check_account, is_linked
from ..errors import JobError, Missing
from ..kinds import Kind, Phase
from ..run.definition import IDENTITY, format_tags, request_tags
from ..run.submission import list_identities
from .outputs import is_waiting, make_outputs, select_inputs

EXPIRED = "AWS no longer has the record; this is the last known outcome"
# in the environment of an engine whose refresh is to describe every run: what was changed by hand shows then
DESCRIBE_ALL = "AWS_JOBS_DESCRIBE_ALL"
LOST = "AWS no longer has the record, and its end was not seen"


def read(
    kind: Kind, aws: Aws, id_: str, olds: Mapping[str, Any], *, whole: bool = False
) -> dict[str, Any] | None:
    """Return the run's outputs as AWS knows them now, or `None` if it is this job's no longer.

    A run that has ended is not asked about again. One whose list shows no more than that it still waits, or runs as
    before, is not described, unless `whole`: what only Describe shows (tags, a priority) can have changed by hand.
    A service whose record expired is asked through its second service (SageMaker) before the run is called unknown.
    """
    job = str(olds.get("name", id_))
    if is_waiting(id_) or Phase(olds.get("phase", "RUNNING")).ended:
        return dict(olds)
    if not whole and (listed := _find_unchanged(kind, aws, id_, olds)):
        return make_outputs(kind, olds, listed)  # what the account lists is the account's
    check_account(aws, id_, job)
    try:
        run = service.describe(aws, kind, id_, job)
    except Missing:
        return _without_record(kind, aws, olds, job)
    if _is_gone(kind, aws, run, olds):
        return None
    request = find_request_in_force(kind, olds, run)
    return _show(run, make_outputs(kind, {**olds, "request": request}, run))


def _find_unchanged(kind: Kind, aws: Aws, id_: str, olds: Mapping[str, Any]) -> Run | None:
    """Return the run as a list shows it, where Describe would show no more that matters.

    A run that cannot be ended may be released while it goes on, which no list shows: it is described.
    """
    request = olds.get("request") or {}
    scope = request.get(kind.request.queue_field) if kind.request.queue_field else ""
    if kind.terminate is None or is_linked(kind, id_) or not isinstance(scope, str):
        return None
    run = find_listed(aws, kind, olds, id_, scope)
    if run is None or run.terminated or run.phase.ended:
        return None
    shown = _select_outputs(olds)
    if run.status != olds.get("status") and not (
        run.phase is Phase.QUEUED and olds.get("phase") == Phase.QUEUED.value
    ):
        return None
    if kind.link and shown.get(kind.link.arn_output) != run.outputs.get(kind.link.arn_output):
        return None  # another attempt
    shown.pop("statusReason", None)
    return replace(run, outputs={**shown, **run.outputs})


def _is_gone(kind: Kind, aws: Aws, run: Run, olds: Mapping[str, Any]) -> bool:
    """Say whether a run is the job's no longer: it was released, and then ended, taken by somebody else or replaced.

    One that went on, or went to its own end, was released by an `up` that died, if the state still has it and the job
    has no other: should its file be back, a second run would cost as much again, and an update takes the mark away.
    """
    if not run.released:
        return False
    if run.terminated or run.tags.get(IDENTITY) not in list_identities(olds):
        return True
    newest = service.find_newest_run(aws, kind, olds)
    return newest is not None and newest.arn != run.arn and newest.created > run.created


def _show(run: Run, outputs: Mapping[str, Any]) -> dict[str, Any]:
    """Return outputs with the mark that an update is to take away, where the run has one."""
    return {**outputs, **({"released": True} if run.released else {})}


def find_request_in_force(kind: Kind, olds: Mapping[str, Any], run: Run) -> dict[str, Any]:
    """Return the request with what AWS has now of what can change in place: a value changed by hand, or by an `up`
    that died before the state knew of it, shows in the next preview and is set right.

    What only AWS adds never counts, nor a priority that AWS does not show.
    """
    request = dict(olds.get("request") or {})
    if run.phase.ended:
        return request
    secret = set(olds.get("secretPaths") or ())
    for name in kind.request.in_place:
        if request.get(name) is not None and run.request.get(name) and name not in secret:
            request[name] = run.request[name]
    declared_tags = request_tags(kind, request)
    if IDENTITY in run.tags and not any(
        path.startswith(f"request.{kind.tags.field}") for path in secret
    ):
        now = {key: run.tags[key] for key in declared_tags if key in run.tags}
        if now != declared_tags:
            request[kind.tags.field] = format_tags(kind, now)
    return request


def _without_record(
    kind: Kind, aws: Aws, olds: Mapping[str, Any], job: str
) -> dict[str, Any] | None:
    try:
        run = service.find_newest_attempt(aws, kind, olds, job)
    except JobError:
        run = None  # not allowed: unknown, as if it were not there
    if run and _is_gone(kind, aws, run, olds):
        return None
    if run and run.arn != olds.get("jobArn"):
        merged = {**_select_outputs(olds), **run.outputs}
        run = replace(
            run, arn=str(olds["jobArn"]), name=str(olds.get("jobName", "")), outputs=merged
        )
        return {**_show(run, make_outputs(kind, olds, run)), "note": EXPIRED}
    return {**dict(olds), "phase": Phase.UNKNOWN.value, "note": LOST}


def _select_outputs(olds: Mapping[str, Any]) -> dict[str, Any]:
    inputs = select_inputs(olds)
    return {name: value for name, value in olds.items() if name not in inputs}
