"""A run as AWS describes it, the same for every kind."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
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
        tags = aws.call(kind.link.service, kind.link.read_tags, {"arn": arn}, job=job)
    except Denied:
        return {}
    return {tag["Key"]: tag.get("Value", "") for tag in tags or []}


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


def list_attempts(kind: Kind, run: Run) -> set[str]:
    """Return the ARNs of the second service's records that one run made: each attempt is one."""
    found = {str(run.outputs.get(kind.link.arn_output, ""))} if kind.link else set()
    return (found | {attempt.arn for attempt in read_attempts(kind, run)}) - {""}


@dataclass(frozen=True)
class Attempt:
    """An attempt that has ended, as its run's record shows it; times count milliseconds."""

    arn: str
    started: float
    stopped: float
    reason: str


def read_attempts(kind: Kind, run: Run) -> list[Attempt]:
    """Return the ended attempts in the run's record, the first first; preempted ones are among them."""
    table = kind.record.attempts
    if table is None or is_linked(kind, run.arn):
        return []
    items = [item for path in table.lists for item in pick(run.request, path) or []]
    found = [
        Attempt(
            str(pick(item, table.arn, "")),
            to_milliseconds(pick(item, table.started)),
            to_milliseconds(pick(item, table.stopped)),
            str(pick(item, table.reason, "")),
        )
        for item in items
    ]
    # no page says whether a preempted attempt is in both lists
    unique = {each.arn or str(at): each for at, each in enumerate(found)}
    return sorted(unique.values(), key=lambda each: each.stopped)
