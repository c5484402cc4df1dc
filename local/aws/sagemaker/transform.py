"""Transform jobs: created, described, listed, stopped; how each passes from status to status, and what it writes.

https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_CreateTransformJob.html
"""

from __future__ import annotations

from datetime import timezone

from moto.sagemaker.exceptions import ValidationError

from ..service import context
from ..service.objects import NotWritable, read_inputs, write_outputs
from ..service.operations import Json
from ..service.refusal import Refusal
from ..service.shapes import keep_members, output
from .jobs import check_running, list_jobs, summarize
from .models import TrainingBackend
from .records import ENDED, TransformJob


def create(backend: TrainingBackend, request: Json) -> Json:
    """Start a transform job, if its model exists."""
    name = request["TransformJobName"]
    arn = backend.arn(f"transform-job/{name}")
    if name in backend.transform_jobs_kept:
        raise Refusal("ResourceInUse", f"Job name must be unique: {arn} already exists.")
    describe_model(backend, request)
    if request.get("MaxConcurrentTransforms", 1) * request.get("MaxPayloadInMB", 6) > 100:
        message = "MaxConcurrentTransforms * MaxPayloadInMB cannot exceed 100 MB"
        raise Refusal("ValidationException", message)
    at = context.begin()
    own = {key: value for key, value in request.items() if key != "Tags"}
    tags = request.get("Tags") or []
    job = TransformJob(name=name, arn=arn, request=own, created=at, since=at, tags=tags)
    backend.transform_jobs_kept.put(job)
    return {"TransformJobArn": arn}


def describe(backend: TrainingBackend, request: Json) -> Json:
    """Describe one job, with everything that it was created with."""
    job = _find(backend, request)
    shown = {**job.request, **summarize(job), "TransformStartTime": job.created}
    return keep_members(shown, output("sagemaker", "DescribeTransformJob"))


def list_all(backend: TrainingBackend, request: Json) -> Json:
    """List jobs, the newest first unless asked otherwise."""
    return list_jobs(backend.transform_jobs_kept, request, "Transform", "Descending")


def stop(backend: TrainingBackend, request: Json) -> Json:
    """Stop a job that runs."""
    job = _find(backend, request)
    check_running(job, "transform job")
    job.held = False
    _enter(backend, job, "Stopping", context.now())
    return {}


def describe_model(backend: TrainingBackend, request: Json) -> Json:
    """Describe a model, which is moto's, without the empty members that AWS does not answer."""
    try:
        model: Json = backend.describe_model(request["ModelName"]).response_object
    except ValidationError as error:
        raise Refusal("ValidationException", error.message) from error
    given = {name: value for name, value in model.items() if value not in ({}, [])}
    created = model["CreationTime"].replace(tzinfo=timezone.utc).timestamp()
    return keep_members({**given, "CreationTime": created}, output("sagemaker", "DescribeModel"))


def _find(backend: TrainingBackend, request: Json) -> TransformJob:
    name = request["TransformJobName"]
    job = backend.transform_jobs_kept.get(name)
    if job is None:
        raise Refusal("ValidationException", f"Could not find requested job with name: {name}")
    return job


def advance(backend: TrainingBackend, now: float) -> None:
    """Take every step that is due by `now`."""
    for job, at in backend.transform_jobs_kept.pop_due(now):
        _finish(backend, job, "Stopped" if job.status == "Stopping" else "Completed", at)


def move(backend: TrainingBackend, job: TransformJob, asked: Json) -> None:
    """Force a job into a status and hold it there, as the control API asks."""
    status, at = asked.get("status"), context.now()
    job.held = bool(asked.get("hold", True))
    if status in ENDED:
        reason = "AlgorithmError: forced to fail" if status == "Failed" else ""
        _finish(backend, job, status, at, asked.get("reason") or reason)
    elif status in (None, "InProgress", "Stopping"):
        _enter(backend, job, status or job.status, at)
    else:
        raise ValueError(f"status takes one of InProgress, Stopping, {', '.join(ENDED)}")


def _finish(
    backend: TrainingBackend, job: TransformJob, status: str, at: float, reason: str = ""
) -> None:
    """End a job; a completed one has written its results, or fails."""
    if status == "Completed":
        reason = _write_results(backend, job, at)
    job.ended, job.failure = at, reason or None
    _enter(backend, job, "Failed" if reason else status, at)


def _enter(backend: TrainingBackend, job: TransformJob, status: str, at: float) -> None:
    job.status, job.since = status, at
    backend.transform_jobs_kept.put(job)


def _write_results(backend: TrainingBackend, job: TransformJob, at: float) -> str:
    """Write `<output>/<input file>.out`, a number for each line; return why that failed, or nothing."""
    uri = job.request["TransformInput"]["DataSource"]["S3DataSource"]["S3Uri"]
    inputs = read_inputs(*backend.place, uri)
    if not inputs:
        return f"ClientError: No S3 objects found under {uri}"
    outputs = {
        key: "".join(f"{len(line) % 97 / 97:.4f}\n" for line in body.splitlines())
        for key, body in inputs.items()
    }
    try:
        target = job.request["TransformOutput"]["S3OutputPath"]
        write_outputs(*backend.place, target, outputs, at)
    except NotWritable as error:
        return f"ClientError: {error}"
    return ""
