"""How a training job passes from status to status, and what it leaves behind.

https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_DescribeTrainingJob.html
"""

from __future__ import annotations

import json
import re
from typing import Any

from ..service import context
from ..service.objects import NotWritable, pack_file, put_object, split_uri
from . import transform
from .models import TrainingBackend
from .records import ENDED, TrainingJob

_MESSAGES = {
    "Pending": "Waiting for capacity",
    "Starting": "Preparing the instances for training",
    "Downloading": "Downloading input data",
    "Training": "Training image download completed. Training in progress.",
    "Uploading": "Uploading generated training model",
    "Completed": "Training job completed",
    "Stopping": "Stopping the training job",
    "Stopped": "Training job stopped",
    "MaxRuntimeExceeded": "Training job stopped: it ran for as long as StoppingCondition allows",
    "Failed": "Training job failed",
}
_NEXT = {"Pending": "Downloading", "Starting": "Downloading", "Downloading": "Training"}


def create(
    backend: TrainingBackend,
    request: dict[str, Any],
    tags: dict[str, str],
    at: float,
    *,
    by_batch: bool,
) -> str:
    """Make a training job of a request that SageMaker takes; return its ARN."""
    own = {tag["Key"]: tag["Value"] for tag in request.get("Tags") or []}
    lag = context.current.tags_lag if by_batch else 0.0
    job = TrainingJob(
        arn=backend.arn(f"training-job/{request['TrainingJobName']}"),
        name=request["TrainingJobName"],
        request={key: value for key, value in request.items() if key != "Tags"},
        created=at,
        modified=at,
        tags=_list_tags({**tags, **own} if lag == 0 else own),
        by_batch=by_batch,
        late_tags=dict(tags) if lag else {},
        late_until=at + (lag or 0.0),
    )
    _enter(backend, job, "Pending" if by_batch else "Starting", at)
    return job.arn


def enter(backend: TrainingBackend, arn: str | None, secondary: str, at: float) -> None:
    """Let a training job that runs be in this secondary status from `at` on."""
    job = backend.by_arn(arn)
    if job is not None and job.status == "InProgress":
        if secondary == "Training":
            job.started = at
        if secondary == "Stopping":
            job.status = "Stopping"
        _enter(backend, job, secondary, at)


def complete(backend: TrainingBackend, arn: str | None, at: float) -> str | None:
    """Write the training job's model and end it; return why it failed after all, where the model cannot be written."""
    job = backend.by_arn(arn)
    if job is not None and job.status not in ENDED:
        try:
            job.artifact = _write_model(backend, job, at)
        except NotWritable as error:
            reason = f"ClientError: Artifact upload failed: {error}"
            end(backend, arn, at, "Failed", failure=reason)
            return reason
        _enter(backend, job, "Uploading", at)
        end(backend, arn, at, "Completed")
    return None


def end(
    backend: TrainingBackend,
    arn: str | None,
    at: float,
    status: str,
    *,
    secondary: str = "",
    failure: str = "",
) -> None:
    """Let the training job be Completed, Failed or Stopped, with a secondary status that may say more."""
    job = backend.by_arn(arn)
    if job is not None and job.status not in ENDED:
        job.status = status
        job.ended = at
        job.failure = failure[:1024] or None
        _enter(backend, job, secondary or status, at)


def go_on_alone(backend: TrainingBackend, arn: str | None) -> None:
    """Let a training job whose service job Batch has forgotten move by itself."""
    job = backend.by_arn(arn)
    if job is not None and job.status not in ENDED:
        job.by_batch = False
        backend.training_jobs_kept.put(job)


def advance(backend: TrainingBackend) -> None:
    """Take the steps that are due of the jobs that Batch does not move; late tags arrive."""
    now = context.now()
    for job, at in backend.training_jobs_kept.pop_due(now):
        if job.late_tags and job.late_until <= at:
            own = {tag["Key"]: tag["Value"] for tag in job.tags}
            job.tags = _list_tags({**job.late_tags, **own})
            job.late_tags = {}
            backend.training_jobs_kept.put(job)
        elif job.status == "Stopping":
            end(backend, job.arn, at, "Stopped")
            if job.by_batch:
                backend.stopped_alone.append(job.arn)
        elif job.secondary in _NEXT:
            enter(backend, job.arn, _NEXT[job.secondary], at)
        elif job.limit < context.pace().running:
            end(backend, job.arn, at, "Stopped", secondary="MaxRuntimeExceeded")
        else:
            complete(backend, job.arn, at)
    transform.advance(backend, now)


def _write_model(backend: TrainingBackend, job: TrainingJob, at: float) -> str:
    """Write the artifact, a tar of one model.json with the hyperparameters; return its URI.

    A slash at the end of S3OutputPath is no second one: https://github.com/aws/sagemaker-python-sdk/issues/4218
    """
    model = {
        "trainingJobName": job.name,
        "image": job.request.get("AlgorithmSpecification", {}).get("TrainingImage"),
        "hyperParameters": job.request.get("HyperParameters") or {},
    }
    path = job.request["OutputDataConfig"]["S3OutputPath"].removesuffix("/")
    uri = f"{path}/{job.name}/output/model.tar.gz"
    bucket, key = split_uri(uri)
    if context.current.double_slash == "merged":
        key = re.sub("/+", "/", key)
    packed = pack_file("model.json", json.dumps(model, indent=2).encode(), at)
    put_object(*backend.place, bucket, key, packed, at)
    return uri


def _list_tags(tags: dict[str, str]) -> list[dict[str, str]]:
    return [{"Key": key, "Value": value} for key, value in tags.items()]


def _enter(backend: TrainingBackend, job: TrainingJob, secondary: str, at: float) -> None:
    before = [dict(transition) for transition in job.transitions]
    if before:
        before[-1]["EndTime"] = at
    entry = {"Status": secondary, "StartTime": at, "StatusMessage": _MESSAGES[secondary]}
    if job.status in ENDED:
        entry["EndTime"] = at
    job.transitions = [*before, entry]
    job.secondary = secondary
    job.modified = at
    backend.training_jobs_kept.put(job)
