"""The status of a service job: entered, with its place in the queue and the time of its next step."""

from __future__ import annotations

import math

from ..service import context
from . import capacity, events
from .records import ENDED, FROM_SAGEMAKER, ServiceJob
from .state import BatchState

TIMED_OUT = "Job attempt duration exceeded timeout"


def enter(backend: BatchState, job: ServiceJob, status: str, at: float) -> None:
    """The job's status is `status` from `at` on."""
    if "RUNNABLE" in (job.status, status):
        note_move(backend, job, at)
    job.status = status
    job.since = at
    job.ready = False
    backend.waiting.remove(job.id)
    backend.service_jobs.put(job)
    plan(backend, job)
    if status != "SUBMITTED":
        events.send(backend, job, events.STATE_CHANGE, at)


def note_move(backend: BatchState, job: ServiceJob, at: float) -> None:
    """The job has come into its queue or left it: those behind it have another position."""
    backend.moves.note(job, at, by_priority=capacity.is_by_priority(backend, job))


def plan(backend: BatchState, job: ServiceJob) -> None:
    """Put the job's next step on the agenda, or take it off."""
    pace = context.pace()
    if job.status in ENDED:
        assert job.stopped is not None
        backend.agenda.set(job.id, job.stopped + context.current.retention)
    elif job.stopping is not None:
        backend.agenda.set(job.id, job.stopping + pace.stopping)
    elif job.held or job.ready:
        backend.agenda.cancel(job.id)
    else:
        seconds: float = getattr(pace, job.status.lower())
        if job.status == "RUNNING":
            seconds = min(seconds, find_limit(backend, job)[0])
        backend.agenda.set(job.id, job.since + seconds)


def find_limit(backend: BatchState, job: ServiceJob) -> tuple[float, str, str]:
    """Return how many seconds an attempt may run, how SageMaker ends it then, and Batch's reason."""
    seconds = (job.request.get("timeoutConfig") or {}).get("attemptDurationSeconds")
    record = backend.training.by_arn(job.training_job)
    limit = math.inf if record is None else record.limit
    exceeded = "MaxRuntimeExceeded"
    return min(
        (math.inf if seconds is None else float(seconds), "Stopped", TIMED_OUT),
        (limit, exceeded, f"{FROM_SAGEMAKER}{exceeded}"),
        key=lambda each: each[0],
    )
