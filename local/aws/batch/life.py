"""How a service job passes from state to state. No threads: whoever asks first makes it so.

https://docs.aws.amazon.com/batch/latest/userguide/service-job-status.html
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from ..sagemaker import life as training
from ..sagemaker import rules
from ..service import context
from . import blocks, capacity, events, fairness, heads, preemption, retries
from .names import training_job_name
from .records import ENDED, FROM_SAGEMAKER, QUEUED, Resource, ServiceJob
from .state import BatchState
from .status import enter, find_limit, note_move, plan

PREEMPTED = "Preempted by a job of a higher priority"
COMPLETED = f"{FROM_SAGEMAKER}Training job completed"
"""https://docs.aws.amazon.com/batch/latest/userguide/service-job-events.html"""


def advance(backend: BatchState, now: float) -> None:
    """Take every step that is due by `now`, in the order in which they fall due, each at its time."""
    _notice_stopped(backend)
    while (entry := backend.agenda.pop(now)) is not None:
        job = backend.service_jobs.get(entry[0])
        if job is not None:
            _step(backend, job, entry[1])


def resume(backend: BatchState) -> None:
    """Plan every job anew and count the capacity in use: after a restart, or at another pace."""
    backend.in_use.clear()
    backend.under_way.clear()
    backend.uses.clear()
    for job in backend.service_jobs:
        for each in job.attempts + job.preempted:
            fairness.note(backend, job, each["started"], each["stopped"])
        if job.environment is not None:
            capacity.occupy(backend, job)
        if job.status == "RUNNABLE" and job.ready and not job.held:
            capacity.wait(backend, job)
        plan(backend, job)


def admit(backend: BatchState, job: ServiceJob) -> None:
    """A job has been submitted."""
    enter(backend, job, "SUBMITTED", job.created)


def terminate(backend: BatchState, job: ServiceJob, reason: str, at: float) -> None:
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
        if job.training_job is not None:
            training.stopping(backend.training, job.training_job, at)
        backend.service_jobs.put(job)
        plan(backend, job)


def terminate_all(backend: BatchState, jobs: Iterable[ServiceJob], reason: str, at: float) -> None:
    """Terminate jobs, none of which starts because another ends."""
    backend.placing = True
    for job in jobs:
        terminate(backend, job, reason, at)
    backend.placing = False


def start(backend: BatchState, job: ServiceJob, at: float) -> None:
    """The instances are there: STARTING to RUNNING."""
    job.started = at
    training.enter(backend.training, job.training_job, "Training", at)
    enter(backend, job, "RUNNING", at)


def succeed(backend: BatchState, job: ServiceJob, at: float) -> None:
    """The training job has completed."""
    problem = training.complete(backend.training, job.training_job, at)
    if problem is not None:
        fail_attempt(backend, job, at, f"{FROM_SAGEMAKER}{problem}")
        return
    close_attempt(backend, job, at, COMPLETED)
    end(backend, job, "SUCCEEDED", at, COMPLETED)


def fail_attempt(backend: BatchState, job: ServiceJob, at: float, reason: str) -> None:
    """The attempt has failed: retried as the retry strategy says, or the end of the job."""
    close_attempt(backend, job, at, reason)
    if retries.again(job.request.get("retryStrategy"), len(job.attempts), reason):
        job.reason = reason
        job.started = None
        enter(backend, job, "RUNNABLE", at)
        place(backend, at)
    else:
        end(backend, job, "FAILED", at, reason)


def requeue(
    backend: BatchState, job: ServiceJob, at: float, *, preempted: bool | None = None
) -> None:
    """Back to RUNNABLE without using up an attempt: preempted, as it is where it ran, or out of capacity."""
    ran = job.status == "RUNNING" if preempted is None else preempted
    fairness.note(backend, job, job.started, at)
    if job.training_job is not None:
        training.stop(backend.training, job.training_job, at)
    if ran:
        job.preempted = [*job.preempted, job.describe_attempt(at, PREEMPTED)]
        limit = (job.request.get("preemptionConfiguration") or {}).get(
            "preemptionRetriesBeforeTermination"
        )
        if limit is not None and len(job.preempted) > limit:
            capacity.vacate(backend, job)
            end(backend, job, "FAILED", at, "Preemption retries exhausted")
            return
    else:
        job.reason = blocks.NO_CAPACITY
    capacity.vacate(backend, job)
    job.started = None
    job.stopping = None
    enter(backend, job, "RUNNABLE", at)
    if not ran:
        events.send(backend, job, events.BLOCKED, at)
    place(backend, at)


def close_attempt(backend: BatchState, job: ServiceJob, at: float, reason: str | None) -> None:
    """The attempt is over, and its capacity free."""
    fairness.note(backend, job, job.started, at)
    job.attempts = [*job.attempts, job.describe_attempt(at, reason)]
    job.stopping = None
    capacity.vacate(backend, job)


def end(backend: BatchState, job: ServiceJob, status: str, at: float, reason: str | None) -> None:
    """The job is over."""
    job.stopped = at
    job.reason = reason
    job.held = False
    enter(backend, job, status, at)
    place(backend, at)


def expire(backend: BatchState, job: ServiceJob) -> None:
    """Batch forgets the job and the token it came with; SageMaker does not forget the training job."""
    capacity.vacate(backend, job)
    backend.waiting.remove(job.id)
    backend.agenda.cancel(job.id)
    training.go_on_alone(backend.training, job.training_job)
    token = job.request.get("clientToken")
    kept = backend.client_tokens.get(token) if token else None
    if kept is not None and kept.job == job.id:
        backend.client_tokens.drop(kept.key)
    backend.service_jobs.drop(job.id)


def hold(backend: BatchState, job: ServiceJob, held: bool, at: float) -> None:
    """Keep the job in its state whatever the pace, or let it go on from here."""
    job.held = held
    if not held:
        job.since = at
    elif job.ready:
        job.ready = False
        backend.waiting.remove(job.id)
    backend.service_jobs.put(job)
    plan(backend, job)


def place(backend: BatchState, at: float) -> None:
    """Dispatch what fits. The head of a queue is never passed by: what does not fit, waits."""
    if backend.placing:  # a job that fails as it is dispatched ends up here: the loop below goes on
        return
    backend.placing = True
    try:
        _place(backend, at)
    finally:
        backend.placing = False


def _place(backend: BatchState, at: float) -> None:
    for queue in sorted(backend.queues, key=lambda queue: -queue.request["priority"]):
        while any(_send_head(backend, queue, job, at) for job in heads.sort(backend, queue, at)):
            pass


def _send_head(backend: BatchState, queue: Resource, job: ServiceJob, at: float) -> bool:
    """Dispatch a job at the head of its queue, if it fits; say why not, if it never will."""
    block = blocks.explain(backend, queue, job)
    room = None
    if block is None and blocks.has_room(backend, job):
        usable = fairness.find_usable(backend, queue, at)
        room = capacity.find_room(backend, queue, job, usable)
    if block is None and room is None and (victims := preemption.choose(backend, queue, job)):
        for victim in victims:
            requeue(backend, victim, at, preempted=True)
        room = capacity.find_room(backend, queue, job)
    if room is not None:
        send(backend, job, room.arn, at)
    elif block != (job.reason if blocks.is_misconfigured(job.reason) else None):
        job.reason = block
        backend.service_jobs.put(job)
        if block is not None:
            events.send(backend, job, events.BLOCKED, at)
    return room is not None


def send(backend: BatchState, job: ServiceJob, environment: str | None, at: float) -> None:
    """Hand the job's payload to SageMaker, which looks at it now for the first time."""
    backend.waiting.remove(job.id)
    if blocks.is_misconfigured(job.reason) or job.reason == blocks.NO_CAPACITY:
        job.reason = None
    request: dict[str, Any] = job.payload()
    wanted = request.get("TrainingJobName")
    if isinstance(wanted, str) and wanted:
        request["TrainingJobName"] = training_job_name(wanted)
    problem = rules.refusal(request)
    job.scheduled = at
    job.training_job = None
    job.environment = environment
    capacity.occupy(backend, job)
    if problem is None:
        job.training_job = training.create(backend.training, request, job.tags, at, by_batch=True)
        enter(backend, job, "SCHEDULED", at)
    else:
        note_move(backend, job, at)
        job.status = "SCHEDULED"
        fail_attempt(backend, job, at, f"{FROM_SAGEMAKER}ValidationException: {problem}")


def _step(backend: BatchState, job: ServiceJob, at: float) -> None:
    if job.status in ENDED:
        expire(backend, job)
    elif job.stopping is not None:
        _stopped(backend, job, at)
    elif job.status == "SUBMITTED":
        enter(backend, job, "RUNNABLE", at)
    elif job.status == "RUNNABLE":
        capacity.wait(backend, job)
        place(backend, at)
    elif job.status == "SCHEDULED":
        training.enter(backend.training, job.training_job, "Downloading", at)
        enter(backend, job, "STARTING", at)
    elif job.status == "STARTING":
        start(backend, job, at)
    elif (limit := find_limit(backend, job))[0] < context.pace().running:
        training.stop(backend.training, job.training_job, at, limit[1])
        fail_attempt(backend, job, at, limit[2])
    else:
        succeed(backend, job, at)


def _notice_stopped(backend: BatchState) -> None:
    """Fail the jobs whose training job was stopped by StopTrainingJob."""
    stopped, backend.training.stopped_alone = backend.training.stopped_alone, []
    for job in backend.service_jobs if stopped else ():
        record = backend.training.by_arn(job.training_job)
        if record is not None and record.arn in stopped and job.status not in ENDED:
            at = record.ended or context.now()
            reason = f"{FROM_SAGEMAKER}Stopped"
            close_attempt(backend, job, at, reason)
            end(backend, job, "FAILED", at, reason)


def _stopped(backend: BatchState, job: ServiceJob, at: float) -> None:
    if job.training_job is not None:
        training.stop(backend.training, job.training_job, at)
    reason = job.reason
    close_attempt(backend, job, at, reason)
    end(backend, job, "FAILED", at, reason)
