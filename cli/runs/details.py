"""A closer look at one job: its attempts with AWS's record of each, final metrics, the end of its log."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from typing import Any

from cli.runs.connection import describe_run
from cli.runs.entries import Entry
from components.aws import Aws
from components.aws.linked import find_record
from components.aws.runs import Attempt, format_time, read_attempts, to_milliseconds
from components.errors import JobError
from components.kinds import Kind
from components.printable import make_printable
from components.redact import Redactor
from components.wire import pick

NEWEST = 10  # attempts that are asked about


@dataclass(frozen=True)
class Details:
    """What only a closer look shows: attempts, final metrics, where a model was registered, the end of the log."""

    attempts: Sequence[Attempt] = ()
    metrics: Mapping[str, float] = field(default_factory=dict)
    model_package: str = ""
    log: Sequence[str] = ()


def read_details(aws: Aws, entry: Entry, redactor: Redactor) -> Details:
    """Ask AWS for what the page of a submitted job shows: one call for the run, one for each of its newest attempts.

    What the caller may not read, or AWS has forgotten, is left out.
    """
    kind, records = entry.kind, {}
    if kind.link is None:
        return Details()
    try:
        run = describe_run(aws, entry)
    except JobError:
        return Details()
    for attempt in read_attempts(kind, run)[-NEWEST:]:
        with suppress(JobError):
            if attempt.arn and (record := attempt.record or find_record(aws, kind, attempt.arn)):
                records[attempt.arn] = record
    attempts = [
        replace(each, reason=make_printable(redactor.hide(each.reason)))
        for each in read_attempts(kind, run, records)
    ]
    newest = attempts[-1].record if attempts else None
    last = newest.request if newest else {}
    shown = kind.link.details
    metrics = {
        str(each["MetricName"]): float(each["Value"])
        for each in pick(last, shown.get("metrics", ""), None) or ()
    }
    return Details(attempts, metrics, str(pick(last, shown.get("modelPackage", ""), "") or ""))


def read_billed(kind: Kind, attempt: Attempt) -> float | None:
    """Return the seconds that AWS charges an attempt for; `None` where it has not said."""
    billed = (
        pick(attempt.record.request, kind.compute.billed)
        if attempt.record and kind.compute
        else None
    )
    return float(billed) if billed is not None else None


def list_steps(kind: Kind, attempt: Attempt) -> Iterator[tuple[str, float, float]]:
    """Yield (status, begun, ended) of the second service, in milliseconds; 0 for what is not yet."""
    if attempt.record and kind.link:
        for step in pick(attempt.record.request, kind.link.details.get("steps", "")) or ():
            begun, ended = map(to_milliseconds, (step.get("StartTime"), step.get("EndTime")))
            yield str(step["Status"]), begun, ended


def to_details(kind: Kind, details: Details) -> dict[str, Any]:
    """Return a closer look for `--json`; moments as AWS's outputs have them."""
    attempts = [
        {
            "number": each.number,
            "arn": each.arn,
            "status": each.record.status if each.record else "",
            "reason": each.reason,
            **_show_moments(each.started, each.stopped),
            "billedSeconds": read_billed(kind, each),
            "steps": [
                {"status": status, **_show_moments(begun, ended)}
                for status, begun, ended in list_steps(kind, each)
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


def _show_moments(started: float, stopped: float) -> dict[str, str | None]:
    moments = {"startedAt": started, "stoppedAt": stopped}
    return {name: format_time(at) if at else None for name, at in moments.items()}
