"""What a kind of job is: a table that one generic provider interprets.

A path is dotted and starts at the request, unless it says otherwise.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import Any

from .parts import Artifacts, Call, Compute, Event, Latest, Logs, Payload, Permissions


class Phase(str, Enum):
    """How far a run is, whatever words its service has for it."""

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


@dataclass(frozen=True, kw_only=True)
class Request:
    """How a run is submitted, and what its request says where. `submit_rate` is how many a second AWS takes, 0 unknown.

    With `unique_names` a name can never be used again, so each run gets one of its own. With `plain_names` it has
    lower-case letters, digits and hyphens only. `in_place` are the fields that AWS changes on a submitted run. `role`
    is what the job runs as, where its request says so. `inputs` are what it reads (lists are passed through), each
    with the field beside it that may say that it is one object (a manifest), not a prefix; `outputs` are the S3 URIs
    that it writes to. `input_files` and `input_bytes` are AWS's default quota of what it reads, 0 for none. A kind with
    a `queue_field` has a module `queue.py`; of `share_fields` a request has the one that its queue's policy wants.
    """

    submit: Call
    submit_rate: float = 0
    name_field: str
    name_max: int
    unique_names: bool = False
    plain_names: bool = False
    token_field: str = ""
    defaults: Mapping[str, Any] = field(default_factory=dict)
    in_place: Mapping[str, Call] = field(default_factory=dict)
    role: str = ""
    inputs: Mapping[str, str] = field(default_factory=dict)
    outputs: tuple[str, ...] = ()
    input_files: int = 0
    input_bytes: int = 0
    queue_field: str = ""
    share_fields: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Attempts:
    """Where a record shows the attempts of its run: paths of `lists`, and of the fields in an item of them.

    `arn` is that of the second service's record. The attempt that runs now is in no list.
    """

    lists: tuple[str, ...]
    arn: str
    started: str
    stopped: str
    reason: str


@dataclass(frozen=True, kw_only=True)
class Record:
    """How AWS shows a run. Paths start at the result of `describe`.

    `arn` is a template of {partition} {region} {account} {id} {name}. `templates` are outputs made of other outputs
    and of leaves of the request; a variant (path, value, template) takes a template's place where the path has the
    value. `results` are outputs that exist only once a run has succeeded. `stopped` are the statuses of a run that
    somebody ended.
    """

    arn: str
    describe: Call
    statuses: Mapping[str, Phase]
    outputs: Mapping[str, str]
    status_field: str = "status"
    terminated_field: str = ""
    stopped: frozenset[str] = frozenset()
    attempts: Attempts | None = None
    templates: Mapping[str, str] = field(default_factory=dict)
    variants: Mapping[str, tuple[str, str, str]] = field(default_factory=dict)
    results: frozenset[str] = frozenset()


@dataclass(frozen=True, kw_only=True)
class Listing:
    """How runs are listed: `fields` are ours (arn, name, created) -> AWS's; the list call may filter by name itself.

    `scopes` lists the places (queues) that are listed one by one, those of which `scope_filter` holds; none means
    that one list has all runs. `recent` lists the runs that were made after `$since` (`$milliseconds`), newest first,
    whatever their name; without one `call` has them.
    """

    call: Call
    fields: Mapping[str, str]
    recent: Call | None = None
    filters_names: bool = False
    scopes: Call | None = None
    scope_field: str = ""
    scope_filter: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Tags:
    """How tags are written and read. `as_list` are the (key, value) fields where AWS takes a list, not a mapping."""

    add: Call = Call("TagResource", {"resourceArn": "$arn", "tags": "$tags"})
    remove: Call = Call("UntagResource", {"resourceArn": "$arn", "tagKeys": "$keys"})
    read: Call = Call("ListTagsForResource", {"resourceArn": "$arn"}, result="tags")
    field: str = "tags"
    as_list: tuple[str, str] | None = None


@dataclass(frozen=True, kw_only=True)
class Errors:
    """AWS's words for what we decide by: (error code, pattern that its message must match); ("", "") for none."""

    missing: tuple[str, str]
    taken: tuple[str, str]
    no_slot: tuple[str, str] = ("", "")


@dataclass(frozen=True, kw_only=True)
class Link:
    """A second service that also knows the run, by another record (SageMaker behind Batch).

    `resource` is the type in its ARNs. The first service names its records `<prefix><name in the payload><32 hex>`.
    `listing` filters by a `$part` of names and by when they were made, `$since`. `details` are paths of what only a
    closer look shows of an attempt: `steps` (Status, StartTime, EndTime), `metrics` (MetricName,
    Value), `modelPackage` (an ARN). `filled_in` are values by path, lists' places left out, that its records have where
    a request says nothing.
    """

    service: str
    resource: str
    arn_output: str
    name_output: str
    describe: Call
    search: Call
    listing: Listing
    tags: Tags
    terminate: Call
    statuses: Mapping[str, Phase]
    outputs: Mapping[str, str]
    details: Mapping[str, str] = field(default_factory=dict)
    filled_in: Mapping[str, Any] = field(default_factory=dict)
    prefix: str = ""


@dataclass(frozen=True, kw_only=True)
class Kind:
    """Everything that the generic code must know of one kind of job. `slots`: runs that an account may have at once."""

    name: str
    service: str
    title: str
    request: Request
    record: Record
    listing: Listing
    errors: Errors
    tags: Tags = Tags()
    permissions: Permissions = Permissions()
    payload: Payload | None = None
    terminate: Call | None = None
    compute: Compute | None = None
    events: tuple[Event, ...] = ()
    latest: Latest | None = None
    link: Link | None = None
    logs: Logs | None = None
    artifacts: Artifacts = Artifacts()
    slots: int = 0

    @property
    def folder(self) -> str:
        """The name of the kind's folder: `service_job`."""
        return "".join(f"_{c.lower()}" if c.isupper() else c for c in self.name).lstrip("_")

    @property
    def runs_as(self) -> str:
        """The service that assumes the job's role."""
        return f"{self.payload.service if self.payload else self.service}.amazonaws.com"

    def phase(self, status: str) -> Phase:
        """Read AWS's word; whatever is not in the table still runs (a new word must not end a run)."""
        return self.record.statuses.get(status, Phase.RUNNING)
