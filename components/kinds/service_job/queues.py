"""What a job refers to in AWS: queues, scheduling policies, quota shares, solution versions, filters."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from ...aws.client import Aws
from .. import Call

_POLICIES = Call("DescribeSchedulingPolicies", {"arns": "$arns"}, result="schedulingPolicies")
_QUEUES = Call(
    "DescribeJobQueues", {"jobQueues": "$queues"}, result="jobQueues", next_token="nextToken"
)
_SHARES = Call(
    "ListQuotaShares", {"jobQueue": "$queue"}, result="quotaShares", next_token="nextToken"
)
_PAGE = 100


def job_queues(aws: Aws, names: Iterable[str]) -> dict[str, dict[str, Any]]:
    """Describe queues, all in one call where they are at most 100; by name and by ARN. Unknown ones are absent."""
    wanted = sorted(set(names))
    found: dict[str, dict[str, Any]] = {}
    for start in range(0, len(wanted), _PAGE):
        for queue in aws.pages("batch", _QUEUES, {"queues": wanted[start : start + _PAGE]}):
            found[queue["jobQueueName"]] = found[queue["jobQueueArn"]] = queue
    return found


def scheduling_policies(aws: Aws, arns: Iterable[str]) -> dict[str, dict[str, Any]]:
    """Describe scheduling policies by ARN."""
    wanted = sorted(set(arns))
    if not wanted:
        return {}
    policies = aws.call("batch", _POLICIES, {"arns": wanted})
    return {policy["arn"]: policy for policy in policies or []}


def quota_shares(aws: Aws, queue: str) -> dict[str, dict[str, Any]]:
    """List a queue's quota shares by name."""
    return {
        share["quotaShareName"]: share for share in aws.pages("batch", _SHARES, {"queue": queue})
    }
