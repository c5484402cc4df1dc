"""A service job as Batch shows it: times in milliseconds, no member that does not apply."""

from __future__ import annotations

from typing import Any

from .records import ServiceJob

_FROM_REQUEST = (
    "jobName",
    "serviceJobType",
    "serviceRequestPayload",
    "retryStrategy",
    "schedulingPriority",
    "shareIdentifier",
    "quotaShareName",
    "preemptionConfiguration",
    "timeoutConfig",
)


def detail(job: ServiceJob) -> dict[str, Any]:
    """What DescribeServiceJob answers; `startedAt` is 0 until the job has started."""
    echoed = {name: job.request[name] for name in _FROM_REQUEST if name in job.request}
    shown: dict[str, Any] = {
        **echoed,
        **_common(job),
        "jobQueue": job.queue,
        "startedAt": _ms(job.started or 0),
        "isTerminated": job.terminated,
        "attempts": [_attempt(attempt) for attempt in job.attempts],
    }
    if job.tags:
        shown["tags"] = job.tags
    if job.preempted:
        shown["preemptionSummary"] = {
            "preemptedAttemptCount": len(job.preempted),
            "recentPreemptedAttempts": [_attempt(attempt) for attempt in job.preempted[-10:]],
        }
    return shown


def summary(job: ServiceJob) -> dict[str, Any]:
    """What ListServiceJobs answers of a job."""
    names = ("jobName", "serviceJobType", "shareIdentifier", "quotaShareName")
    shown: dict[str, Any] = {name: job.request[name] for name in names if name in job.request}
    shown |= _common(job)
    if job.started is not None:
        shown["startedAt"] = _ms(job.started)
    if job.terminated:
        shown["isTerminated"] = True
    return shown


def _common(job: ServiceJob) -> dict[str, Any]:
    shown: dict[str, Any] = {
        "jobArn": job.arn,
        "jobId": job.id,
        "status": job.status,
        "createdAt": _ms(job.created),
        "capacityUsage": [
            {"capacityUnit": kind, "quantity": float(count)} for kind, count in job.needs.items()
        ],
    }
    if job.reason is not None:
        shown["statusReason"] = job.reason
    if job.scheduled is not None:
        shown["scheduledAt"] = _ms(job.scheduled)
    if job.stopped is not None:
        shown["stoppedAt"] = _ms(job.stopped)
    if job.training_job is not None:
        shown["latestAttempt"] = {"serviceResourceId": _resource(job.training_job)}
    return shown


def _attempt(attempt: dict[str, Any]) -> dict[str, Any]:
    shown: dict[str, Any] = {"stoppedAt": _ms(attempt["stopped"])}
    if attempt["training_job"] is not None:
        shown["serviceResourceId"] = _resource(attempt["training_job"])
    if attempt["started"] is not None:
        shown["startedAt"] = _ms(attempt["started"])
    if attempt["reason"] is not None:
        shown["statusReason"] = attempt["reason"]
    return shown


def _resource(arn: str) -> dict[str, str]:
    return {"name": "TrainingJobArn", "value": arn}


def _ms(seconds: float) -> int:
    return int(seconds * 1000)
