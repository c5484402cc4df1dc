"""Put a job into a status and keep it there, or let its record expire: for tests and for looking around."""

from __future__ import annotations

from typing import Any

from ..batch import capacity
from ..batch import life as batch
from ..batch.models import ServiceJobBackend
from ..batch.records import ENDED, FROM_SAGEMAKER, QUEUED, ServiceJob
from ..batch.status import enter
from ..personalize import life as personalize
from ..personalize import records
from ..personalize.models import BatchInferenceBackend
from ..personalize.records import Resource
from ..sagemaker import life as training
from ..sagemaker import transform
from ..sagemaker.models import TrainingBackend
from ..server import extend
from ..service import context

_ORDER = ("SUBMITTED", "PENDING", "RUNNABLE", "SCHEDULED", "STARTING", "RUNNING")


def move(wanted: str, asked: dict[str, Any]) -> dict[str, Any]:
    """Force a job into `status` (with `reason`, if it failed) and hold it there.

    `{"hold": false}` lets it go on. A service job that goes back to RUNNABLE was preempted if it ran, and
    out of capacity before. With `{"attempt": true}` a failure is that of the attempt alone, and the retry
    strategy decides.
    """
    for name in asked:
        if name not in ("status", "reason", "hold", "attempt"):
            raise ValueError(f"{name} is not known here: status, reason, hold, attempt")
    for backend in extend.backends():
        if isinstance(backend, ServiceJobBackend):
            job = backend.service_jobs.get(wanted)
            if job is not None:
                _move_job(backend, job, asked)
                return {"jobId": job.id, "status": job.status, "held": job.held}
        elif isinstance(backend, BatchInferenceBackend):
            for resource in backend.resources:
                if resource.kind in personalize.WORK and wanted in (resource.arn, resource.name):
                    _move_resource(backend, resource, asked)
                    return {"arn": resource.arn, "status": resource.status, "held": resource.held}
        elif isinstance(backend, TrainingBackend):
            found = backend.transform_jobs_kept.get(wanted)
            if found is not None:
                transform.move(backend, found, asked)
                return {"arn": found.arn, "status": found.status, "held": found.held}
    raise ValueError(f"the emulator has no job {wanted}")


def expire(wanted: str) -> dict[str, Any]:
    """Let Batch forget a service job; SageMaker does not forget its training job."""
    for backend in extend.backends():
        if isinstance(backend, ServiceJobBackend):
            job = backend.service_jobs.get(wanted)
            if job is not None:
                batch.expire(backend, job)
                return {"jobId": wanted}
    raise ValueError(f"the emulator has no service job {wanted}")


def _move_job(backend: ServiceJobBackend, job: ServiceJob, asked: dict[str, Any]) -> None:
    status, at = asked.get("status"), context.now()
    reason = asked.get("reason") or f"{FROM_SAGEMAKER}AlgorithmError: forced to fail"
    if status is not None and job.status in ENDED:
        raise ValueError(f"the job has ended: it is {job.status}")
    if status == "FAILED":
        _fail(backend, job, at, reason, attempt=bool(asked.get("attempt")))
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
            enter(backend, job, status, at)
        return
    if job.status in QUEUED:
        batch.send(backend, job, capacity.anywhere(backend, job), at)
    if job.status == "SCHEDULED" and target > _ORDER.index("SCHEDULED"):
        training.enter(backend.training, job.training_job, "Downloading", at)
        enter(backend, job, "STARTING", at)
    if job.status == "STARTING" and target > _ORDER.index("STARTING"):
        batch.start(backend, job, at)


def _fail(
    backend: ServiceJobBackend, job: ServiceJob, at: float, reason: str, *, attempt: bool
) -> None:
    if job.training_job is not None and job.status not in QUEUED:
        failure = reason.removeprefix(FROM_SAGEMAKER)
        training.fail(backend.training, job.training_job, at, failure)
    if attempt and job.status not in QUEUED:
        batch.fail_attempt(backend, job, at, reason)
        return
    if job.status not in QUEUED:
        batch.close_attempt(backend, job, at, reason)
    batch.end(backend, job, "FAILED", at, reason)


def _move_resource(
    backend: BatchInferenceBackend, resource: Resource, asked: dict[str, Any]
) -> None:
    status, at = asked.get("status"), context.now()
    if status is not None and resource.status in records.ENDED:
        raise ValueError(f"the job has ended: it is {resource.status}")
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
