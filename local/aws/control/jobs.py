"""Put a job into a status and keep it there, or let its record expire: for tests and for looking around."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from components.run.submission import split_name

from ..batch import life as batch
from ..batch.models import ServiceJobBackend
from ..batch.records import DISPATCHED, ENDED, FROM_SAGEMAKER, QUEUED, ServiceJob
from ..personalize import life as personalize
from ..personalize import records
from ..personalize.models import BatchInferenceBackend
from ..personalize.records import Resource
from ..sagemaker import life as training
from ..sagemaker import transform
from ..sagemaker.models import TrainingBackend
from ..sagemaker.records import ENDED as STOPPED
from ..sagemaker.records import TransformJob
from ..server import extend
from ..service import context

Job = ServiceJob | Resource | TransformJob

_ORDER = ("SUBMITTED", "PENDING", "RUNNABLE", "SCHEDULED", "STARTING", "RUNNING")
_FORCED = "AlgorithmError: forced to fail"
ENDED_WORDS = (*ENDED, *records.ENDED, *STOPPED)


def move(wanted: str, asked: dict[str, Any]) -> dict[str, Any]:
    """Force a job into `status` (with `reason`, if it failed) and hold it there; `end` is `succeed` or `fail`.

    `{"hold": false}` lets it go on. A service job that goes back to RUNNABLE was preempted if it ran, and
    out of capacity before. With `{"attempt": true}` a failure is that of the attempt alone, and the retry
    strategy decides.
    """
    backend, job = _find(wanted)
    if job.status in ENDED_WORDS:
        raise ValueError(f"the job has ended: it is {job.status}")
    mover, succeeded, failed = _MOVES[type(job)]
    if "end" in asked:
        if asked["end"] not in ("succeed", "fail"):
            raise ValueError("end takes one of succeed, fail")
        asked = {**asked, "status": succeeded if asked["end"] == "succeed" else failed}
    mover(backend, job, asked)
    held = job.held and job.status not in ENDED_WORDS
    return {**_name(job), "status": job.status, "held": held}


def expire(wanted: str) -> dict[str, Any]:
    """Let Batch forget a service job; SageMaker does not forget its training job."""
    backend, job = _find(wanted)
    if not isinstance(job, ServiceJob):
        raise ValueError(f"{wanted} is not a service job: only Batch forgets jobs")
    batch.expire(backend, job)
    return _name(job)


def _find(wanted: str) -> tuple[Any, Job]:
    """Return the job of this id, ARN or name, in any region, and its backend.

    Of several of a name it is the newest that has not ended. The name without the ending that jobctl adds is enough.
    """
    found: list[tuple[Any, ...]] = []
    for backend in extend.backends():
        for job in _list_jobs(backend):
            if wanted in _list_ids(job):
                return backend, job
            name = _name(job)["jobName"]
            if wanted in (name, split_name(name)[0]):
                found.append((job.status not in ENDED_WORDS, job.created, len(found), backend, job))
    if not found:
        raise ValueError(f"the emulator has no job {wanted}")
    *_, backend, job = max(found)
    return backend, job


def _list_jobs(backend: Any) -> Iterable[Job]:
    if isinstance(backend, ServiceJobBackend):
        return backend.service_jobs
    if isinstance(backend, TrainingBackend):
        return backend.transform_jobs_kept
    return [each for each in backend.resources if each.is_job]


def _list_ids(job: Job) -> tuple[str, ...]:
    if isinstance(job, ServiceJob):
        training = job.training_job or job.arn
        return job.id, job.arn, training, training.rpartition("/")[2]
    return (job.arn,)


def _name(job: Job) -> dict[str, str]:
    if isinstance(job, ServiceJob):
        return {"jobId": job.id, "jobName": job.request["jobName"]}
    return {"arn": job.arn, "jobName": job.name}


def _move_job(backend: ServiceJobBackend, job: ServiceJob, asked: dict[str, Any]) -> None:
    status, at = asked.get("status"), context.now()
    if status == "FAILED":
        _fail(backend, job, at, asked.get("reason") or "", attempt=bool(asked.get("attempt")))
    elif status == "SUCCEEDED":
        _forward(backend, job, "RUNNING", at)
        if job.status == "RUNNING":
            batch.succeed(backend, job, at)
    elif status in _ORDER:
        if _ORDER.index(status) >= _ORDER.index(job.status):
            _forward(backend, job, status, at)
        elif status == "RUNNABLE":
            batch.requeue(backend, job, at)
        else:
            raise ValueError(f"a job that is {job.status} cannot go back to {status}")
    elif status is not None:
        raise ValueError(f"status takes one of {', '.join((*_ORDER, *ENDED))}")
    if job.status not in ENDED:
        batch.hold(backend, job, bool(asked.get("hold", True)), at)


def _forward(backend: ServiceJobBackend, job: ServiceJob, status: str, at: float) -> None:
    target = _ORDER.index(status)
    if job.status in QUEUED and target <= _ORDER.index("RUNNABLE"):
        if job.status != status:
            batch.enter(backend, job, status, at)
        return
    if job.status in QUEUED:
        batch.send(backend, job, at)
    while job.status in DISPATCHED and _ORDER.index(job.status) < target:
        batch.step(backend, job, at)


def _fail(
    backend: ServiceJobBackend, job: ServiceJob, at: float, reason: str, *, attempt: bool
) -> None:
    """Fail a job, or the attempt that SageMaker has; a reason of capacity sends it back as Batch does.

    https://docs.aws.amazon.com/batch/latest/userguide/sm_job_stuck_in_runnable_capacity.html
    """
    if job.status in QUEUED:
        if attempt:
            raise ValueError(f"the job is {job.status}: it has no attempt that could fail")
        batch.end(backend, job, "FAILED", at, reason or f"{FROM_SAGEMAKER}{_FORCED}")
        return
    failure = (reason or _FORCED).removeprefix(FROM_SAGEMAKER)
    training.end(backend.training, job.training_job, at, "Failed", failure=failure)
    if attempt and failure.startswith("CapacityError"):
        batch.requeue(backend, job, at, preempted=False)
    elif attempt:
        batch.fail_attempt(backend, job, at, f"{FROM_SAGEMAKER}{failure}")
    else:
        batch.finish(backend, job, "FAILED", at, f"{FROM_SAGEMAKER}{failure}")


def _move_resource(
    backend: BatchInferenceBackend, resource: Resource, asked: dict[str, Any]
) -> None:
    status, at = asked.get("status"), context.now()
    if status == records.FAILED:
        personalize.fail(backend, resource, at, asked.get("reason") or "Forced to fail")
    elif status == records.ACTIVE:
        personalize.finish(backend, resource, at)
    elif status in (records.PENDING, records.IN_PROGRESS):
        personalize.enter(backend, resource, status, at)
    elif status is not None:
        words = (records.PENDING, records.IN_PROGRESS, *records.ENDED)
        raise ValueError(f"status takes one of {', '.join(words)}")
    if resource.status not in records.ENDED:
        personalize.hold(backend, resource, bool(asked.get("hold", True)), at)


_MOVES: dict[type, tuple[Callable[[Any, Any, dict[str, Any]], None], str, str]] = {
    ServiceJob: (_move_job, "SUCCEEDED", "FAILED"),
    Resource: (_move_resource, records.ACTIVE, records.FAILED),
    TransformJob: (transform.move, "Completed", "Failed"),
}
"""How the jobs of each service are moved, and its statuses for a success and a failure."""
