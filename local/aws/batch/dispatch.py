"""Which waiting jobs fit, and what happens when one is handed to SageMaker."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

from ..sagemaker import life as training
from ..sagemaker import rules
from . import life
from .capacity import fits
from .records import JobQueue, ServiceEnvironment, ServiceJob

if TYPE_CHECKING:
    from .models import ServiceJobBackend

FROM_SAGEMAKER = "Received status from SageMaker: "


def wait(backend: ServiceJobBackend, job: ServiceJob) -> None:
    """The job waits for capacity from now on."""
    queue = backend.queues.get(job.queue)
    job.ready = True
    backend.service_jobs.put(job)
    backend.waiting.add(job, by_priority=queue is not None and queue.policy is not None)


def place(backend: ServiceJobBackend, at: float) -> None:
    """Dispatch what fits. The head of a queue is never passed by: what does not fit, waits."""
    if backend.placing:  # a job that fails as it is dispatched ends up here: the loop below goes on
        return
    backend.placing = True
    try:
        _place(backend, at)
    finally:
        backend.placing = False


def _place(backend: ServiceJobBackend, at: float) -> None:
    for queue in sorted(backend.queues, key=lambda queue: -queue.priority):
        while (head := backend.waiting.first(queue.arn)) is not None:
            job = backend.service_jobs.get(head)
            assert job is not None
            environment = _room(backend, queue, job)
            if environment is None:
                break
            send(backend, job, environment.arn, at)


def send(backend: ServiceJobBackend, job: ServiceJob, environment: str | None, at: float) -> None:
    """Hand the job's payload to SageMaker, which looks at it now for the first time."""
    backend.waiting.remove(job.id)
    request: dict[str, Any] = job.payload()
    wanted = request.get("TrainingJobName")
    if isinstance(wanted, str) and wanted:
        request["TrainingJobName"] = life.training_job_name(wanted)
    problem = rules.refusal(request)
    job.scheduled = at
    job.training_job = None
    job.environment = environment
    occupy(backend, job)
    if problem is None:
        job.training_job = training.create(backend.training, request, job.tags, at, by_batch=True)
        life.enter(backend, job, "SCHEDULED", at)
    else:
        job.status = "SCHEDULED"
        life.fail_attempt(backend, job, at, f"{FROM_SAGEMAKER}ValidationException: {problem}")


def occupy(backend: ServiceJobBackend, job: ServiceJob) -> None:
    """Count the job's instances as in use."""
    if job.environment is not None:
        backend.in_use.setdefault(job.environment, Counter()).update(job.needs)


def vacate(backend: ServiceJobBackend, job: ServiceJob) -> None:
    """Count them no more."""
    if job.environment is not None:
        backend.in_use[job.environment].subtract(job.needs)
        job.environment = None


def anywhere(backend: ServiceJobBackend, job: ServiceJob) -> str | None:
    """The first environment of the job's queue, whether or not it has room."""
    queue = backend.queues.get(job.queue)
    return None if queue is None else str(queue.service_environments[0]["serviceEnvironment"])


def _room(
    backend: ServiceJobBackend, queue: JobQueue, job: ServiceJob
) -> ServiceEnvironment | None:
    for entry in sorted(queue.service_environments, key=lambda entry: int(entry["order"])):
        environment = backend.environments.get(entry["serviceEnvironment"])
        if (
            environment is not None
            and environment.state == "ENABLED"
            and fits(job.needs, environment, backend.in_use.get(environment.arn, {}))
        ):
            return environment
    return None
