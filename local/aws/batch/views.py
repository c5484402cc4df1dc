"""A service job as Batch shows it: times in milliseconds, no member that does not apply."""

from __future__ import annotations

from ..service.operations import Json
from ..service.shapes import keep_members, output
from .records import ServiceJob


def describe(job: ServiceJob) -> Json:
    """Return what DescribeServiceJob answers; `startedAt` is 0 until the job has started."""
    preempted = {
        "preemptedAttemptCount": len(job.preempted),
        "recentPreemptedAttempts": [_show_attempt(attempt) for attempt in job.preempted[-10:]],
    }
    values = {
        **_collect(job),
        "jobQueue": job.queue,
        "startedAt": _ms(job.started or 0),
        "isTerminated": job.terminated,
        "attempts": [_show_attempt(attempt) for attempt in job.attempts],
        "tags": job.tags,
        "preemptionSummary": preempted if job.preempted else None,
    }
    return keep_members(values, output("batch", "DescribeServiceJob"))


def summarize(job: ServiceJob) -> Json:
    """Return what ListServiceJobs answers of a job."""
    shape = output("batch", "ListServiceJobs").members["jobSummaryList"].member
    values = {**_collect(job), "isTerminated": job.terminated or None}
    return keep_members(values, shape)


def _collect(job: ServiceJob) -> Json:
    arn = job.training_job
    return {
        **job.request,
        "jobArn": job.arn,
        "jobId": job.id,
        "status": job.status,
        "statusReason": job.reason,
        "createdAt": _ms(job.created),
        "scheduledAt": None if job.scheduled is None else _ms(job.scheduled),
        "startedAt": None if job.started is None else _ms(job.started),
        "stoppedAt": None if job.stopped is None else _ms(job.stopped),
        "latestAttempt": None if arn is None else {"serviceResourceId": _show_resource(arn)},
        "capacityUsage": [
            {"capacityUnit": kind, "quantity": float(count)} for kind, count in job.needs.items()
        ],
    }


def _show_attempt(attempt: Json) -> Json:
    shown: Json = {"stoppedAt": _ms(attempt["stopped"])}
    if attempt["training_job"] is not None:
        shown["serviceResourceId"] = _show_resource(attempt["training_job"])
    if attempt["started"] is not None:
        shown["startedAt"] = _ms(attempt["started"])
    if attempt["reason"] is not None:
        shown["statusReason"] = attempt["reason"]
    return shown


def _show_resource(arn: str) -> dict[str, str]:
    return {"name": "TrainingJobArn", "value": arn}


def _ms(seconds: float) -> int:
    return int(seconds * 1000)
