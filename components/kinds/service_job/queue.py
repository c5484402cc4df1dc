"""A Batch queue for service jobs as AWS shows it: its scheduling, capacity, shares and who is in front.

https://docs.aws.amazon.com/batch/latest/APIReference/API_GetJobQueueSnapshot.html
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import islice
from typing import Any

from ...aws import Aws
from ...aws.queue import Pool, Queue
from ...aws.runs import read_outputs, to_milliseconds
from ...aws.survey import Glance
from ...errors import Missing
from .. import Call, Kind
from .capacity import ALL
from .preflight import (
    Item,
    describe_environments,
    describe_policies,
    describe_queues,
    list_quota_shares,
)

WAITING = ("RUNNABLE",)
ACTIVE = ("RUNNING", "STARTING", "SCHEDULED", "RUNNABLE", "PENDING", "SUBMITTED")
_SNAPSHOT = Call("GetJobQueueSnapshot", {"jobQueue": "$queue"})
_LIST = Call(
    "ListServiceJobs",
    {"jobQueue": "$queue", "jobStatus": "$status", "maxResults": 100},
    result="jobSummaryList",
    next_token="nextToken",
)


def read_queue(aws: Aws, kind: Kind, name: str, statuses: Sequence[str] = WAITING) -> Queue:
    """Read a queue by name or ARN, with up to 100 of its runs of each of the statuses.

    Raises `Missing` where there is none. Costs three calls, one a status, and one or two for a queue with shares.
    """
    found = describe_queues(aws, [name]).get(name)
    if found is None:
        raise Missing(f"there is no job queue {name} in {aws.region}")
    arn = str(found["jobQueueArn"])
    order = sorted(found.get("serviceEnvironmentOrder") or [], key=lambda each: each["order"])
    names = [str(each["serviceEnvironment"]) for each in order]
    described = describe_environments(aws, names)
    snapshot = aws.call("batch", _SNAPSHOT, {"queue": arn})
    use = snapshot.get("queueUtilization") or {}
    usage = use.get("totalCapacityUsage")
    used = None if usage is None else {**_index_by_unit(usage), ALL: _add_up(usage)}
    policy_arn = found.get("schedulingPolicyArn")
    policy = describe_policies(aws, [policy_arn]).get(policy_arn, {}) if policy_arn else {}
    if "quotaSharePolicy" in policy:
        scheduling = "quota shares"
        by_quota = (use.get("quotaShareUtilization") or {}).get("topCapacityUtilization")
        shares = list(_read_quota_shares(list_quota_shares(aws, arn).values(), by_quota))
    else:
        scheduling = "fair share" if "fairsharePolicy" in policy else "first in, first out"
        by_share = (use.get("fairshareUtilization") or {}).get("topCapacityUtilization") or ()
        shares = [Pool(e["shareIdentifier"], _add_up(e.get("capacityUsage"))) for e in by_share]
    front = (snapshot.get("frontOfQueue") or {}).get("jobs") or ()
    return Queue(
        name=str(found["jobQueueName"]),
        arn=arn,
        state=str(found.get("state", "")),
        status=str(found.get("status", "")),
        reason=str(found.get("statusReason", "")),
        scheduling=scheduling,
        used=_add_up(usage),
        environments=tuple(
            pool
            for name in names
            if name in described
            for pool in _read_pools(described[name], "serviceEnvironmentName", used)
        ),
        shares=tuple(shares),
        front=tuple(str(each["jobArn"]) for each in front),
        lines=scheduling == "quota shares",
        runs={each.arn: each for status in statuses for each in _list_runs(aws, kind, arn, status)},
    )


def _list_runs(aws: Aws, kind: Kind, queue: str, status: str) -> Iterator[Glance]:
    items = aws.pages("batch", _LIST, {"queue": queue, "status": status})
    for item in islice(items, 100):
        created = to_milliseconds(item.get("createdAt"))
        outputs = read_outputs(kind, item)
        outputs["share"] = str(item.get("shareIdentifier") or item.get("quotaShareName") or "")
        yield Glance(
            str(item["jobArn"]), str(item["jobName"]), created, str(item["status"]), outputs
        )


def _add_up(usage: Any) -> float | None:
    return sum(float(each["quantity"]) for each in usage) if usage is not None else None


def _index_by_unit(usage: Any) -> dict[str, float]:
    return {str(each["capacityUnit"]): float(each["quantity"]) for each in usage or ()}


def _read_quota_shares(found: Iterable[Item], usage: Any) -> Iterator[Pool]:
    use = {
        str(each["quotaShareName"]): _index_by_unit(each.get("capacityUsage"))
        for each in usage or ()
    }
    for share in found:
        yield from _read_pools(share, "quotaShareName", use.get(str(share["quotaShareName"]), {}))


def _read_pools(found: Item, name: str, used: Mapping[str, Any] | None) -> Iterator[Pool]:
    """Yield a pool for each limit: a queue with quota shares has limits by instance type, others of all together."""
    disabled = found.get("state") == "DISABLED"
    for limit in found.get("capacityLimits") or [{}]:
        unit = str(limit.get("capacityUnit", ""))
        known = None if used is None else used.get(unit, 0.0)
        yield Pool(str(found[name]), known, limit.get("maxCapacity"), unit, disabled)
