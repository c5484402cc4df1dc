"""Put a job into a status and keep it there, or let its record expire: for tests and for looking around."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from ..batch import life as batch
from ..batch.models import ServiceJobBackend
from ..batch.records import ENDED, FROM_SAGEMAKER, QUEUED, ServiceJob
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

_ORDER = ("SUBMITTED", "PENDING", "RUNNABLE", "SCHEDULED", "STARTING", "RUNNING")


_FORCED = "AlgorithmError: forced to fail"
ENDED_WORDS = (*ENDED, *records.ENDED, *STOPPED)
ENDS: dict[type, dict[str, str]] = {
    ServiceJob: {"succeed": "SUCCEEDED", "fail": "FAILED"},
    Resource: {"succeed": records.ACTIVE, "fail": records.FAILED},
    TransformJob: {"succeed": "Completed", "fail": "Failed"},
}
"""Each service's words for how a job ends."""


def move(wanted: str, asked: dict[str, Any]) -> dict[str, Any]:
    """Force a job into `status` (with `reason`, if it failed) and hold it there; `end` is `succeed` or `fail`.

    `{"hold": false}` lets it go on. A service job that goes back to RUNNABLE was preempted if it ran, and
    out of capacity before. With `{"attempt": true}` a failure is that of the attempt alone, and the retry
    strategy decides.
    """
    for name in asked:
        if name not in ("status", "reason", "hold", "attempt", "end"):
            raise ValueError(f"{name} is not known here: status, reason, hold, attempt, end")
    backend, job = _find(wanted)
    if job.status in ENDED_WORDS:
        raise ValueError(f"the job has ended: it is {job.status}")
    if "end" in asked:
        if asked["end"] not in ("succeed", "fail"):
            raise ValueError("end takes one of succeed, fail")
        asked = {**asked, "status": ENDS[type(job)][asked["end"]]}
    named: dict[str, Any]
    if isinstance(job, ServiceJob):
        _move_job(backend, job, asked)
        named = {"jobId": job.id, "jobName": job.request["jobName"]}
    else:
        mover = _move_resource if isinstance(job, Resource) else transform.move
        mover(backend, job, asked)  # type: ignore[arg-type]  # the one that goes with the job
        named = {"arn": job.arn, "jobName": job.name}
    held = job.held and job.status not in ENDED_WORDS
    return {**named, "status": job.status, "held": held}


def expire(wanted: str) -> dict[str, Any]:
    """Let Batch forget a service job; SageMaker does not forget its training job."""
    backend, job = _find(wanted)
    if not isinstance(job, ServiceJob):
        raise ValueError(f"{wanted} is no service job: only Batch forgets jobs")
    batch.expire(backend, job)
    return {"jobId": job.id, "jobName": job.request["jobName"]}


def _find(wanted: str) -> tuple[Any, ServiceJob | Resource | TransformJob]:
    """Return the job of this id, ARN or name, in any region, and its backend.

    Of several of a name it is the newest that has not ended. A name without the eight hex digits of a definition is
    enough, as Pulumi and jobctl name what they make.
    """
    found: list[tuple[Any, ...]] = []
    for backend in extend.backends():
        for job, *words in _list_jobs(backend):
            *ids, name = words
            if wanted in ids:
                return backend, job
            if name == wanted or re.fullmatch(rf"{re.escape(wanted)}-[0-9a-f]{{8}}", name):
                found.append((job.status not in ENDED_WORDS, job.created, len(found), backend, job))
    if not found:
        raise ValueError(f"the emulator has no job {wanted}")
    *_, backend, job = max(found)
    return backend, job


def _list_jobs(backend: Any) -> Iterator[tuple[Any, ...]]:
    """List a backend's jobs, each with its id and ARN, and its name at the end."""
    if isinstance(backend, ServiceJobBackend):
        for job in backend.service_jobs:
            training = job.training_job or job.arn
            yield (
                job,
                job.id,
                job.arn,
                training,
                training.rpartition("/")[2],
                job.request["jobName"],
            )
    elif isinstance(backend, BatchInferenceBackend):
        for each in backend.resources:
            if each.is_job:
                yield each, each.arn, each.name
    elif isinstance(backend, TrainingBackend):
        for found in backend.transform_jobs_kept:
            yield found, found.arn, found.name


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
    if job.status == "SCHEDULED" and target > _ORDER.index("SCHEDULED"):
        training.enter(backend.training, job.training_job, "Downloading", at)
        batch.enter(backend, job, "STARTING", at)
    if job.status == "STARTING" and target > _ORDER.index("STARTING"):
        batch.start(backend, job, at)


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
