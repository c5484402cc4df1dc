"""Transform jobs: created, described, listed, stopped; how each passes from status to status, and what it writes.

https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_CreateTransformJob.html
"""

from __future__ import annotations

from datetime import timezone

from moto.sagemaker.exceptions import ValidationError

from ..service import context
from ..service.objects import NotWritable, keys_under, put_object, read_object, split_uri
from ..service.operations import Json
from ..service.refusal import Refusal
from ..service.shapes import service
from .lists import list_jobs
from .records import ENDED, TransformJob
from .state import TrainingState


def create(state: TrainingState, request: Json) -> Json:
    """Start a transform job, if its model exists."""
    name = request["TransformJobName"]
    arn = f"arn:{state.partition}:sagemaker:{state.region_name}:{state.account_id}:transform-job/{name}"
    if name in state.transform_jobs_kept:
        raise Refusal("ResourceInUse", f"Job name must be unique: {arn} already exists.")
    find_model(state, request["ModelName"])
    if request.get("MaxConcurrentTransforms", 1) * request.get("MaxPayloadInMB", 6) > 100:
        message = "MaxConcurrentTransforms * MaxPayloadInMB cannot exceed 100 MB"
        raise Refusal("ValidationException", message)
    at = context.begin()
    own = {key: value for key, value in request.items() if key != "Tags"}
    job = TransformJob(name, arn, own, at, at, tags=request.get("Tags") or [])
    put(state, job)
    return {"TransformJobArn": arn}


def describe(state: TrainingState, request: Json) -> Json:
    """Describe one job, with everything that it was created with."""
    return _show(find(state, request["TransformJobName"]), "DescribeTransformJob")


def list_all(state: TrainingState, request: Json) -> Json:
    """List jobs, the newest first unless asked otherwise."""
    jobs = state.transform_jobs_kept
    return list_jobs(jobs, request, "TransformJobSummaries", _summarize, "Descending")


def stop(state: TrainingState, request: Json) -> Json:
    """Stop a job that runs."""
    job = find(state, request["TransformJobName"])
    if job.status != "InProgress":
        message = f"The request was rejected because the transform job is in status {job.status}."
        raise Refusal("ValidationException", message)
    job.held = False
    enter(state, job, "Stopping", context.now())
    return {}


def find_model(state: TrainingState, name: str) -> Json:
    """Return a model, which is moto's, as DescribeModel answers."""
    try:
        model: Json = state.describe_model(name).response_object
    except ValidationError as error:
        raise Refusal("ValidationException", error.message) from error
    shape = service("sagemaker").operation_model("DescribeModel").output_shape
    # moto has empty members where AWS has none
    shown = {
        member: model[member] for member in shape.members if model.get(member) not in ({}, [], None)
    }
    return {**shown, "CreationTime": model["CreationTime"].replace(tzinfo=timezone.utc).timestamp()}


def find(state: TrainingState, name: str) -> TransformJob:
    """Return the job of this name."""
    job = state.transform_jobs_kept.get(name)
    if job is None:
        raise Refusal("ValidationException", f"Could not find requested job with name: {name}")
    return job


def _show(job: TransformJob, operation: str) -> Json:
    shape = service("sagemaker").operation_model(operation).output_shape
    shown = {**job.request, **_summarize(job), "TransformStartTime": job.created}
    return {name: value for name, value in shown.items() if name in shape.members}


def _summarize(job: TransformJob) -> Json:
    ended = {} if job.ended is None else {"TransformEndTime": job.ended}
    failure = {} if job.failure is None else {"FailureReason": job.failure}
    return {
        "TransformJobName": job.name,
        "TransformJobArn": job.arn,
        "TransformJobStatus": job.status,
        "CreationTime": job.created,
        "LastModifiedTime": job.since,
        **ended,
        **failure,
    }


def advance(state: TrainingState, now: float) -> None:
    """Take every step that is due by `now`."""
    while (entry := state.transform_agenda.pop(now)) is not None:
        job = state.transform_jobs_kept.get(entry[0])
        if job is not None and job.status not in ENDED:
            finish(state, job, "Stopped" if job.status == "Stopping" else "Completed", entry[1])


def move(state: TrainingState, job: TransformJob, asked: Json) -> None:
    """Force a job into a status and hold it there, as the control API asks."""
    status, at = asked.get("status"), context.now()
    job.held = bool(asked.get("hold", True))
    if status in ENDED:
        reason = "AlgorithmError: forced to fail" if status == "Failed" else ""
        finish(state, job, status, at, asked.get("reason") or reason)
    elif status in (None, "InProgress", "Stopping"):
        enter(state, job, status or job.status, at)
    else:
        raise ValueError(f"status takes one of InProgress, Stopping, {', '.join(ENDED)}")


def finish(
    state: TrainingState, job: TransformJob, status: str, at: float, reason: str = ""
) -> None:
    """End a job; a completed one has written its results, or fails."""
    if status == "Completed":
        reason = _write_results(state, job, at)
    job.ended, job.failure = at, reason or None
    enter(state, job, "Failed" if reason else status, at)


def enter(state: TrainingState, job: TransformJob, status: str, at: float) -> None:
    """Let a job be in this status from `at` on."""
    job.status, job.since = status, at
    put(state, job)


def put(state: TrainingState, job: TransformJob) -> None:
    """Keep a job as it is now, and plan its next step."""
    state.transform_jobs_kept.put(job)
    pace = context.pace()
    if job.held or job.status in ENDED:
        state.transform_agenda.cancel(job.name)
    else:
        seconds = pace.stopping if job.status == "Stopping" else pace.running
        state.transform_agenda.set(job.name, job.since + seconds)


def _write_results(state: TrainingState, job: TransformJob, at: float) -> str:
    """Write `<output>/<input file>.out`, a number for each line; return why that failed, or nothing."""
    place = (state.account_id, state.region_name)
    uri = job.request["TransformInput"]["DataSource"]["S3DataSource"]["S3Uri"]
    bucket, prefix = split_uri(uri)
    keys = [key for key in keys_under(*place, bucket, prefix) if not key.endswith("/")]
    if not keys:
        return f"ClientError: No S3 objects found under {uri}"
    target, folder = split_uri(job.request["TransformOutput"]["S3OutputPath"])
    for key in keys:
        lines = (read_object(*place, bucket, key) or b"").splitlines()
        body = "".join(f"{len(line) % 97 / 97:.4f}\n" for line in lines).encode()
        name = f"{folder.removesuffix('/')}/{key.rpartition('/')[2]}.out".lstrip("/")
        try:
            put_object(*place, target, name, body, at)
        except NotWritable as error:
            return f"ClientError: {error}"
    return ""
