"""A run as AWS describes it, the same for every kind."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timezone
from typing import Any

from ..errors import Denied, JobError, Missing
from ..kinds import Kind, Phase
from ..run.definition import DIGEST, ENDING, RELEASED, STOPPED, digest, parse_tags
from ..wire import pick
from .client import Aws


@dataclass(frozen=True)
class Run:
    """One AWS job, in our words. `outputs` are what the resource shows; `created` counts milliseconds."""

    arn: str
    name: str
    created: float
    phase: Phase
    status: str
    terminated: bool = False
    tags: Mapping[str, str] = field(default_factory=dict)
    outputs: Mapping[str, Any] = field(default_factory=dict)
    request: Mapping[str, Any] = field(default_factory=dict)

    @property
    def released(self) -> bool:
        """The run carries our mark that it is no longer this job's, and was ended if it was to be."""
        return RELEASED in self.tags and not self.ending

    @property
    def ending(self) -> bool:
        """Whoever released it was to end it too, and died: the run goes on, or went to its end, and is still ours."""
        begun = self.tags.get(RELEASED, "").endswith(ENDING)
        return begun and not self.terminated and self.phase is not Phase.UNKNOWN

    @property
    def adoptable(self) -> bool:
        """The run may be adopted: it was not released, nor terminated but by `jobctl stop`."""
        return not self.released and (not self.terminated or STOPPED in self.tags)


def is_adoptable(kind: Kind, inputs: Mapping[str, Any], run: Run) -> bool:
    """Say whether a run stands for exactly this definition, so that nothing is submitted."""
    return run.adoptable and run.tags.get(DIGEST) == digest(kind, inputs)


def to_milliseconds(moment: Any) -> float:
    """Read a time of either API: Batch counts milliseconds, others give a datetime."""
    if isinstance(moment, datetime):
        return moment.timestamp() * 1000
    return float(moment or 0)


def format_time(moment: Any) -> str:
    """Write a time as `2026-11-22T18:14:05Z`."""
    at = datetime.fromtimestamp(to_milliseconds(moment) / 1000, timezone.utc)
    return at.strftime("%Y-%m-%dT%H:%M:%SZ")


def _shown(name: str, value: Any) -> Any:
    return format_time(value) if name.endswith("At") and not isinstance(value, str) else value


def arn_id(arn: str) -> str:
    """Return the last part of an ARN: Batch's job id, Personalize's and SageMaker's job name."""
    return arn.rsplit("/", 1)[-1]


def arn_region(arn: str) -> str:
    """Return the region that an ARN names."""
    return arn.split(":")[3]


def check_account(aws: Aws, arn: str, job: str) -> None:
    """Refuse to touch a run of another account."""
    owner = arn.split(":")[4]
    if owner != aws.account:
        raise JobError(
            f"{job}: its run is in account {owner}, but these credentials are for account {aws.account}:"
            " use that account's credentials"
        )


def is_linked(kind: Kind, arn: str) -> bool:
    """Say whether an ARN is of the second service's record (a SageMaker training job), not of the job's own."""
    return kind.link is not None and arn.split(":")[2] == kind.link.service


def describe(aws: Aws, kind: Kind, arn: str, job: str) -> Run:
    """Ask AWS for one run by its ARN. Raises `Missing` where AWS has no such record."""
    if is_linked(kind, arn):
        return _describe_linked(aws, kind, arn, job)
    values = {"id": arn_id(arn), "arn": arn, "name": arn_id(arn)}
    record = aws.call(kind.service, kind.record.describe, values, job=job, kind=kind)
    status = str(record.get(kind.record.status_field, ""))
    outputs = read_outputs(kind, record)
    tags = record.get("tags")
    if tags is None:
        tags = aws.call(kind.service, kind.tags.read, values, job=job, kind=kind)
    run = Run(
        arn=arn,
        name=str(record.get(kind.request.name_field, "")),
        created=to_milliseconds(record.get(kind.listing.fields["created"])),
        phase=kind.phase(status),
        status=status,
        terminated=is_terminated(kind, status, record),
        tags=parse_tags(kind, tags),
        outputs=outputs,
        request=record,
    )
    if kind.record.attempts:
        outputs["attempts"] = len(list_attempts(kind, run))
    return run


def is_terminated(kind: Kind, status: str, record: Mapping[str, Any]) -> bool:
    """Say whether somebody ended the run, as Describe or a list shows it."""
    return status in kind.record.stopped or bool(record.get(kind.record.terminated_field))


def read_outputs(kind: Kind, record: Mapping[str, Any]) -> dict[str, Any]:
    """Read what a resource shows from a record of the service, as Describe or a list has it."""
    outputs = {
        name: _shown(name, value)
        for name, path in kind.record.outputs.items()
        if (value := pick(record, path)) not in (None, "", 0)
    }
    if kind.link and outputs.get(kind.link.arn_output):
        outputs[kind.link.name_output] = arn_id(outputs[kind.link.arn_output])
    return outputs


def _describe_linked(aws: Aws, kind: Kind, arn: str, job: str) -> Run:
    """Ask the second service (SageMaker) for a run, with its tags; a caller that may not read those gets none."""
    link = kind.link
    assert link is not None
    try:
        record = aws.call(link.service, link.describe, {"name": arn_id(arn)}, job=job)
    except JobError as error:
        if is_gone(error):
            raise Missing(str(error)) from error
        raise
    return linked_run(kind, record, read_linked_tags(aws, kind, arn, job))


def read_linked_tags(aws: Aws, kind: Kind, arn: str, job: str) -> dict[str, str]:
    """Return the tags of the second service's record; none where the caller may not read them."""
    assert kind.link is not None
    try:
        tags = aws.call(kind.link.service, kind.link.tags.read, {"arn": arn}, job=job)
    except Denied:
        return {}
    return parse_tags(kind.link, tags)


def is_gone(error: JobError) -> bool:
    """Say whether the second service's refusal means that it has no such record."""
    return re.search(r"(?i)not found|could not find|does not exist", str(error)) is not None


def linked_run(kind: Kind, record: Mapping[str, Any], tags: Mapping[str, str]) -> Run:
    """Read a run of the second service, as Describe or Search shows it."""
    link = kind.link
    assert link is not None
    outputs = {
        name: _shown(name, value)
        for name, path in link.outputs.items()
        if (value := pick(record, path)) not in (None, "")
    }
    status = str(outputs.pop("status", ""))
    arn = str(outputs[link.arn_output])
    outputs[link.name_output] = arn_id(arn)
    return Run(
        arn=arn,
        name=arn_id(arn),
        created=to_milliseconds(record.get("CreationTime")),
        phase=link.statuses.get(status, Phase.RUNNING),
        status=status,
        terminated=status == "Stopped",
        tags=tags,
        outputs=outputs,
        request=record,
    )


@dataclass(frozen=True)
class Attempt:
    """One try of a run, counted from 1; times count milliseconds, 0 for what is not yet.

    `arn` is its record's in the second service, else the run's own; '' where AWS made none. `record` is that record, as
    far as it was asked for.
    """

    number: int
    arn: str
    phase: Phase
    started: float
    stopped: float
    reason: str
    record: Run | None = None


def read_attempts(kind: Kind, run: Run, records: Mapping[str, Run] | None = None) -> list[Attempt]:
    """Return the attempts in a run's record, the first first, preempted ones among them.

    The newest has the run's phase, QUEUED too. `records` are the second service's, by ARN: what is billed begins and
    ends there.
    """
    found = _read_ended(kind, run)
    attempts = sorted(found.values(), key=lambda each: each.stopped)
    own = kind.record.attempts is None or is_linked(kind, run.arn)
    newest = run.arn if own or not kind.link else str(run.outputs.get(kind.link.arn_output, ""))
    if newest and newest not in found:
        attempts.append(_read_newest(kind, run, newest))
    if attempts and run.phase is Phase.SUCCEEDED:
        attempts[-1] = replace(attempts[-1], phase=run.phase)
    known = {run.arn: run, **(records or {})}
    return [
        _date(kind, replace(each, number=number), known.get(each.arn))
        for number, each in enumerate(attempts, 1)
    ]


def _read_ended(kind: Kind, run: Run) -> dict[str, Attempt]:
    """Read the record's lists of attempts, by ARN: no page says whether a preempted one is in both lists."""
    table = kind.record.attempts
    if table is None or is_linked(kind, run.arn):
        return {}
    found: dict[str, Attempt] = {}
    for item in (item for path in table.lists for item in pick(run.request, path) or []):
        arn = str(pick(item, table.arn, ""))
        found[arn or str(len(found))] = Attempt(
            0,
            arn,
            Phase.FAILED,
            to_milliseconds(pick(item, table.started)),
            to_milliseconds(pick(item, table.stopped)),
            str(pick(item, table.reason, "")),
        )
    return found


def _read_newest(kind: Kind, run: Run, arn: str) -> Attempt:
    """Read the attempt that the run's own record is about."""
    failed = run.phase.ended and run.phase is not Phase.SUCCEEDED
    named = kind.link.outputs if kind.link and is_linked(kind, run.arn) else kind.record.outputs
    return Attempt(
        0,
        arn,
        Phase.FAILED if failed else run.phase,
        # a service without a moment of its own for the start (Personalize) starts a job when it is made
        read_moment(kind, run, "startedAt") if "startedAt" in named else run.created,
        read_moment(kind, run, "stoppedAt") if run.phase.ended else 0.0,
        str(run.outputs.get("statusReason", "")) if run.phase is Phase.FAILED else "",
    )


def _date(kind: Kind, attempt: Attempt, record: Run | None) -> Attempt:
    """Add an attempt's own record, with its moments."""
    if record is None:
        return attempt
    started = read_moment(kind, record, "startedAt") or attempt.started
    stopped = attempt.stopped and (read_moment(kind, record, "stoppedAt") or attempt.stopped)
    return replace(attempt, started=started, stopped=stopped, record=record)


def read_moment(kind: Kind, run: Run, output: str) -> float:
    """Return a moment of AWS's record in milliseconds, by the output that shows it; 0 where it has none."""
    link = kind.link if is_linked(kind, run.arn) else None
    path = (link or kind.record).outputs.get(output, "")
    return to_milliseconds(pick(run.request, path) or 0)


def list_attempts(kind: Kind, run: Run) -> set[str]:
    """Return the ARNs of the records that one run made: each attempt is one."""
    return {attempt.arn for attempt in read_attempts(kind, run)} - {""}
