"""What a kind's table is made of: calls of AWS, and the parts that not every kind has."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Call:
    """One API operation: its name, its parameters, and where in the answer the result is.

    Parameters are templates: a string that starts with `$` is replaced by the value of that name, so that a table can
    be checked against botocore's service model without calling anything.
    `result` is a dotted path; `next_token` names the paging parameter that is also the answer's field.
    """

    operation: str
    params: Mapping[str, Any] = field(default_factory=dict)
    result: str = ""
    next_token: str = ""


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
class Logs:
    """Where a run's containers write: a log group of CloudWatch, and in it the streams `<name>/<rest>` of an attempt.

    `name` is the output that has a stream's first part; an attempt's own record has it as its name. `rest` matches the
    other part: its group `node` is the machine (its number, or any text), and `part` says which of its logs it is.
    """

    group: str
    name: str
    rest: str
    service: str = "logs"
    streams: Call = Call(
        "DescribeLogStreams",
        {"logGroupName": "$group", "logStreamNamePrefix": "$prefix"},
        result="logStreams",
        next_token="nextToken",
    )
    events: Call = Call(
        "GetLogEvents",
        {
            "logGroupName": "$group",
            "logStreamName": "$stream",
            "startTime": "$since",
            "startFromHead": "$head",
            "nextToken": "$token",
            "limit": "$limit",
        },
    )


@dataclass(frozen=True, kw_only=True)
class Artifacts:
    """What a run leaves in S3: all objects below the output `folder`.

    A folder that is not the run's `own` has those of other runs too. With `by_record` a result file has a line for
    each record of the input, and the field `error` of a line says why its record has no result ('' where the service
    says that of no single record).
    """

    folder: str = "outputUri"
    own: bool = False
    by_record: bool = False
    error: str = ""


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
