"""The queues of the jobs: there, taking service jobs, large enough, and with the share that their policy wants.

One call for all queues of a stack, one for all their service environments.
https://docs.aws.amazon.com/batch/latest/userguide/service-job-queues.html
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
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

_POLICIES = Call("DescribeSchedulingPolicies", {"arns": "$arns"}, result="schedulingPolicies")
_QUEUES = Call(
    "DescribeJobQueues", {"jobQueues": "$queues"}, result="jobQueues", next_token="nextToken"
)
_SHARES = Call(
    "ListQuotaShares", {"jobQueue": "$queue"}, result="quotaShares", next_token="nextToken"
)
_ENVIRONMENTS = Call(
    "DescribeServiceEnvironments",
    {"serviceEnvironments": "$environments"},
    result="serviceEnvironments",
    next_token="nextToken",
)
_PAGE = 100
_RESOURCES = f"request.{KIND.compute.resources}" if KIND.compute else "request"


def _allowed(
    job: Job, path: str, ask: Callable[[], Any], found: list[ReferenceProblem], default: Any
) -> Any:
    try:
        return ask()
    except Denied as error:
        found.append(denied(job, path, error))
        return default


def find_problems(jobs: Sequence[Job], aws: Aws) -> list[ReferenceProblem]:
    """Everything that is wrong with the jobs' queues and shares."""
    path = "request.jobQueue"
    asked = [job for job in jobs if isinstance(job.request.get("jobQueue"), str)]
    if not asked:
        return []
    found: list[ReferenceProblem] = []
    names = {job.request["jobQueue"] for job in asked}
    queues = _allowed(asked[0], path, lambda: job_queues(aws, names), found, None)
    if queues is None:
        return found
    arns = [
        queue["schedulingPolicyArn"]
        for queue in queues.values()
        if queue.get("schedulingPolicyArn")
    ]
    policies = _allowed(asked[0], path, lambda: scheduling_policies(aws, arns), found, None)
    shares: dict[str, Any] = {}
    order = {arn for queue in queues.values() for arn in _list_environments(queue)}
    environments = _allowed(asked[0], path, lambda: service_environments(aws, order), found, {})
    for job in asked:
        name = job.request["jobQueue"]
        queue = queues.get(name)
        wrong = _queue_trouble(name, queue, aws.region)
        if wrong:
            found.append(ReferenceProblem(job, path, wrong, "preflight.queue"))
            continue
        if queue is None:
            continue
        found.extend(_capacity_trouble(job, name, queue, environments))
        if policies is None:
            continue
        policy = policies.get(queue.get("schedulingPolicyArn", ""), {})
        found.extend(_share_trouble(job, name, policy))
        if "quotaSharePolicy" in policy and isinstance(job.request.get("quotaShareName"), str):
            if name not in shares:
                at = "request.quotaShareName"
                shares[name] = _allowed(job, at, lambda: quota_shares(aws, name), found, None)  # noqa: B023 - called at once
            found.extend(_quota_trouble(job, name, shares[name]))
    return found


def _queue_trouble(name: str, queue: dict[str, Any] | None, region: str) -> str:
    if queue is None:
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


def _share_trouble(job: Job, queue: str, policy: dict[str, Any]) -> Iterator[ReferenceProblem]:
    """A fair-share queue wants `shareIdentifier`, a quota-share queue `quotaShareName`, any other neither."""
    wanted = ""
    if "quotaSharePolicy" in policy:
        wanted = "quotaShareName"
    elif "fairsharePolicy" in policy:
        wanted = "shareIdentifier"
    for name in KIND.request.share_fields:
        given = name in job.request
        path = f"request.{name}"
        if name == wanted and not given:
            shares = [
                share["shareIdentifier"]
                for share in policy.get("fairsharePolicy", {}).get("shareDistribution") or []
            ]
            known = f" (such as {', '.join(shares)})" if shares else ""
            yield ReferenceProblem(
                job, "request", f"{queue} needs {name}{known}", "preflight.share"
            )
        elif name != wanted and given:
            reason = f"its policy needs {wanted}" if wanted else "it has no scheduling policy"
            yield ReferenceProblem(
                job, path, f"{queue} does not support {name}: {reason}", "preflight.share"
            )


def _quota_trouble(
    job: Job, queue: str, shares: dict[str, Any] | None
) -> Iterator[ReferenceProblem]:
    if shares is None:
        return
    name = str(job.request["quotaShareName"])
    path = "request.quotaShareName"
    if name not in shares:
        known = f"; it has {', '.join(sorted(shares))}" if shares else ""
        yield ReferenceProblem(
            job, path, f"{queue} has no quota share {name}{known}", "preflight.share"
        )
    elif shares[name].get("state") != "ENABLED":
        yield ReferenceProblem(
            job, path, f"quota share {name} is {shares[name].get('state')}", "preflight.share"
        )
    elif wrong := explain_share(list_needs(KIND, job.request), shares[name], list(shares.values())):
        message = f"quota share {name} can never start it: {wrong}; it would block the queue"
        yield ReferenceProblem(job, _RESOURCES, message, "preflight.capacity")


def _list_environments(queue: dict[str, Any]) -> list[str]:
    return [str(each["serviceEnvironment"]) for each in queue.get("serviceEnvironmentOrder") or []]


def _capacity_trouble(
    job: Job, name: str, queue: dict[str, Any], environments: dict[str, Any]
) -> Iterator[ReferenceProblem]:
    """A job larger than every environment of its queue never starts. One that cannot be seen may be large enough."""
    known = [environments.get(arn) for arn in _list_environments(queue)]
    seen = [each for each in known if each is not None]
    if not seen or len(seen) != len(known):
        return
    if wrong := explain_environments(list_needs(KIND, job.request), seen):
        message = f"{name} can never start it: {wrong}; it would block the queue"
        yield ReferenceProblem(job, _RESOURCES, message, "preflight.capacity")


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


def service_environments(aws: Aws, arns: Iterable[str]) -> dict[str, dict[str, Any]]:
    """Describe service environments by name and by ARN. Unknown ones are absent."""
    wanted = sorted(set(arns))
    found: dict[str, dict[str, Any]] = {}
    for start in range(0, len(wanted), _PAGE):
        page = {"environments": wanted[start : start + _PAGE]}
        for each in aws.pages("batch", _ENVIRONMENTS, page):
            found[each["serviceEnvironmentName"]] = found[each["serviceEnvironmentArn"]] = each
    return found


def quota_shares(aws: Aws, queue: str) -> dict[str, dict[str, Any]]:
    """List a queue's quota shares by name."""
    return {
        share["quotaShareName"]: share for share in aws.pages("batch", _SHARES, {"queue": queue})
    }
