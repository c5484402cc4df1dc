"""What a run was, how long it waited and ran, and what it used: a row of the report. Pure.

Moments count milliseconds, as AWS Batch's do. Nothing in a row is trusted: its texts are AWS's and other people's.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from cli.planning.prices import count_hours, price
from cli.runs.details import read_billed
from cli.runs.reasons import read_request
from components.aws import Run
from components.aws.runs import Attempt, format_time, read_attempts, read_moment
from components.kinds import Kind, Phase
from components.printable import visible
from components.run import ceiling
from components.run.definition import IDENTITY, OURS

LINKS = {"console": "consoleUrl", "logs": "logsUrl"}  # what a page calls an output


@dataclass(frozen=True)
class AttemptRow:
    """One attempt. `started` is 0 where it never ran, `stopped` is 0 while it runs.

    `hours` are instance-hours by type; `billed` says that they are those that AWS bills, not those that passed.
    """

    number: int
    phase: str
    started: float
    stopped: float
    reason: str
    hours: Mapping[str, float]
    billed: bool


@dataclass(frozen=True)
class RunRow:
    """One run. `ended` is 0 while it waits or runs; `waited` and `ran` are seconds, up to the report's moment.

    `hours` and `ceiling` are instance-hours of all types together, `cost` and `ceiling_cost` their price: `None` where
    it is not known. `unlimited` is a run that has no ceiling. `stack` is set where those of several are shown.
    """

    job: str
    kind: str
    name: str
    arn: str
    phase: str
    status: str
    reason: str
    terminated: bool
    queue: str
    tags: Mapping[str, str]
    instances: tuple[str, ...]
    submitted: float
    ended: float
    waited: float
    ran: float
    attempts: tuple[AttemptRow, ...]
    hours: float | None
    billed: bool
    ceiling: float | None
    unlimited: bool
    cost: float | None
    ceiling_cost: float | None
    links: Mapping[str, str]
    stack: str = ""

    @property
    def label(self) -> str:
        """The job's name, with its stack's where there are several."""
        return f"{self.stack}/{self.job}" if self.stack else self.job

    def to_json(self) -> dict[str, Any]:
        """Return the row for `--json`, in the words of `status --json`."""
        return {
            **({"stack": self.stack} if self.stack else {}),
            "name": self.job,
            "kind": self.kind,
            "phase": self.phase,
            "status": self.status,
            "reason": self.reason,
            "terminated": self.terminated,
            "queue": self.queue,
            "tags": dict(self.tags),
            "instances": list(self.instances),
            "createdAt": format_time(self.submitted),
            "stoppedAt": _format_moment(self.ended),
            "waitedSeconds": int(self.waited),
            "ranSeconds": int(self.ran),
            "instanceHours": self.hours,
            "billed": self.billed,
            "ceilingHours": self.ceiling,
            "unlimited": self.unlimited,
            "cost": self.cost,
            "ceilingCost": self.ceiling_cost,
            "attemptList": [
                {
                    "number": each.number,
                    "phase": each.phase,
                    "reason": each.reason,
                    "startedAt": _format_moment(each.started),
                    "stoppedAt": _format_moment(each.stopped),
                    "instanceHours": dict(each.hours),
                    "billed": each.billed,
                }
                for each in self.attempts
            ],
            "jobName": self.name,
            "jobArn": self.arn,
            **{name: self.links.get(name, "") for name in LINKS.values()},
        }


def _format_moment(moment: float) -> str | None:
    return format_time(moment) if moment else None


def make_row(
    kind: Kind,
    run: Run,
    records: Mapping[str, Run],
    prices: Mapping[str, float],
    now: float,
    links: Mapping[str, str],
    earlier: Sequence[Run] = (),
    show: Callable[[str], str] = visible,
    explain: Callable[[str], str] = visible,
) -> RunRow:
    """Return the row of a run. `records` are the second service's, of its attempts, by ARN.

    Of a run that only the second service knows, `run` is the last attempt and `earlier` are those before it.
    Every text goes through `show`, a reason through `explain`: they hide secrets, and leave one line.
    """
    request = read_request(kind, run)
    ended = read_moment(kind, run, "stoppedAt") if run.phase.ended else 0.0
    tried = [each for part in (*earlier, run) for each in read_attempts(kind, part, records)]
    submitted = min(each.created for each in (run, *earlier))
    begun = [each for each in tried if each.phase is not Phase.QUEUED]
    attempts = tuple(
        _make_attempt(kind, run, at, each, explain(each.reason), now)
        for at, each in enumerate(begun, 1)
    )
    used: dict[str, float] = {}
    for name, taken in (pair for each in attempts for pair in each.hours.items()):
        used[name] = used.get(name, 0) + taken
    # AWS may not have said yet which of several types it took
    known = kind.compute is not None and all(each.hours for each in attempts if each.started)
    hours = sum(used.values()) if known else None
    total = ceiling.total(kind, request)
    # what an attempt's own record says is the ceiling of one attempt
    most = None if total is None else total * (1 + len(earlier))
    limited = most is not None and math.isfinite(most)
    most_money = price(count_hours(kind, request, prices), prices) if limited else None
    ran = sum((each.stopped or now) - each.started for each in attempts if each.started) / 1000
    whole = max(0.0, (ended or now) - submitted) / 1000
    queue = str(request.get(kind.request.queue_field, ""))
    return RunRow(
        job=show(run.tags.get(IDENTITY, "").rpartition("/")[2]),
        kind=kind.name,
        name=show(run.name),
        arn=run.arn,
        phase=run.phase.value,
        status=show(run.status),
        reason=explain(str(run.outputs.get("statusReason", ""))),
        terminated=run.terminated,
        queue=show(queue.rpartition("/")[2]),
        tags={
            show(key): show(value)
            for key, value in run.tags.items()
            if not key.startswith((OURS, "aws:"))
        },
        instances=tuple(
            show(f"{'?' if count is None else count} x {name}")
            for name, count in ceiling.instances(kind, request)
        ),
        submitted=submitted,
        ended=ended,
        waited=max(0.0, whole - ran),
        ran=ran,
        attempts=attempts,
        hours=hours,
        billed=bool(attempts) and all(each.billed for each in attempts),
        ceiling=most if limited else None,
        unlimited=most is not None and not limited,
        cost=price(used, prices) if hours is not None else None,
        ceiling_cost=None if most_money is None else most_money * (1 + len(earlier)),
        links={output: show(url) for output, url in links.items()},
    )


def _make_attempt(
    kind: Kind, run: Run, number: int, attempt: Attempt, reason: str, now: float
) -> AttemptRow:
    billed = read_billed(kind, attempt)
    passed = max(0.0, (attempt.stopped or now) - attempt.started) / 1000 if attempt.started else 0.0
    used = ceiling.list_used(kind, read_request(kind, attempt.record or run))
    return AttemptRow(
        number=number,
        phase=attempt.phase.value,
        started=attempt.started,
        stopped=attempt.stopped,
        reason=reason,
        hours=ceiling.count_hours(used, billed or passed),
        billed=bool(billed),
    )
