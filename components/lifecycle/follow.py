"""Read: what became of a run. A record that AWS no longer has is not a missing job."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from .. import aws as service
from ..aws import Aws, Run
from ..aws.runs import check_account
from ..errors import JobError, Missing
from ..kinds import Kind, Phase
from .outputs import declared, is_waiting, outputs_of

EXPIRED = "AWS no longer has the record; this is the last known outcome"
LOST = "AWS no longer has the record, and its end was not seen"


def read(kind: Kind, aws: Aws, id_: str, olds: Mapping[str, Any]) -> dict[str, Any] | None:
    """Return the run's outputs as AWS knows them now, or `None` if it is this job's no longer.

    A run that has ended is not asked about again. A service whose record expired is asked through its
    second service (SageMaker) before the run is called unknown.
    """
    job = str(olds.get("name", id_))
    if is_waiting(id_) or Phase(olds.get("phase", "RUNNING")).ended:
        return dict(olds)
    check_account(aws, id_, job)
    try:
        run = service.describe(aws, kind, id_, job)
    except Missing:
        return _without_record(kind, aws, olds, job)
    if run.released and not run.ending:
        return None
    shown = outputs_of(kind, olds, run)
    # kept in the state until it has been ended: whoever began that died in between
    return {**shown, "ending": True} if run.ending else shown


def _without_record(
    kind: Kind, aws: Aws, olds: Mapping[str, Any], job: str
) -> dict[str, Any] | None:
    linked = str(olds.get(kind.link.arn_output, "")) if kind.link else ""
    if linked and linked != olds.get("jobArn"):
        try:
            run: Run = service.describe(aws, kind, linked, job)
        except JobError:
            pass  # not there or not allowed: unknown either way
        else:
            merged = {**_seen(olds), **run.outputs}
            run = replace(
                run, arn=str(olds["jobArn"]), name=str(olds.get("jobName", "")), outputs=merged
            )
            return {**outputs_of(kind, olds, run), "note": EXPIRED}
    return {**dict(olds), "phase": Phase.UNKNOWN.value, "note": LOST}


def _seen(olds: Mapping[str, Any]) -> dict[str, Any]:
    inputs = declared(olds)
    return {name: value for name, value in olds.items() if name not in inputs}
