"""What requests name in AWS by name or ARN: it exists there, and can be used. Each is asked for once."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ..aws import Aws
from ..errors import Denied, Missing, Rejected
from ..jobfile import Job
from ..kinds import Call
from .problem import ReferenceProblem, denied

RULE = "preflight.reference"


@dataclass(frozen=True)
class Reference:
    """What a field names: a noun for it, what describes it, the status in which it can be used ('' for any)."""

    noun: str
    call: Call
    ready: str = ""


def look_up(aws: Aws, service: str, call: Call, name: str) -> Mapping[str, Any] | Denied | None:
    """Describe something by its `$name` (an ARN too); `None` where it does not exist, or the caller's denial."""

    def ask() -> Mapping[str, Any] | Denied | None:
        try:
            record: Mapping[str, Any] = aws.call(service, call, {"name": name})
        except Denied as error:
            return error
        except (Missing, Rejected):
            return None
        return record

    return aws.remembered(f"{call.operation}.{name}", ask)


def check_references(
    jobs: Sequence[Job], aws: Aws, service: str, references: Mapping[str, Reference]
) -> Iterator[ReferenceProblem]:
    """Yield what is wrong with what these fields of the requests name."""
    for job in jobs:
        for field, reference in references.items():
            name, path = job.request.get(field), f"request.{field}"
            if not isinstance(name, str):
                continue
            record = look_up(aws, service, reference.call, name)
            if isinstance(record, Denied):
                yield denied(job, path, record)
            elif record is None:
                message = f"there is no {reference.noun} {name} in {aws.region}"
                yield ReferenceProblem(job, path, message, RULE)
            elif reference.ready and record.get("status") != reference.ready:
                message = f"{name} is {record.get('status')}, not {reference.ready}"
                yield ReferenceProblem(job, path, message, RULE)
