"""Job queues of type SAGEMAKER_TRAINING, beside moto's queues of containers.

https://docs.aws.amazon.com/batch/latest/APIReference/API_CreateJobQueue.html
"""

from __future__ import annotations

import operator
from typing import TYPE_CHECKING

from ..service import context
from ..service.operations import Json, page
from . import environments, life, policies
from .names import by_name_or_arn, check_name, check_tags, refuse
from .records import ENDED, JobQueue

if TYPE_CHECKING:
    from .models import ServiceJobBackend

TRAINING = "SAGEMAKER_TRAINING"


def create(backend: ServiceJobBackend, request: Json) -> Json:
    name = request["jobQueueName"]
    check_name(name, "Job queue name")
    check_tags(request.get("tags") or {})
    if by_name_or_arn(backend.queues, name) or backend.get_job_queue_by_name(name):
        raise refuse(f"Job queue {name} already exists")
    if request.get("jobQueueType") != TRAINING and not request.get("serviceEnvironmentOrder"):
        return _create_of_containers(backend, request)
    if request.get("jobQueueType", TRAINING) != TRAINING:
        raise refuse("A job queue with a serviceEnvironmentOrder has the type SAGEMAKER_TRAINING")
    if request.get("computeEnvironmentOrder"):
        raise refuse(
            "A job queue cannot have both serviceEnvironmentOrder and computeEnvironmentOrder"
        )
    queue = JobQueue(
        arn=backend.arn(f"job-queue/{name}"),
        name=name,
        priority=request["priority"],
        service_environments=_order(backend, request.get("serviceEnvironmentOrder") or []),
        state=request.get("state") or "ENABLED",
        policy=_policy(backend, request),
        time_limits=request.get("jobStateTimeLimitActions"),
        tags=request.get("tags") or {},
    )
    backend.queues.put(queue)
    return {"jobQueueName": name, "jobQueueArn": queue.arn}


def describe(backend: ServiceJobBackend, request: Json) -> Json:
    details = [_detail(queue) for queue in backend.queues]
    details += [_container_detail(queue) for queue in backend.describe_job_queues()]
    wanted = request.get("jobQueues")
    if wanted:
        details = [
            detail
            for detail in details
            if detail["jobQueueName"] in wanted or detail["jobQueueArn"] in wanted
        ]
    key = operator.itemgetter("jobQueueArn")
    return page(details, request, "jobQueues", dict, "ClientException", key=key)


def update(backend: ServiceJobBackend, request: Json) -> Json:
    queue = by_name_or_arn(backend.queues, request["jobQueue"])
    if queue is None:
        name, arn = backend.update_job_queue(
            queue_name=request["jobQueue"],
            priority=request.get("priority"),
            state=request.get("state"),
            compute_env_order=request.get("computeEnvironmentOrder"),
            schedule_policy=request.get("schedulingPolicyArn"),
        )
        return {"jobQueueName": name.rpartition("/")[2], "jobQueueArn": arn}
    if request.get("schedulingPolicyArn") is not None:
        if queue.policy is None:
            raise refuse("A scheduling policy cannot be added to a first-in-first-out job queue")
        queue.policy = _policy(backend, request)
    if request.get("serviceEnvironmentOrder") is not None:
        queue.service_environments = _order(backend, request["serviceEnvironmentOrder"])
    queue.state = request.get("state") or queue.state
    queue.priority = request.get("priority", queue.priority)
    queue.time_limits = request.get("jobStateTimeLimitActions", queue.time_limits)
    backend.queues.put(queue)
    return {"jobQueueName": queue.name, "jobQueueArn": queue.arn}


def delete(backend: ServiceJobBackend, request: Json) -> Json:
    queue = by_name_or_arn(backend.queues, request["jobQueue"])
    if queue is None:
        backend.delete_job_queue(request["jobQueue"])
        return {}
    if queue.state != "DISABLED":
        raise refuse(f"Cannot delete the job queue {queue.name}: set its state to DISABLED first")
    for job in backend.service_jobs:
        if job.queue == queue.arn and job.status not in ENDED:
            life.terminate(backend, job, "The job queue was deleted", context.now())
    for share in backend.shares:
        if share.queue == queue.arn:
            backend.shares.drop(share.arn)
    backend.queues.drop(queue.arn)
    return {}


def find(backend: ServiceJobBackend, wanted: str) -> JobQueue:
    """The training queue of this name or ARN; a queue of containers is the wrong type."""
    queue = by_name_or_arn(backend.queues, wanted)
    if queue is None:
        if backend.get_job_queue(wanted) is not None:
            raise refuse(
                f"Job queue {wanted} is not of type {TRAINING}: service jobs need a queue of that type"
            )
        raise refuse(f"Job queue {wanted} does not exist")
    assert isinstance(queue, JobQueue)
    return queue


def _create_of_containers(backend: ServiceJobBackend, request: Json) -> Json:
    queue = backend.create_job_queue(
        queue_name=request["jobQueueName"],
        priority=request["priority"],
        schedule_policy=request.get("schedulingPolicyArn"),
        state=request.get("state") or "ENABLED",
        compute_env_order=request.get("computeEnvironmentOrder") or [],
        tags=request.get("tags"),
    )
    return {"jobQueueName": queue.name, "jobQueueArn": queue.arn}


def _order(backend: ServiceJobBackend, order: list[Json]) -> list[Json]:
    if not order:
        raise refuse("At least one service environment must be in serviceEnvironmentOrder")
    return [
        {
            "order": entry["order"],
            "serviceEnvironment": environments.find(backend, entry["serviceEnvironment"]).arn,
        }
        for entry in order
    ]


def _policy(backend: ServiceJobBackend, request: Json) -> str | None:
    arn = request.get("schedulingPolicyArn")
    return None if arn is None else policies.find(backend, arn).arn


def _detail(queue: JobQueue) -> Json:
    optional = {
        "schedulingPolicyArn": queue.policy,
        "jobStateTimeLimitActions": queue.time_limits,
        "tags": queue.tags,
    }
    return {
        "jobQueueName": queue.name,
        "jobQueueArn": queue.arn,
        "state": queue.state,
        "status": "VALID",
        "statusReason": "JobQueue Healthy",
        "priority": queue.priority,
        "computeEnvironmentOrder": [],
        "serviceEnvironmentOrder": queue.service_environments,
        "jobQueueType": TRAINING,
        **{name: value for name, value in optional.items() if value},
    }


def _container_detail(queue: Json) -> Json:
    detail = {name: value for name, value in queue.items() if value not in (None, {})}
    return {"jobQueueType": "ECS", **detail}
