"""Job queues of type SAGEMAKER_TRAINING, beside moto's queues of containers.

https://docs.aws.amazon.com/batch/latest/APIReference/API_CreateJobQueue.html
"""

from __future__ import annotations

from ..service import context
from ..service.operations import Json, page
from . import environments, life, policies, resources
from .models import ServiceJobBackend
from .names import check_name, refuse
from .records import Resource

TRAINING = "SAGEMAKER_TRAINING"
WHAT = "Job queue"
NAMES = ("jobQueueName", "jobQueueArn")
_CHANGEABLE = (
    "schedulingPolicyArn",
    "serviceEnvironmentOrder",
    "state",
    "priority",
    "jobStateTimeLimitActions",
)


def create(backend: ServiceJobBackend, request: Json) -> Json:
    """Make a training queue, or one of containers, which moto keeps."""
    name = request["jobQueueName"]
    if backend.get_job_queue_by_name(name):
        raise refuse(f"{WHAT} {name} already exists")
    if request.get("jobQueueType") != TRAINING and not request.get("serviceEnvironmentOrder"):
        check_name(name, f"{WHAT} name")
        return _create_of_containers(backend, request)
    if request.get("jobQueueType", TRAINING) != TRAINING:
        raise refuse("A job queue with a serviceEnvironmentOrder has the type SAGEMAKER_TRAINING")
    if request.get("computeEnvironmentOrder"):
        raise refuse(
            "A job queue cannot have both serviceEnvironmentOrder and computeEnvironmentOrder"
        )
    own = {
        **request,
        "jobQueueType": TRAINING,
        "serviceEnvironmentOrder": _order(backend, request.get("serviceEnvironmentOrder") or []),
    }
    if request.get("schedulingPolicyArn") is not None:
        policies.find(backend, request["schedulingPolicyArn"])
    _check_environment(backend, own)
    return _names(resources.make(backend, backend.queues, WHAT, name, f"job-queue/{name}", own))


def describe(backend: ServiceJobBackend, request: Json) -> Json:
    details = [_show(queue) for queue in backend.queues]
    details += [_container_detail(queue) for queue in backend.describe_job_queues()]
    wanted = request.get("jobQueues")
    if wanted:
        details = [
            detail
            for detail in details
            if detail["jobQueueName"] in wanted or detail["jobQueueArn"] in wanted
        ]
    return page(
        details,
        request,
        "jobQueues",
        dict,
        "ClientException",
        rank=lambda detail: [detail["jobQueueArn"]],
    )


def update(backend: ServiceJobBackend, request: Json) -> Json:
    """Change a queue; one of containers is moto's."""
    queue = _get(backend, request["jobQueue"])
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
        if not queue.request.get("schedulingPolicyArn"):
            raise refuse("A scheduling policy cannot be added to a first-in-first-out job queue")
        new = policies.find(backend, request["schedulingPolicyArn"])
        if policies.has_quotas(backend, queue.request) != ("quotaSharePolicy" in new.request):
            raise refuse("A scheduling policy is replaced by one of the same kind only")
    if request.get("serviceEnvironmentOrder") is not None:
        order = _order(backend, request["serviceEnvironmentOrder"])
        request = {**request, "serviceEnvironmentOrder": order}
    _check_environment(backend, {**queue.request, **request}, queue.arn)
    resources.change(backend.queues, queue, request, *_CHANGEABLE)
    return _names(queue)


def delete(backend: ServiceJobBackend, request: Json) -> Json:
    """Delete a queue that is disabled, with its shares, and terminate its jobs; one of containers is moto's.

    https://github.com/hashicorp/terraform-provider-aws/issues/34760 has what AWS says of one that there is not.
    """
    queue = _get(backend, request["jobQueue"])
    if queue is None and backend.get_job_queue(request["jobQueue"]) is None:
        raise refuse(f"{request['jobQueue']} does not exist")
    if queue is None:
        backend.delete_job_queue(request["jobQueue"])
        return {}
    if queue.state != "DISABLED":
        raise refuse(f"Cannot delete the job queue {queue.name}: set its state to DISABLED first")
    jobs = [job for job in backend.service_jobs if job.queue == queue.arn]
    life.terminate_all(backend, jobs, "The job queue was deleted", context.now())
    for share in backend.shares:
        if share.request["jobQueueArn"] == queue.arn:
            backend.shares.drop(share.arn)
    backend.queues.drop(queue.arn)
    return {}


def find(backend: ServiceJobBackend, wanted: str) -> Resource:
    """Return the training queue of this name or ARN; a queue of containers is the wrong type."""
    if _get(backend, wanted) is None and backend.get_job_queue(wanted) is not None:
        message = (
            f"{WHAT} {wanted} is not of type {TRAINING}: service jobs need a queue of that type"
        )
        raise refuse(message)
    return resources.find(backend.queues, WHAT, wanted)


def _get(backend: ServiceJobBackend, wanted: str) -> Resource | None:
    return next((q for q in backend.queues if wanted in (q.name, q.arn)), None)


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
    if len(order) != 1:
        raise refuse(
            "serviceEnvironmentOrder takes one service environment: "
            f"a job queue has exactly one, not {len(order)}"
        )
    return [
        {
            "order": entry["order"],
            "serviceEnvironment": environments.find(backend, entry["serviceEnvironment"]).arn,
        }
        for entry in order
    ]


def _check_environment(backend: ServiceJobBackend, request: Json, own: str = "") -> None:
    """Refuse to share an environment with another queue where one of the two has quota shares.

    https://docs.aws.amazon.com/batch/latest/userguide/service_limits.html
    """
    order = request["serviceEnvironmentOrder"][0]["serviceEnvironment"]
    for queue in backend.queues:
        taken = queue.request["serviceEnvironmentOrder"][0]["serviceEnvironment"] == order
        if (
            taken
            and queue.arn != own
            and any(policies.has_quotas(backend, each) for each in (request, queue.request))
        ):
            message = f"{order} is used by the job queue {queue.name}: with quota shares an environment has one queue"
            raise refuse(message)


def _names(queue: Resource) -> Json:
    return dict(zip(NAMES, (queue.name, queue.arn), strict=True))


def _show(queue: Resource) -> Json:
    shape = resources.get_shape("DescribeJobQueues", "jobQueues")
    fixed: Json = {"statusReason": "JobQueue Healthy", "computeEnvironmentOrder": []}
    return resources.show(queue, shape, *NAMES, **fixed)


def _container_detail(queue: Json) -> Json:
    detail = {name: value for name, value in queue.items() if value not in (None, {})}
    return {"jobQueueType": "ECS", **detail}
