"""A closer look at one job: its attempts with AWS's record of each, final metrics, the end of its log."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from typing import Any

from cli.runs.statuses import JobStatus
from components import aws as service
from components.aws import Aws, Run
from components.aws.runs import (
    arn_id,
    format_time,
    is_linked,
    read_attempts,
    to_milliseconds,
)
from components.errors import JobError
from components.kinds import Kind, Phase
from components.printable import make_printable
from components.redact import Redactor
from components.wire import pick

NEWEST = 10  # attempts that are asked about


@dataclass(frozen=True)
class Attempt:
    """One try of a run. Moments are seconds since the epoch; `billed` are seconds that AWS charges for.

    `steps` are (status, begun, ended) of the second service.
    """

    number: int
    arn: str
    status: str = ""
    reason: str = ""
    started: float | None = None
    stopped: float | None = None
    billed: float | None = None
    steps: Sequence[tuple[str, float | None, float | None]] = ()


@dataclass(frozen=True)
class Details:
    """What only a closer look shows: attempts, final metrics, where a model was registered, the end of the log."""

    attempts: Sequence[Attempt] = ()
    metrics: Mapping[str, float] = field(default_factory=dict)
    model_package: str = ""
    log: Sequence[str] = ()


def read_details(aws: Aws, job: JobStatus, redactor: Redactor) -> Details:
    """Ask AWS for what a job's page shows. One call for the run, one for each of its newest attempts.

    What the caller may not read, or AWS has forgotten, is left out.
    """
    if job.phase is Phase.WAITING or not job.kind.link:
        return Details()
    ended: list[Any] = []
    arn = str(job.outputs.get(job.kind.link.arn_output) or "")
    if not is_linked(job.kind, job.arn):
        with suppress(JobError):
            run = service.describe(aws, job.kind, job.arn, job.name)
            ended = read_attempts(job.kind, run)
            arn = str(run.outputs.get(job.kind.link.arn_output) or arn)
    attempts, last = _read_attempts(aws, job.kind, ended, arn)
    shown = job.kind.link.details
    metrics = {
        str(each["MetricName"]): float(each["Value"])
        for each in pick(last, shown.get("metrics", ""), None) or ()
    }
    package = str(pick(last, shown.get("modelPackage", ""), "") or "")
    return _hide(redactor, Details(attempts, metrics, package))


def to_details(details: Details) -> dict[str, Any]:
    """Return a closer look for `--json`; moments as AWS's outputs have them."""
    attempts = [
        {
            "number": each.number,
            "arn": each.arn,
            "status": each.status,
            "reason": each.reason,
            "startedAt": _moment(each.started),
            "stoppedAt": _moment(each.stopped),
            "billedSeconds": each.billed,
            "steps": [
                {"status": name, "startedAt": _moment(begun), "stoppedAt": _moment(ended)}
                for name, begun, ended in each.steps
            ],
        }
        for each in details.attempts
    ]
    return {
        "attemptList": attempts,
        "metrics": dict(details.metrics),
        "modelPackageArn": details.model_package,
        "log": list(details.log),
    }


def _moment(seconds: float | None) -> str | None:
    return format_time(seconds * 1000) if seconds is not None else None


def _read_attempts(
    aws: Aws, kind: Kind, ended: Sequence[Any], newest: str
) -> tuple[list[Attempt], Mapping[str, Any]]:
    """Return the attempts, and the second service's record of the last one."""
    facts = {each.arn: each for each in ended}
    arns = list(dict.fromkeys([*facts, newest])) if newest else list(facts)
    found: list[Attempt] = []
    record: Mapping[str, Any] = {}
    for number, arn in enumerate(arns, 1):
        own = facts.get(arn)
        run: Run | None = None
        if arn and number > len(arns) - NEWEST:
            with suppress(JobError):
                run = service.describe(aws, kind, arn, arn_id(arn))
        record = run.request if run else {}
        found.append(_make_attempt(kind, number, arn, own, run))
    return found, record


def _make_attempt(kind: Kind, number: int, arn: str, own: Any, run: Run | None) -> Attempt:
    record, link = (run.request if run else {}), kind.link
    assert link is not None
    seconds = {
        name: _seconds(pick(record, link.outputs[name], None))
        for name in ("startedAt", "stoppedAt")
    }
    billed = pick(record, kind.compute.billed) if kind.compute else None
    return Attempt(
        number,
        arn,
        run.status if run else "",
        own.reason if own else str(run.outputs.get("statusReason", "")) if run else "",
        _seconds(own.started) if own else seconds["startedAt"],
        _seconds(own.stopped) if own else seconds["stoppedAt"],
        float(billed) if billed is not None else None,
        tuple(
            (str(step["Status"]), _seconds(step.get("StartTime")), _seconds(step.get("EndTime")))
            for step in pick(record, link.details.get("steps", ""), None) or ()
        ),
    )


def _seconds(moment: Any) -> float | None:
    return to_milliseconds(moment) / 1000 if moment else None


def _hide(redactor: Redactor, details: Details) -> Details:
    """Return the details without secrets, and printable."""
    clean = [
        replace(each, reason=make_printable(redactor.hide(each.reason)))
        for each in details.attempts
    ]
    return replace(details, attempts=clean)
