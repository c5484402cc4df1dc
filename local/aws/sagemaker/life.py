"""How a training job passes from status to status, and what it leaves behind.

https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_DescribeTrainingJob.html
"""

from __future__ import annotations

import math
from typing import Any

from ..service import context
from ..service.objects import NotWritable
from . import results
from .records import ENDED, TrainingJob
from .state import TrainingState

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


def create(
    backend: TrainingState,
    request: dict[str, Any],
    tags: dict[str, str],
    at: float,
    *,
    by_batch: bool,
) -> str:
    """A new training job from a request that SageMaker takes; its ARN."""
    own = {tag["Key"]: tag["Value"] for tag in request.get("Tags") or []}
    lag = context.current.tags_lag if by_batch else 0.0
    merged = {**tags, **own} if lag == 0 else own
    name = request["TrainingJobName"]
    job = TrainingJob(
        arn=backend.training_job_arn(name),
        name=name,
        request={key: value for key, value in request.items() if key != "Tags"},
        created=at,
        modified=at,
        tags=[{"Key": key, "Value": value} for key, value in merged.items()],
        by_batch=by_batch,
        late_tags=dict(tags) if lag else {},
        late_until=at + (lag or 0.0),
    )
    _enter(backend, job, "Pending" if by_batch else "Starting", at)
    return job.arn


def enter(backend: TrainingState, arn: str | None, secondary: str, at: float) -> None:
    """The training job's secondary status is this one from `at` on."""
    job = backend.by_arn(arn)
    if job is not None and job.status == "InProgress":
        if secondary == "Training":
            job.started = at
        _enter(backend, job, secondary, at)


def complete(backend: TrainingState, arn: str | None, at: float) -> str | None:
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


def fail(backend: TrainingState, arn: str | None, at: float, reason: str) -> None:
    """The training job has failed."""
    job = backend.by_arn(arn)
    if job is not None and job.status not in ENDED:
        job.failure = reason[:1024]
        _end(backend, job, "Failed", at)


def stopping(backend: TrainingState, arn: str | None, at: float) -> None:
    """The training job has been asked to stop."""
    job = backend.by_arn(arn)
    if job is not None and job.status == "InProgress":
        job.status = "Stopping"
        _enter(backend, job, "Stopping", at)


def stop(backend: TrainingState, arn: str | None, at: float, secondary: str = "Stopped") -> None:
    """The training job has stopped; the secondary status says why."""
    job = backend.by_arn(arn)
    if job is not None and job.status not in ENDED:
        _end(backend, job, "Stopped", at, secondary)


def go_on_alone(backend: TrainingState, arn: str | None) -> None:
    """Batch has forgotten the training job's service job: from now on it moves by itself."""
    job = backend.by_arn(arn)
    if job is not None and job.status not in ENDED:
        job.by_batch = False
        backend.training_jobs_kept.put(job)
        plan(backend, job)


def advance(backend: TrainingState, now: float) -> None:
    """Take the steps that are due of the training jobs that Batch does not move; late tags arrive."""
    for late in list(backend.training_jobs_kept):
        if late.late_tags and late.late_until <= now:
            tags = {**late.late_tags, **{tag["Key"]: tag["Value"] for tag in late.tags}}
            late.tags = [{"Key": key, "Value": value} for key, value in tags.items()]
            late.late_tags = {}
            backend.training_jobs_kept.put(late)
    while (entry := backend.agenda.pop(now)) is not None:
        job = backend.training_jobs_kept.get(entry[0])
        if job is None or job.status in ENDED:
            continue
        at = entry[1]
        if job.status == "Stopping":
            stop(backend, job.arn, at)
            if job.by_batch:
                backend.stopped_alone.append(job.arn)
        elif job.secondary in ("Pending", "Starting"):
            enter(backend, job.arn, "Downloading", at)
        elif job.secondary == "Downloading":
            enter(backend, job.arn, "Training", at)
        elif find_limit(job) < context.pace().running:
            stop(backend, job.arn, at, "MaxRuntimeExceeded")
        else:
            complete(backend, job.arn, at)


def find_limit(job: TrainingJob | None) -> float:
    """Return for how many seconds SageMaker lets a job train; for ever where the pace is never."""
    return math.inf if job is None or math.isinf(context.pace().running) else job.limit


def plan(backend: TrainingState, job: TrainingJob) -> None:
    """Put the job's next step on the agenda, if it moves by itself."""
    pace = context.pace()
    seconds = {
        "Pending": pace.scheduled,
        "Starting": pace.scheduled,
        "Downloading": pace.starting,
        "Training": min(pace.running, find_limit(job)),
        "Stopping": pace.stopping,
    }
    if (job.stop_asked or not job.by_batch) and job.status not in ENDED:
        backend.agenda.set(job.name, job.modified + seconds.get(job.secondary, 0.0))


def _end(
    backend: TrainingState, job: TrainingJob, status: str, at: float, secondary: str = ""
) -> None:
    job.status = status
    job.ended = at
    _enter(backend, job, secondary or status, at)


def _enter(backend: TrainingState, job: TrainingJob, secondary: str, at: float) -> None:
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
    plan(backend, job)
