"""How a service job passes from state to state. No threads: whoever asks first makes it so.

https://docs.aws.amazon.com/batch/latest/userguide/service-job-status.html
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from ..sagemaker import life as training
from ..sagemaker import rules
from ..service import context
from . import capacity, events, fairness, preemption, retries
from .models import ServiceJobBackend
from .names import make_training_job_name
from .records import ENDED, FROM_SAGEMAKER, QUEUED, Resource, ServiceJob

PREEMPTED = "Preempted by a job of a higher priority"
COMPLETED = f"{FROM_SAGEMAKER}Training job completed"
"""https://docs.aws.amazon.com/batch/latest/userguide/service-job-events.html"""


def advance(backend: ServiceJobBackend) -> None:
    """Take every step that is due, in the order in which they fall due, each at its time.

    What was changed meanwhile may let waiting jobs go, or make others give way.
    """
    _notice_stopped(backend)
    now = context.now()
    for job, at in backend.service_jobs.pop_due(now):
        step(backend, job, at)
    if context.current.changed:
        place(backend, now)


def enter(backend: ServiceJobBackend, job: ServiceJob, status: str, at: float) -> None:
    """The job's status is `status` from `at` on."""
    if "RUNNABLE" in (job.status, status):
        note_move(backend, job, at)
    job.status = status
    job.since = at
    job.ready = False
    backend.waiting.remove(job.id)
    backend.service_jobs.put(job)
    if status != "SUBMITTED":
        events.send(backend, job, events.STATE_CHANGE, at)


def note_move(backend: ServiceJobBackend, job: ServiceJob, at: float) -> None:
    """The job has come into its queue or left it: those behind it have another position."""
    backend.moves.note(job, backend.rank(job), at)


def terminate(backend: ServiceJobBackend, job: ServiceJob, reason: str, at: float) -> None:
    """What waits fails at once; what SageMaker has is stopped, and fails when it has stopped."""
    if job.status in ENDED:
        return
    job.terminated = True
    job.held = False
    job.reason = reason
    if job.status in QUEUED:
        end(backend, job, "FAILED", at, reason)
    else:
        job.stopping = at
        training.enter(backend.training, job.training_job, "Stopping", at)
        backend.service_jobs.put(job)


def terminate_all(
    backend: ServiceJobBackend, jobs: Iterable[ServiceJob], reason: str, at: float
) -> None:
    """Terminate jobs, none of which starts because another ends."""
    backend.placing = True
    for job in jobs:
        terminate(backend, job, reason, at)
    backend.placing = False


def start(backend: ServiceJobBackend, job: ServiceJob, at: float) -> None:
    """The instances are there: STARTING to RUNNING."""
    job.started = at
    training.enter(backend.training, job.training_job, "Training", at)
    enter(backend, job, "RUNNING", at)


def succeed(backend: ServiceJobBackend, job: ServiceJob, at: float) -> None:
    """The training job has completed."""
    problem = training.complete(backend.training, job.training_job, at)
    if problem is not None:
        fail_attempt(backend, job, at, f"{FROM_SAGEMAKER}{problem}")
        return
    finish(backend, job, "SUCCEEDED", at, COMPLETED)


def fail_attempt(backend: ServiceJobBackend, job: ServiceJob, at: float, reason: str) -> None:
    """The attempt has failed: retried as the retry strategy says, or the end of the job."""
    _close_attempt(backend, job, at, reason)
    if retries.is_retried(job.request.get("retryStrategy"), len(job.attempts), reason):
        job.reason = reason
        job.started = None
        enter(backend, job, "RUNNABLE", at)
        place(backend, at)
    else:
        end(backend, job, "FAILED", at, reason)


def requeue(
    backend: ServiceJobBackend, job: ServiceJob, at: float, *, preempted: bool | None = None
) -> None:
    """Back to RUNNABLE without using up an attempt: preempted, as it is where it ran, or out of capacity."""
    ran = job.status == "RUNNING" if preempted is None else preempted
    backend.note_use(job, job.started, at)
    training.end(backend.training, job.training_job, at, "Stopped")
    backend.vacate(job)
    if ran:
        job.preempted = [*job.preempted, job.describe_attempt(at, PREEMPTED)]
        limit = (job.request.get("preemptionConfiguration") or {}).get(
            "preemptionRetriesBeforeTermination"
        )
        if limit is not None and len(job.preempted) > limit:
            end(backend, job, "FAILED", at, "Preemption retries exhausted")
            return
    else:
        job.reason = capacity.NO_CAPACITY
    job.started = None
    job.stopping = None
    enter(backend, job, "RUNNABLE", at)
    if not ran:
        events.send(backend, job, events.BLOCKED, at)
    place(backend, at)


def finish(
    backend: ServiceJobBackend, job: ServiceJob, status: str, at: float, reason: str | None
) -> None:
    """The attempt is over, and the job with it."""
    _close_attempt(backend, job, at, reason)
    end(backend, job, status, at, reason)


def _close_attempt(
    backend: ServiceJobBackend, job: ServiceJob, at: float, reason: str | None
) -> None:
    """The attempt is over, and its capacity free."""
    backend.note_use(job, job.started, at)
    job.attempts = [*job.attempts, job.describe_attempt(at, reason)]
    job.stopping = None
    backend.vacate(job)


def end(
    backend: ServiceJobBackend, job: ServiceJob, status: str, at: float, reason: str | None
) -> None:
    """The job is over."""
    job.stopped = at
    job.reason = reason
    job.held = False
    enter(backend, job, status, at)
    place(backend, at)


def expire(backend: ServiceJobBackend, job: ServiceJob) -> None:
    """Batch forgets the job and the token it came with; SageMaker does not forget the training job."""
    backend.vacate(job)
    backend.waiting.remove(job.id)
    training.go_on_alone(backend.training, job.training_job)
    token = job.request.get("clientToken")
    kept = backend.client_tokens.get(token) if token else None
    if kept is not None and kept.job == job.id:
        backend.client_tokens.drop(kept.key)
    backend.service_jobs.drop(job.id)


def hold(backend: ServiceJobBackend, job: ServiceJob, held: bool, at: float) -> None:
    """Keep the job in its state whatever the pace, or let it go on from here."""
    job.held = held
    if held:
        job.ready = False
        backend.waiting.remove(job.id)
    else:
        job.since = at
    backend.service_jobs.put(job)


def place(backend: ServiceJobBackend, at: float) -> None:
    """Dispatch what fits. The head of a queue is never passed by: what does not fit, waits."""
    if backend.placing:  # a job that fails as it is dispatched ends up here: the loop below goes on
        return
    backend.placing = True
    try:
        for queue in sorted(backend.queues, key=lambda queue: -queue.request["priority"]):
            while any(
                _send_head(backend, queue, each, at) for each in _list_heads(backend, queue, at)
            ):
                pass
    finally:
        backend.placing = False


def _list_heads(backend: ServiceJobBackend, queue: Resource, at: float) -> list[ServiceJob]:
    """Return the one head of a queue; with quota shares each share's, in the order in which they get capacity.

    That is who claims what its quota share has of its own, then borrowers, first in first out.
    https://docs.aws.amazon.com/batch/latest/APIReference/API_QuotaSharePolicy.html
    """
    ids = backend.waiting.list_heads(queue.arn)
    found = [job for each in ids if (job := backend.service_jobs.get(each)) is not None]
    if len(found) > 1 and "fairsharePolicy" in fairness.find_policy(backend, queue.request):
        return fairness.sort(backend, queue, found, at)[:1]
    return sorted(found, key=lambda job: (not capacity.is_within_own(backend, job), job.number))


def _send_head(backend: ServiceJobBackend, queue: Resource, job: ServiceJob, at: float) -> bool:
    """Dispatch a job at the head of its queue, if it fits; say why not, if it never will."""
    block = capacity.explain(backend, job)
    usable = fairness.find_usable(backend, queue, at)
    fits = block is None and capacity.has_room(backend, job, usable)
    if block is None and not fits and (victims := preemption.choose(backend, job)):
        for victim in victims:
            requeue(backend, victim, at, preempted=True)
        fits = capacity.has_room(backend, job)
    if fits:
        send(backend, job, at)
    elif block != (job.reason if capacity.is_misconfigured(job.reason) else None):
        job.reason = block
        backend.service_jobs.put(job)
        if block is not None:
            events.send(backend, job, events.BLOCKED, at)
    return fits


def send(backend: ServiceJobBackend, job: ServiceJob, at: float) -> None:
    """Hand the job's payload to SageMaker, which looks at it now for the first time."""
    backend.waiting.remove(job.id)
    if capacity.is_misconfigured(job.reason) or job.reason == capacity.NO_CAPACITY:
        job.reason = None
    request: dict[str, Any] = job.payload()
    wanted = request.get("TrainingJobName")
    if isinstance(wanted, str) and wanted:
        request["TrainingJobName"] = make_training_job_name(wanted)
    problem = rules.find_problem(request)
    job.scheduled = at
    job.training_job = None
    job.environment = capacity.find_environment(backend, job).arn
    backend.occupy(job)
    if problem is None:
        job.training_job = training.create(backend.training, request, job.tags, at, by_batch=True)
        enter(backend, job, "SCHEDULED", at)
    else:
        note_move(backend, job, at)
        job.status = "SCHEDULED"
        fail_attempt(backend, job, at, f"{FROM_SAGEMAKER}ValidationException: {problem}")


def step(backend: ServiceJobBackend, job: ServiceJob, at: float) -> None:
    """Take the job's next step, which is due at this time."""
    if job.status in ENDED:
        expire(backend, job)
    elif job.stopping is not None:
        training.end(backend.training, job.training_job, at, "Stopped")
        finish(backend, job, "FAILED", at, job.reason)
    elif job.status == "SUBMITTED":
        enter(backend, job, "RUNNABLE", at)
    elif job.status == "RUNNABLE":
        backend.wait(job)
        place(backend, at)
    elif job.status == "SCHEDULED":
        training.enter(backend.training, job.training_job, "Downloading", at)
        enter(backend, job, "STARTING", at)
    elif job.status == "STARTING":
        start(backend, job, at)
    elif job.limit[0] < context.pace().running:
        _, secondary, reason = job.limit
        training.end(backend.training, job.training_job, at, "Stopped", secondary=secondary)
        fail_attempt(backend, job, at, reason)
    else:
        succeed(backend, job, at)


def _notice_stopped(backend: ServiceJobBackend) -> None:
    """Fail the jobs whose training job was stopped by StopTrainingJob."""
    stopped, backend.training.stopped_alone = backend.training.stopped_alone, []
    for job in backend.service_jobs if stopped else ():
        record = backend.training.by_arn(job.training_job)
        if record is not None and record.arn in stopped and job.status not in ENDED:
            at = record.ended or context.now()
            finish(backend, job, "FAILED", at, f"{FROM_SAGEMAKER}Stopped")
