"""A service job as Batch shows it: times in milliseconds, no member that does not apply."""

from __future__ import annotations

from collections.abc import Mapping

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
        "startedAt": _to_milliseconds(job.started or 0),
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


def name_job(job: ServiceJob) -> Json:
    """Return what a submission or an update answers."""
    return {"jobArn": job.arn, "jobName": job.request["jobName"], "jobId": job.id}


def show_usage(needs: Mapping[str, int]) -> list[Json]:
    """Return instances by type as capacity: the unit is the type."""
    return [
        {"capacityUnit": kind, "quantity": float(count)} for kind, count in sorted(needs.items())
    ]


def _collect(job: ServiceJob) -> Json:
    resource = _show_resource(job.training_job)
    return {
        **job.request,
        **name_job(job),
        "status": job.status,
        "statusReason": job.reason,
        "createdAt": _to_milliseconds(job.created),
        "scheduledAt": _to_milliseconds(job.scheduled),
        "startedAt": _to_milliseconds(job.started),
        "stoppedAt": _to_milliseconds(job.stopped),
        "latestAttempt": None if resource is None else {"serviceResourceId": resource},
        "capacityUsage": show_usage(job.needs),
    }


def _show_attempt(attempt: Json) -> Json:
    shown = {
        "startedAt": _to_milliseconds(attempt["started"]),
        "stoppedAt": _to_milliseconds(attempt["stopped"]),
        "serviceResourceId": _show_resource(attempt["training_job"]),
        "statusReason": attempt["reason"],
    }
    return {name: value for name, value in shown.items() if value is not None}


def _show_resource(arn: str | None) -> Json | None:
    return None if arn is None else {"name": "TrainingJobArn", "value": arn}


def _to_milliseconds(seconds: float | None) -> int | None:
    return None if seconds is None else int(seconds * 1000)
