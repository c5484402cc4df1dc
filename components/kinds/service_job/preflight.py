"""The queues of the jobs: there, taking service jobs, large enough, and with the share that their policy wants.

One call for all queues of a stack, one for all their service environments.
https://docs.aws.amazon.com/batch/latest/userguide/service-job-queues.html
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any

from ...aws import Aws
from ...errors import Denied
from ...jobfile import Job
from ...preflight.problem import ReferenceProblem, denied
from .. import Call
from ..sagemaker.preflight import find_example_record
from .capacity import explain_environments, explain_share, list_needs
from .table import KIND

__all__ = ["find_example_record", "find_problems"]

_QUEUES = Call("DescribeJobQueues", {"jobQueues": "$names"}, "jobQueues", "nextToken")
_ENVIRONMENTS = Call(
    "DescribeServiceEnvironments",
    {"serviceEnvironments": "$names"},
    "serviceEnvironments",
    "nextToken",
)
_POLICIES = Call("DescribeSchedulingPolicies", {"arns": "$arns"}, "schedulingPolicies")
_SHARES = Call("ListQuotaShares", {"jobQueue": "$queue"}, "quotaShares", "nextToken")
_PAGE = 100
_RESOURCES = f"request.{KIND.compute.resources}" if KIND.compute else "request"

Item = Mapping[str, Any]


def find_problems(jobs: Sequence[Job], aws: Aws) -> list[ReferenceProblem]:
    """Return everything that is wrong with the jobs' queues and shares."""
    asked = [job for job in jobs if isinstance(job.request.get("jobQueue"), str)]
    found: list[ReferenceProblem] = []
    if not asked:
        return found

    def ask(job: Job, path: str, read: Callable[[], dict[str, Item]]) -> dict[str, Item] | None:
        try:
            return read()
        except Denied as error:
            found.append(denied(job, path, error))
            return None

    first, path = asked[0], "request.jobQueue"
    names = {job.request["jobQueue"] for job in asked}
    queues = ask(first, path, lambda: describe_queues(aws, names))
    if queues is None:
        return found
    arns = {str(queue.get("schedulingPolicyArn", "")) for queue in queues.values()} - {""}
    policies = ask(first, path, lambda: describe_policies(aws, arns))
    order = {arn for queue in queues.values() for arn in _list_environments(queue)}
    environments = ask(first, path, lambda: describe_environments(aws, order)) or {}
    shares: dict[str, dict[str, Item] | None] = {}
    for job in asked:
        name = job.request["jobQueue"]
        queue = queues.get(name, {})
        if wrong := _explain_queue(name, queue, aws.region):
            found.append(ReferenceProblem(job, path, wrong, "preflight.queue"))
            continue
        found.extend(_check_capacity(job, queue, environments))
        if policies is None:
            continue
        policy = policies.get(queue.get("schedulingPolicyArn", ""), {})
        found.extend(_check_share_fields(job, policy))
        if "quotaSharePolicy" in policy and isinstance(job.request.get("quotaShareName"), str):
            if name not in shares:
                at = "request.quotaShareName"
                shares[name] = ask(job, at, lambda: list_quota_shares(aws, name))  # noqa: B023 - called at once
            found.extend(_check_quota_share(job, shares[name]))
    return found


def _explain_queue(name: str, queue: Item, region: str) -> str:
    if not queue:
        return f"there is no job queue {name} in {region}"
    if queue.get("jobQueueType") != "SAGEMAKER_TRAINING":
        kind = queue.get("jobQueueType", "container")
        return (
            f"{name} is a queue for {kind} jobs; service jobs need one of type SAGEMAKER_TRAINING"
        )
    if queue.get("state") != "ENABLED":
        return f"{name} is {queue.get('state')} and does not accept jobs; enable it or use another queue"
    if queue.get("status") not in ("VALID", "UPDATING"):
        reason = queue.get("statusReason", "")
        return f"{name} is {queue.get('status')}{f': {reason}' if reason else ''}"
    return ""


def _check_share_fields(job: Job, policy: Item) -> Iterator[ReferenceProblem]:
    """A fair-share queue wants `shareIdentifier`, a quota-share queue `quotaShareName`, any other neither."""
    queue, wanted = job.request["jobQueue"], ""
    if "quotaSharePolicy" in policy:
        wanted = "quotaShareName"
    elif "fairsharePolicy" in policy:
        wanted = "shareIdentifier"
    for name in KIND.request.share_fields:
        given = name in job.request
        if name == wanted and not given:
            distribution = policy.get("fairsharePolicy", {}).get("shareDistribution") or []
            shares = ", ".join(share["shareIdentifier"] for share in distribution)
            message = f"{queue} needs {name}{f' (such as {shares})' if shares else ''}"
            yield ReferenceProblem(job, "request", message, "preflight.share")
        elif name != wanted and given:
            reason = f"its policy needs {wanted}" if wanted else "it has no scheduling policy"
            message = f"{queue} does not support {name}: {reason}"
            yield ReferenceProblem(job, f"request.{name}", message, "preflight.share")


def _check_quota_share(job: Job, shares: dict[str, Item] | None) -> Iterator[ReferenceProblem]:
    if shares is None:
        return
    queue, name = job.request["jobQueue"], job.request["quotaShareName"]
    path, rule = "request.quotaShareName", "preflight.share"
    if name not in shares:
        known = f"; it has {', '.join(sorted(shares))}" if shares else ""
        yield ReferenceProblem(job, path, f"{queue} has no quota share {name}{known}", rule)
    elif (state := shares[name].get("state")) != "ENABLED":
        yield ReferenceProblem(job, path, f"quota share {name} is {state}", rule)
    elif wrong := explain_share(list_needs(KIND, job.request), shares[name], list(shares.values())):
        message = f"quota share {name} can never start it: {wrong}; it would block the queue"
        yield ReferenceProblem(job, _RESOURCES, message, "preflight.capacity")


def _list_environments(queue: Item) -> list[str]:
    return [str(each["serviceEnvironment"]) for each in queue.get("serviceEnvironmentOrder") or []]


def _check_capacity(
    job: Job, queue: Item, environments: Mapping[str, Item]
) -> Iterator[ReferenceProblem]:
    """A job larger than every environment of its queue never starts. One that cannot be seen may be large enough."""
    arns = _list_environments(queue)
    seen = [environments[arn] for arn in arns if arn in environments]
    if not seen or len(seen) != len(arns):
        return
    if wrong := explain_environments(list_needs(KIND, job.request), seen):
        name = job.request["jobQueue"]
        message = f"{name} can never start it: {wrong}; it would block the queue"
        yield ReferenceProblem(job, _RESOURCES, message, "preflight.capacity")


def describe_queues(aws: Aws, names: Iterable[str]) -> dict[str, Item]:
    """Return queues by name and by ARN, all in one call where they are at most 100. Unknown ones are absent."""
    return _describe(aws, _QUEUES, names, "jobQueue")


def describe_environments(aws: Aws, names: Iterable[str]) -> dict[str, Item]:
    """Return service environments by name and by ARN. Unknown ones are absent."""
    return _describe(aws, _ENVIRONMENTS, names, "serviceEnvironment")


def _describe(aws: Aws, call: Call, names: Iterable[str], noun: str) -> dict[str, Item]:
    wanted = sorted(set(names))
    found: dict[str, Item] = {}
    for start in range(0, len(wanted), _PAGE):
        for each in aws.pages("batch", call, {"names": wanted[start : start + _PAGE]}):
            found[each[f"{noun}Name"]] = found[each[f"{noun}Arn"]] = each
    return found


def describe_policies(aws: Aws, arns: Iterable[str]) -> dict[str, Item]:
    """Return scheduling policies by ARN."""
    wanted = sorted(set(arns))
    policies = aws.call("batch", _POLICIES, {"arns": wanted}) if wanted else ()
    return {policy["arn"]: policy for policy in policies or ()}


def list_quota_shares(aws: Aws, queue: str) -> dict[str, Item]:
    """Return a queue's quota shares by name."""
    return {
        share["quotaShareName"]: share for share in aws.pages("batch", _SHARES, {"queue": queue})
    }
