"""What a kind of job is: a table that one generic provider interprets.

Parameters of a call are templates: a string that starts with `$` is replaced by the value of that name, so that a
table can be checked against botocore's service model without calling anything.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import Any


class Phase(str, Enum):
    """Where a run stands, whatever words its service has for it."""

    WAITING = "WAITING"  # declared; another job or a slot is waited for; nothing is submitted
    QUEUED = "QUEUED"  # submitted; costs nothing yet
    RUNNING = "RUNNING"  # past the queue: costs money
    SUCCEEDED = "SUCCEEDED"
    FAILED = "FAILED"
    UNKNOWN = "UNKNOWN"  # AWS no longer has the record, and its end was not seen

    @property
    def ended(self) -> bool:
        """A run that will not change any more."""
        return self in (Phase.SUCCEEDED, Phase.FAILED, Phase.UNKNOWN)


@dataclass(frozen=True)
class Call:
    """One API operation: its name, its parameters as templates, and where in the answer the result lies.

    `result` is a dotted path; `next_token` names the paging parameter that is also the answer's field.
    """

    operation: str
    params: Mapping[str, Any] = field(default_factory=dict)
    result: str = ""
    next_token: str = ""


@dataclass(frozen=True)
class Payload:
    """A request field that holds another service's request as a JSON string.

    AWS passes it on unvalidated, so the schema comes from `service` and `shape`.
    """

    field: str
    service: str
    operation: str
    shape: str
    name_field: str
    name_max: int
    tags_field: str
    # where packed code goes, unless the file itself says `${code.uri}`: path in the payload -> key of the code
    code: Mapping[str, str] = dataclasses.field(default_factory=dict)


@dataclass(frozen=True)
class Link:
    """A second service that also knows the run, by another record (SageMaker behind Batch)."""

    service: str
    arn_output: str
    name_output: str
    describe: Call
    search: Call
    tag: Call
    read_tags: Call
    terminate: Call
    statuses: Mapping[str, Phase]
    outputs: Mapping[str, str]


@dataclass(frozen=True)
class Kind:
    """Everything that the generic code must know of one kind of job."""

    name: str
    service: str
    title: str
    # the request
    shape: str
    submit: Call
    name_field: str
    name_max: int
    name_pattern: str
    unique_names: bool
    token_field: str
    defaults: Mapping[str, Any]
    payload: Payload | None
    tags_as_list: tuple[str, str] | None  # (key field, value field); None: AWS takes a mapping
    in_place: Mapping[str, Call]
    # the record
    arn: str  # template of the job's ARN: {partition} {region} {account} {id} {name}
    describe: Call
    list: Call
    list_fields: Mapping[str, str]  # ours -> AWS's: arn, name, created
    exact_list: bool  # the list call filters by name itself
    scopes: (
        Call | None
    )  # where runs may lie, each listed on its own (queues); None: one list has them all
    scope_field: str
    scope_filter: Mapping[str, str]
    tag: Call
    untag: Call
    read_tags: Call
    terminate: Call | None
    statuses: Mapping[str, Phase]
    status_field: str
    terminated_field: str
    outputs: Mapping[str, str]
    templates: Mapping[str, str]  # outputs made of other outputs and request leaves
    variants: Mapping[
        str, tuple[str, str, str]
    ]  # output -> (path, value, template where the path has it)
    results: frozenset[str]  # outputs that exist only once a run has succeeded
    # errors: AWS's code, and a pattern that its message must match
    missing: tuple[str, str]
    taken: tuple[str, str]
    no_slot: tuple[str, str]
    # where the request says what the job runs as and what it reads (lists are passed through); preflight looks there
    role: str = ""
    inputs: frozenset[str] = frozenset()
    link: Link | None = None
    slots: int = 0  # runs that an account may have at once; 0: the service queues them itself

    @property
    def runs_as(self) -> str:
        """The service that assumes the job's role."""
        return f"{self.payload.service if self.payload else self.service}.amazonaws.com"

    def phase(self, status: str) -> Phase:
        """Read AWS's word; whatever is not in the table still runs (a new word must not end a run)."""
        return self.statuses.get(status, Phase.RUNNING)
