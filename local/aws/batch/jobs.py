"""Describe, list, update and terminate service jobs.

https://docs.aws.amazon.com/batch/latest/APIReference/API_ListServiceJobs.html
"""

from __future__ import annotations

import uuid
from collections.abc import Callable

from ..service import context
from ..service.operations import Json, page
from ..service.refusal import Refusal
from . import life
from .models import ServiceJobBackend
from .names import check_range, matches, refuse
from .queues import queues
from .records import ENDED, ServiceJob
from .submit import MAX_PRIORITY
from .views import describe as describe_job
from .views import name_job, summarize

MAX_TERMINATED = 50


def describe(backend: ServiceJobBackend, request: Json) -> Json:
    """One job, with its payload and its attempts."""
    return describe_job(find(backend, request["jobId"]))


def list_all(backend: ServiceJobBackend, request: Json) -> Json:
    """A queue's jobs, the newest first; the running ones where nothing else is asked for."""
    if not request.get("jobQueue"):
        raise refuse("jobQueue must be specified")
    queue = queues.find(backend, request["jobQueue"])
    is_wanted = _read_filter(request)
    seen = context.now() - context.current.list_lag
    jobs = [
        job
        for job in backend.service_jobs
        if job.queue == queue.arn and job.created <= seen and is_wanted(job)
    ]
    return page(
        jobs,
        request,
        "jobSummaryList",
        summarize,
        "ClientException",
        rank=lambda job: [job.created, job.number],
        reverse=True,
    )


def update(backend: ServiceJobBackend, request: Json) -> Json:
    """Change the scheduling priority; a job that waits moves in its queue."""
    job = find(backend, request["jobId"])
    check_range(request, "schedulingPriority", 0, MAX_PRIORITY)
    if job.status in ENDED:
        raise refuse(f"Service job {job.id} is {job.status}: its priority cannot be changed")
    at = context.now()
    if job.status == "RUNNABLE":
        life.note_move(backend, job, at)
    job.request = {**job.request, "schedulingPriority": request["schedulingPriority"]}
    job.ranked = at
    backend.service_jobs.put(job)
    if job.status == "RUNNABLE":
        life.note_move(backend, job, at)
    if job.id in backend.waiting:
        backend.wait(job)
    return name_job(job)


def terminate(backend: ServiceJobBackend, request: Json) -> Json:
    """End a job; one that Batch does not know, or that has ended, is as good as terminated."""
    job = backend.service_jobs.get(_read_id(backend, request["jobId"]))
    if job is not None:
        life.terminate(backend, job, request["reason"], context.now())
    return {}


def terminate_many(backend: ServiceJobBackend, request: Json) -> Json:
    """End up to 50 jobs, and report each by itself."""
    ids = request["jobs"]
    if not 1 <= len(ids) <= MAX_TERMINATED:
        raise refuse(f"jobs takes 1 to {MAX_TERMINATED} service job ids, not {len(ids)}")
    successful: list[str] = []
    errors: list[dict[str, str]] = []
    for job_id in ids:
        try:
            terminate(backend, {"jobId": job_id, "reason": request["reason"]})
            successful.append(job_id)
        except Refusal as refusal:
            message = refusal.message
            errors.append({"job": job_id, "code": "ValidationException", "message": message})
    return {"successful": successful, "errors": errors}


def find(backend: ServiceJobBackend, job_id: str) -> ServiceJob:
    """The job of this id or ARN."""
    job = backend.service_jobs.get(_read_id(backend, job_id))
    if job is None:
        raise refuse(f"Service job {job_id} does not exist")
    return job


def _read_id(backend: ServiceJobBackend, wanted: str) -> str:
    """Return the id of a job that is named by its id or, as AWS's own SDKs do, by its ARN.

    https://github.com/aws/sagemaker-python-sdk/blob/master/sagemaker-train/src/sagemaker/train/aws_batch/training_queued_job.py
    """
    job_id = wanted.removeprefix(backend.arn("service-job/"))
    try:
        uuid.UUID(job_id)
    except ValueError as error:
        raise refuse(f"{wanted} is not the id or the ARN of a service job here") from error
    return job_id


def _read_filter(request: Json) -> Callable[[ServiceJob], bool]:
    """Return what the request asks for: a status, RUNNING where it says nothing, or one filter."""
    filters = request.get("filters") or []
    status = request.get("jobStatus") or "RUNNING"
    if not filters:
        return lambda job: job.status == status
    if len(filters) > 1:
        raise refuse("Only one filter can be used at a time")
    name, values = filters[0].get("name"), filters[0].get("values") or []
    if not values:
        raise refuse(f"The filter {name} needs a value")
    if name == "JOB_NAME":
        patterns = [value.lower() for value in values]
        return lambda job: any(matches(each, job.request["jobName"].lower()) for each in patterns)
    if name in ("BEFORE_CREATED_AT", "AFTER_CREATED_AT"):
        try:
            limit = int(values[0])
        except ValueError as error:
            message = f"The filter {name} takes milliseconds since the epoch, not {values[0]}"
            raise refuse(message) from error
        if name == "BEFORE_CREATED_AT":
            return lambda job: int(job.created * 1000) < limit
        return lambda job: int(job.created * 1000) > limit
    if name in ("SHARE_IDENTIFIER", "QUOTA_SHARE_NAME"):
        member = "shareIdentifier" if name == "SHARE_IDENTIFIER" else "quotaShareName"
        # the one kind of filter beside which the status counts
        return lambda job: job.request.get(member) in values and job.status == status
    raise refuse(
        f"{name} is not a filter: the filters are JOB_NAME, BEFORE_CREATED_AT, AFTER_CREATED_AT, "
        "SHARE_IDENTIFIER and QUOTA_SHARE_NAME"
    )
