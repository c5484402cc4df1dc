"""What requests name in AWS by name or ARN: it exists there, and can be used. Each is asked for once."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from ..aws import Aws
from ..errors import Denied, Missing, Rejected
from ..jobfile import Job
from ..kinds import Call
from .problem import ReferenceProblem, denied

RULE = "preflight.reference"


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
    jobs: Sequence[Job], aws: Aws, service: str, calls: Mapping[str, Call]
) -> Iterator[ReferenceProblem]:
    """Yield what is wrong with what these fields of the requests name; `calls` are field -> what describes it."""
    for job in jobs:
        for field, call in calls.items():
            name, path = job.request.get(field), f"request.{field}"
            if not isinstance(name, str):
                continue
            record = look_up(aws, service, call, name)
            if isinstance(record, Denied):
                yield denied(job, path, record)
            elif record is None:
                message = f"{name} does not exist in {aws.region}"
                yield ReferenceProblem(job, path, message, RULE)
            elif (status := record.get("status", "ACTIVE")) != "ACTIVE":
                yield ReferenceProblem(job, path, f"{name} is {status}, not ACTIVE", RULE)
