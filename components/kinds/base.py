"""What a kind of job is: a table that one generic provider interprets.

Parameters of a call are templates: a string that starts with `$` is replaced by the value of that name, so that a
table can be checked against botocore's service model without calling anything. A path is dotted and starts at the
request, unless it says otherwise.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import Any

from .artifacts import Artifacts
from .call import Call
from .logs import Logs


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


@dataclass(frozen=True)
class Payload:
    """A request field that holds another service's request as a JSON string.

    AWS passes it on unvalidated, so the schema comes from the input of that service's `operation`. `code` says where
    packed code goes, unless the file itself uses `${code.uri}`: path in the payload -> key of the job file's `code`.
    """

    field: str
    service: str
    operation: str
    name_field: str
    name_max: int
    tags_field: str
    code: Mapping[str, str] = dataclasses.field(default_factory=dict)


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
class Compute:
    """The machines of a run and how long they may run: what bounds its price.

    `resources` is the mapping that names InstanceType and InstanceCount, itself or in the lists `groups`; of
    `alternatives` only one is used, and `selected` are the fields of a record that say which and how many. `billed` is
    the path of the seconds that AWS bills for each instance, in the record of an attempt. `limits` are paths of seconds
    with their defaults; the least of them counts for each attempt, and `warm` is paid for after it. Where the request
    has `preempted`, an attempt begins anew as often as `preemptions` says, without limit where it says nothing.
    """

    resources: str
    groups: tuple[str, ...] = ()
    alternatives: str = ""
    selected: tuple[str, str] = ("", "")
    billed: str = ""
    limits: Mapping[str, int | None] = field(default_factory=dict)
    attempts: str = ""
    warm: str = ""
    preempted: str = ""
    preemptions: str = ""
    image: str = ""


@dataclass(frozen=True, kw_only=True)
class Permissions:
    """What a caller must be allowed besides the table's own calls: (action, resource) pairs without the service.

    `reads` is what preflight and lookups ask, `targets` the resources that a submission touches besides the run;
    `queue_targets` are templates of {queue} that replace them where the queues are known. AWS takes no resource for
    the operations in `unscoped`, although they are about one run.
    """

    reads: tuple[tuple[str, str], ...] = ()
    targets: tuple[str, ...] = ()
    queue_targets: tuple[str, ...] = ()
    unscoped: frozenset[str] = frozenset()


@dataclass(frozen=True, kw_only=True)
class Event:
    """What EventBridge says of runs. Fields are paths in its `detail`.

    A notice is limited by those of name, queue and status that have a field. `text` is what it says: `<job:jobName>` is
    the value `job`, from the path `jobName`.
    """

    rule: str
    description: str
    source: str
    detail_type: str
    text: str
    name_field: str = ""
    detail: Mapping[str, Any] = field(default_factory=dict)
    queue_field: str = ""
    status_field: str = ""


@dataclass(frozen=True, kw_only=True)
class Latest:
    """An expression of job files, `${<name>(<arn>)}`: the newest item of a list whose status is `ready`."""

    name: str
    call: Call
    ready: str
    created: str
    arn: str


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
    tag: Call
    untag: Call
    read_tags: Call
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
