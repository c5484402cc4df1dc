"""Look before you leap: what the job files refer to exists in AWS and takes these jobs.

One call for all queues of a stack. What the caller may not read is a warning that names the permission.
https://docs.aws.amazon.com/batch/latest/userguide/service-job-queues.html
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any

from .aws import Aws
from .aws.queues import job_queues, quota_shares, scheduling_policies
from .aws.references import reference
from .errors import Denied, Missing, Problem, Rejected
from .jobfile import Job

SHARES = ("shareIdentifier", "quotaShareName")


def problems(jobs: Sequence[Job], aws: Aws) -> list[Problem]:
    """Return what is wrong with the jobs' references, all of it, each with its place."""
    return [*_of_queues(jobs, aws), *_of_references(jobs, aws)]


def _problem(job: Job, path: str, message: str, rule: str, level: str = "error") -> Problem:
    line, column = job.place(path)
    return Problem(job.file, line, column, path, message, rule, level)


def _allowed(
    job: Job, path: str, ask: Callable[[], Any], found: list[Problem], default: Any
) -> Any:
    """Ask; a denied look is a warning, because the caller of a preview may be allowed little."""
    try:
        return ask()
    except Denied as error:
        message = f"not checked: this caller lacks {error.action}"
        found.append(_problem(job, path, message, "preflight.denied", "warning"))
        return default


def _of_queues(jobs: Sequence[Job], aws: Aws) -> list[Problem]:
    path = "request.jobQueue"
    asked = [job for job in jobs if isinstance(job.request.get("jobQueue"), str)]
    if not asked:
        return []
    found: list[Problem] = []
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
    for job in asked:
        name = job.request["jobQueue"]
        queue = queues.get(name)
        wrong = _queue_trouble(name, queue, aws.region)
        if wrong:
            found.append(_problem(job, path, wrong, "preflight.queue"))
            continue
        if policies is None or queue is None:
            continue
        policy = policies.get(queue.get("schedulingPolicyArn", ""), {})
        found.extend(_share_trouble(job, name, policy))
        if "quotaSharePolicy" in policy and job.request.get("quotaShareName"):
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
        return f"{name} is {queue.get('state')} and takes no jobs; enable it or name another queue"
    if queue.get("status") not in ("VALID", "UPDATING"):
        reason = queue.get("statusReason", "")
        return f"{name} is {queue.get('status')}{f': {reason}' if reason else ''}"
    return ""


def _share_trouble(job: Job, queue: str, policy: dict[str, Any]) -> Iterator[Problem]:
    """A fair-share queue wants `shareIdentifier`, a quota-share queue `quotaShareName`, any other neither."""
    wanted = ""
    if "quotaSharePolicy" in policy:
        wanted = "quotaShareName"
    elif "fairsharePolicy" in policy:
        wanted = "shareIdentifier"
    for name in SHARES:
        given = name in job.request
        path = f"request.{name}"
        if name == wanted and not given:
            shares = [
                share["shareIdentifier"]
                for share in policy.get("fairsharePolicy", {}).get("shareDistribution") or []
            ]
            known = f" (such as {', '.join(shares)})" if shares else ""
            yield _problem(job, "request", f"{queue} needs {name}{known}", "preflight.share")
        elif name != wanted and given:
            reason = f"its policy takes {wanted}" if wanted else "it has no scheduling policy"
            yield _problem(job, path, f"{queue} takes no {name}: {reason}", "preflight.share")


def _quota_trouble(job: Job, queue: str, shares: dict[str, Any] | None) -> Iterator[Problem]:
    if shares is None:
        return
    name = str(job.request["quotaShareName"])
    path = "request.quotaShareName"
    if name not in shares:
        known = f"; it has {', '.join(sorted(shares))}" if shares else ""
        yield _problem(job, path, f"{queue} has no quota share {name}{known}", "preflight.share")
    elif shares[name].get("state") != "ENABLED":
        yield _problem(
            job, path, f"quota share {name} is {shares[name].get('state')}", "preflight.share"
        )


def _of_references(jobs: Iterable[Job], aws: Aws) -> list[Problem]:
    """Solution versions and filters of Personalize: there, and ACTIVE."""
    found: list[Problem] = []
    answers: dict[str, tuple[str, str]] = {}
    for job in jobs:
        for field in ("solutionVersionArn", "filterArn"):
            arn, path = job.request.get(field), f"request.{field}"
            if not isinstance(arn, str):
                continue
            if arn not in answers:
                answers[arn] = _reference_trouble(aws, field, arn)
            level, message = answers[arn]
            if message:
                found.append(_problem(job, path, message, "preflight.reference", level))
    return found


def _reference_trouble(aws: Aws, field: str, arn: str) -> tuple[str, str]:
    try:
        record = reference(aws, field, arn)
    except Denied as error:
        return "warning", f"not checked: this caller lacks {error.action}"
    except (Missing, Rejected):
        return "error", f"AWS has no {arn}"
    if record.get("status") != "ACTIVE":
        return "error", f"{arn} is {record.get('status')}, not ACTIVE"
    return "", ""
