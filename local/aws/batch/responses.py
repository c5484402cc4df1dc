"""The operations of AWS Batch that service jobs need. Everything else of Batch is moto's."""

from __future__ import annotations

from moto.batch.models import batch_backends
from moto.batch.responses import BatchResponse

from ..service.operations import Json, Operations
from . import jobs, snapshot, submit, tags
from .environments import environments
from .policies import policies
from .queues import queues
from .shares import shares


class ServiceJobResponse(Operations, BatchResponse):
    """Batch's endpoint."""

    backends = batch_backends
    handlers = {
        "CreateServiceEnvironment": environments.create,
        "DescribeServiceEnvironments": environments.describe,
        "UpdateServiceEnvironment": environments.update,
        "DeleteServiceEnvironment": environments.delete,
        "CreateJobQueue": queues.create,
        "DescribeJobQueues": queues.describe,
        "UpdateJobQueue": queues.update,
        "DeleteJobQueue": queues.delete,
        "GetJobQueueSnapshot": snapshot.get_snapshot,
        "CreateSchedulingPolicy": policies.create,
        "DescribeSchedulingPolicies": policies.describe,
        "ListSchedulingPolicies": policies.list_all,
        "UpdateSchedulingPolicy": policies.update,
        "DeleteSchedulingPolicy": policies.delete,
        "CreateQuotaShare": shares.create,
        "DescribeQuotaShare": shares.describe,
        "ListQuotaShares": shares.list_all,
        "UpdateQuotaShare": shares.update,
        "DeleteQuotaShare": shares.delete,
        "SubmitServiceJob": submit.submit,
        "DescribeServiceJob": jobs.describe,
        "ListServiceJobs": jobs.list_all,
        "UpdateServiceJob": jobs.update,
        "TerminateServiceJob": jobs.terminate,
        "TerminateServiceJobs": jobs.terminate_many,
        "TagResource": tags.tag,
        "UntagResource": tags.untag,
        "ListTagsForResource": tags.list_all,
    }

    def request(self) -> Json:
        """The body, and for tags what the path and the query add."""
        request = {**super().request(), **self.uri_match}
        if self.uri_match and self.method == "DELETE":
            request["tagKeys"] = self.querystring["tagKeys"]
        _capitalise_actions(request)
        return request


def _capitalise_actions(request: Json) -> None:
    """Batch reads `Retry` as `RETRY`: the sample request of its own page has it so."""
    strategy = request.get("retryStrategy")
    rules = strategy.get("evaluateOnExit") if isinstance(strategy, dict) else None
    for rule in rules if isinstance(rules, list) else []:
        if isinstance(rule, dict) and isinstance(rule.get("action"), str):
            rule["action"] = rule["action"].upper()
