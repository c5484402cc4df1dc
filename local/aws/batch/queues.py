"""Job queues of type SAGEMAKER_TRAINING, beside moto's queues of containers.

https://docs.aws.amazon.com/batch/latest/APIReference/API_CreateJobQueue.html
"""

from __future__ import annotations

from ..service.operations import Json, page
from .environments import environments
from .fairness import has_quotas
from .models import ServiceJobBackend
from .names import check_name, refuse
from .policies import policies
from .records import Resource
from .resources import Kind

TRAINING = "SAGEMAKER_TRAINING"


class _Queues(Kind):
    what = "Job queue"
    operation = "JobQueue"
    table = "queues"
    path = "job-queue"
    name, arn = "jobQueueName", "jobQueueArn"
    reference = "jobQueue"

    def create(self, backend: ServiceJobBackend, request: Json) -> Json:
        """Make a training queue, or one of containers, which moto keeps."""
        name = request["jobQueueName"]
        check_name(name, f"{self.what} name")
        if backend.get_job_queue_by_name(name) or self.make_arn(backend, request) in backend.queues:
            raise refuse(f"{self.what} {name} already exists")
        if request.get("jobQueueType") == TRAINING or request.get("serviceEnvironmentOrder"):
            return super().create(backend, request)
        queue = backend.create_job_queue(
            queue_name=name,
            priority=request["priority"],
            schedule_policy=request.get("schedulingPolicyArn"),
            state=request.get("state") or "ENABLED",
            compute_env_order=request.get("computeEnvironmentOrder") or [],
            tags=request.get("tags"),
        )
        return {"jobQueueName": queue.name, "jobQueueArn": queue.arn}

    def check(self, backend: ServiceJobBackend, request: Json, old: Resource | None = None) -> Json:
        if request.get("jobQueueType", TRAINING) != TRAINING:
            raise refuse(
                "A job queue with a serviceEnvironmentOrder has the type SAGEMAKER_TRAINING"
            )
        if request.get("computeEnvironmentOrder"):
            raise refuse(
                "A job queue cannot have both serviceEnvironmentOrder and computeEnvironmentOrder"
            )
        order = request.get("serviceEnvironmentOrder") or []
        if len(order) != 1:
            raise refuse(
                "serviceEnvironmentOrder takes one service environment: "
                f"a job queue has exactly one, not {len(order)}"
            )
        environment = environments.find(backend, order[0]["serviceEnvironment"]).arn
        own = {
            **request,
            "jobQueueType": TRAINING,
            "serviceEnvironmentOrder": [{**order[0], "serviceEnvironment": environment}],
        }
        if request.get("schedulingPolicyArn") is not None:
            policies.find(backend, request["schedulingPolicyArn"])
        if old is not None:
            _check_policy(backend, old.request, own)
        _check_environment(backend, own, environment, old)
        return own

    def describe(self, backend: ServiceJobBackend, request: Json) -> Json:
        """Describe those named, or all, queues of containers included."""
        wanted = request.get("jobQueues")
        fixed: Json = {"statusReason": "JobQueue Healthy", "computeEnvironmentOrder": []}
        details = [
            self.show(queue, "DescribeJobQueues", "jobQueues", **fixed)
            for queue in self.choose(backend, wanted)
        ]
        for queue in backend.describe_job_queues(wanted):
            shown = {name: value for name, value in queue.items() if value not in (None, {})}
            details.append({"jobQueueType": "ECS", **shown})
        return page(
            details,
            request,
            "jobQueues",
            dict,
            "ClientException",
            rank=lambda detail: [detail["jobQueueArn"]],
        )

    def update(self, backend: ServiceJobBackend, request: Json) -> Json | None:
        """Change a queue; one of containers is moto's."""
        if self._is_motos(backend, request["jobQueue"]):
            return None
        return super().update(backend, request)

    def delete(self, backend: ServiceJobBackend, request: Json) -> Json | None:
        """Delete a queue with its shares; one of containers is moto's."""
        if self._is_motos(backend, request["jobQueue"]):
            return None
        queue = self.find(backend, request["jobQueue"])
        super().delete(backend, request)
        for share in backend.shares:
            if share.request["jobQueueArn"] == queue.arn:
                backend.shares.drop(share.arn)
        return {}

    def find(self, backend: ServiceJobBackend, wanted: str) -> Resource:
        """Return the training queue of this name or ARN; a queue of containers is the wrong type."""
        if self._is_motos(backend, wanted):
            raise refuse(
                f"{self.what} {wanted} is not of type {TRAINING}: service jobs need a queue of that type"
            )
        return super().find(backend, wanted)

    def _is_motos(self, backend: ServiceJobBackend, wanted: str) -> bool:
        return backend.get_job_queue(wanted) is not None


queues = _Queues()


def _check_policy(backend: ServiceJobBackend, old: Json, new: Json) -> None:
    """Refuse to give a queue a policy of another kind than it had."""
    if not new.get("schedulingPolicyArn"):
        return
    if not old.get("schedulingPolicyArn"):
        raise refuse("A scheduling policy cannot be added to a first-in-first-out job queue")
    if has_quotas(backend, old) != has_quotas(backend, new):
        raise refuse("A scheduling policy is replaced by one of the same kind only")


def _check_environment(
    backend: ServiceJobBackend, request: Json, environment: str, own: Resource | None
) -> None:
    """Refuse to share an environment with another queue where one of the two has quota shares.

    https://docs.aws.amazon.com/batch/latest/userguide/service_limits.html
    """
    for queue in backend.queues:
        if queue is own or queue.environment != environment:
            continue
        if has_quotas(backend, request) or has_quotas(backend, queue.request):
            raise refuse(
                f"{environment} is used by the job queue {queue.name}: "
                "with quota shares an environment has one queue"
            )
