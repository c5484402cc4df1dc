"""How a training job passes from status to status, and what it leaves behind.

https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_DescribeTrainingJob.html
"""

from __future__ import annotations

from typing import Any

from ..service import context
from ..service.objects import NotWritable
from . import results, transform
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
    """A new training job from a request that SageMaker takes; its ARN."""
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
    """The training job's secondary status is this one from `at` on."""
    job = backend.by_arn(arn)
    if job is not None and job.status == "InProgress":
        if secondary == "Training":
            job.started = at
        _enter(backend, job, secondary, at)


def complete(backend: TrainingBackend, arn: str | None, at: float) -> str | None:
    """The training job has succeeded: its model lies in S3, its lines in CloudWatch.

    The reason why it failed after all, where the model could not be written.
    """
    job = backend.by_arn(arn)
    if job is not None and job.status not in ENDED:
        try:
            job.artifact = results.write_model(backend, job, at)
        except NotWritable as error:
            reason = f"ClientError: Artifact upload failed: {error}"
            fail(backend, arn, at, reason)
            return reason
        _enter(backend, job, "Uploading", at)
        _end(backend, job, "Completed", at)
    return None


def fail(backend: TrainingBackend, arn: str | None, at: float, reason: str) -> None:
    """The training job has failed."""
    job = backend.by_arn(arn)
    if job is not None and job.status not in ENDED:
        job.failure = reason[:1024]
        _end(backend, job, "Failed", at)


def stopping(backend: TrainingBackend, arn: str | None, at: float) -> None:
    """The training job has been asked to stop."""
    job = backend.by_arn(arn)
    if job is not None and job.status == "InProgress":
        job.status = "Stopping"
        _enter(backend, job, "Stopping", at)


def stop(backend: TrainingBackend, arn: str | None, at: float, secondary: str = "Stopped") -> None:
    """The training job has stopped; the secondary status says why."""
    job = backend.by_arn(arn)
    if job is not None and job.status not in ENDED:
        _end(backend, job, "Stopped", at, secondary)


def go_on_alone(backend: TrainingBackend, arn: str | None) -> None:
    """Batch has forgotten the training job's service job: from now on it moves by itself."""
    job = backend.by_arn(arn)
    if job is not None and job.status not in ENDED:
        job.by_batch = False
        backend.training_jobs_kept.put(job)


def advance(backend: TrainingBackend) -> None:
    """Take the steps that are due of the jobs that Batch does not move; late tags arrive."""
    now = context.now()
    for late in list(backend.training_jobs_kept):
        if late.late_tags and late.late_until <= now:
            own = {tag["Key"]: tag["Value"] for tag in late.tags}
            late.tags = _list_tags({**late.late_tags, **own})
            late.late_tags = {}
            backend.training_jobs_kept.put(late)
    for job, at in backend.training_jobs_kept.pop_due(now):
        if job.status == "Stopping":
            stop(backend, job.arn, at)
            if job.by_batch:
                backend.stopped_alone.append(job.arn)
        elif job.secondary in _NEXT:
            enter(backend, job.arn, _NEXT[job.secondary], at)
        elif job.limit < context.pace().running:
            stop(backend, job.arn, at, "MaxRuntimeExceeded")
        else:
            complete(backend, job.arn, at)
    transform.advance(backend, now)


def _list_tags(tags: dict[str, str]) -> list[dict[str, str]]:
    return [{"Key": key, "Value": value} for key, value in tags.items()]


def _end(
    backend: TrainingBackend, job: TrainingJob, status: str, at: float, secondary: str = ""
) -> None:
    job.status = status
    job.ended = at
    _enter(backend, job, secondary or status, at)


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
