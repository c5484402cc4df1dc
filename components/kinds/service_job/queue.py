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
from .preflight import job_queues, quota_shares, scheduling_policies, service_environments

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
    found = job_queues(aws, [name]).get(name)
    if found is None:
        raise Missing(f"there is no job queue {name} in {aws.region}")
    arn = str(found["jobQueueArn"])
    order = sorted(found.get("serviceEnvironmentOrder") or [], key=lambda each: each["order"])
    names = [str(each["serviceEnvironment"]) for each in order]
    described = service_environments(aws, names)
    environments = [described[name] for name in names if name in described]
    snapshot = aws.call("batch", _SNAPSHOT, {"queue": arn})
    use = snapshot.get("queueUtilization") or {}
    policy_arn = found.get("schedulingPolicyArn")
    policy = scheduling_policies(aws, [policy_arn]).get(policy_arn, {}) if policy_arn else {}
    used = _sum(use.get("totalCapacityUsage"))
    by_quota = (use.get("quotaShareUtilization") or {}).get("topCapacityUtilization")
    by_share = (use.get("fairshareUtilization") or {}).get("topCapacityUtilization")
    scheduling, shares = "first in, first out", list(_fair_shares(by_share))
    if "fairsharePolicy" in policy:
        scheduling = "fair share"
    elif "quotaSharePolicy" in policy:
        scheduling = "quota shares"
        shares = list(_quota_shares(quota_shares(aws, arn).values(), by_quota))
    return Queue(
        name=str(found["jobQueueName"]),
        arn=arn,
        state=str(found.get("state", "")),
        status=str(found.get("status", "")),
        reason=str(found.get("statusReason", "")),
        scheduling=scheduling,
        used=used,
        environments=tuple(_environments(environments, use.get("totalCapacityUsage"))),
        shares=tuple(shares),
        front=_arns((snapshot.get("frontOfQueue") or {}).get("jobs")),
        lines=scheduling == "quota shares",
        runs={each.arn: each for status in statuses for each in _list(aws, kind, arn, status)},
    )


def _list(aws: Aws, kind: Kind, queue: str, status: str) -> Iterator[Glance]:
    items = aws.pages("batch", _LIST, {"queue": queue, "status": status})
    for item in islice(items, 100):
        created = to_milliseconds(item.get("createdAt"))
        outputs = read_outputs(kind, item)
        outputs["share"] = str(item.get("shareIdentifier") or item.get("quotaShareName") or "")
        yield Glance(
            str(item["jobArn"]), str(item["jobName"]), created, str(item["status"]), outputs
        )


def _arns(jobs: Any) -> tuple[str, ...]:
    return tuple(str(each["jobArn"]) for each in jobs or ())


def _sum(usage: Any) -> float | None:
    return sum(float(each["quantity"]) for each in usage) if usage is not None else None


def _environments(
    found: Iterable[Mapping[str, Any]], usage: Iterable[Mapping[str, Any]] | None
) -> Iterator[Pool]:
    """One pool a limit: a queue with quota shares has limits by instance type, others of all types together."""
    by_unit = {str(each["capacityUnit"]): float(each["quantity"]) for each in usage or ()}
    for each in found:
        name, disabled = str(each["serviceEnvironmentName"]), each.get("state") == "DISABLED"
        for limit in each.get("capacityLimits") or [{}]:
            unit = str(limit.get("capacityUnit", ""))
            used = sum(by_unit.values()) if unit == ALL else by_unit.get(unit, 0.0)
            known = used if usage is not None else None
            yield Pool(name, known, limit.get("maxCapacity"), unit, disabled)


def _fair_shares(usage: Any) -> Iterator[Pool]:
    for each in usage or ():
        yield Pool(str(each["shareIdentifier"]), _sum(each.get("capacityUsage")))


def _quota_shares(found: Iterable[Mapping[str, Any]], usage: Any) -> Iterator[Pool]:
    use = {str(each["quotaShareName"]): each.get("capacityUsage") or [] for each in usage or ()}
    for share in found:
        name, disabled = str(share["quotaShareName"]), share.get("state") == "DISABLED"
        by_unit = {str(e["capacityUnit"]): float(e["quantity"]) for e in use.get(name, ())}
        for limit in share.get("capacityLimits") or [{}]:
            unit = str(limit.get("capacityUnit", ""))
            yield Pool(name, by_unit.get(unit, 0.0), limit.get("maxCapacity"), unit, disabled)
