"""Quota shares of a queue.

https://docs.aws.amazon.com/batch/latest/APIReference/API_CreateQuotaShare.html
"""

from __future__ import annotations

from ..service.operations import Json
from .fairness import has_quotas
from .models import ServiceJobBackend
from .names import refuse
from .queues import queues
from .records import Resource
from .resources import Kind

MAX = 20
"""Shares of a queue: https://docs.aws.amazon.com/batch/latest/userguide/service_limits.html"""


class _Shares(Kind):
    what = "Quota share"
    operation = "QuotaShare"
    table = "shares"
    name, arn = "quotaShareName", "quotaShareArn"
    reference = "quotaShareArn"

    def check(self, backend: ServiceJobBackend, request: Json, old: Resource | None = None) -> Json:
        """Check the queue of a new share, the limits, and what is lent.

        https://docs.aws.amazon.com/batch/latest/userguide/quota-shares.html
        https://docs.aws.amazon.com/batch/latest/APIReference/API_QuotaShareResourceSharingConfiguration.html
        """
        if old is None:
            request = {**request, "jobQueueArn": _find_queue(backend, request["jobQueue"])}
        units = [limit["capacityUnit"] for limit in request["capacityLimits"]]
        if not 1 <= len(units) <= 5 or len(set(units)) < len(units):
            raise refuse("capacityLimits takes 1 to 5 limits, each of another instance type")
        for limit in request["capacityLimits"]:
            if not limit["capacityUnit"].startswith("ml.") or limit["maxCapacity"] < 0:
                raise refuse(
                    "Each of capacityLimits takes an instance type and a maxCapacity from 0 up"
                )
        sharing = request["resourceSharingConfiguration"]
        borrow = sharing.get("borrowLimit", -1)
        if borrow < -1 or (borrow >= 0 and sharing["strategy"] != "LEND_AND_BORROW"):
            raise refuse("borrowLimit is a percentage, -1 for no limit, of a share that borrows")
        return request

    def make_arn(self, backend: ServiceJobBackend, request: Json) -> str:
        return f"{request['jobQueueArn']}/quota-share/{request[self.name]}"

    def describe(self, backend: ServiceJobBackend, request: Json) -> Json:
        """Describe one share."""
        return self.show(self.find(backend, request["quotaShareArn"]), "DescribeQuotaShare")

    def list_all(self, backend: ServiceJobBackend, request: Json) -> Json:
        """List a queue's shares."""
        queue = queues.find(backend, request["jobQueue"])
        chosen = [share for share in backend.shares if share.request["jobQueueArn"] == queue.arn]
        return self.show_all(chosen, request, "ListQuotaShares", "quotaShares")


shares = _Shares()


def _find_queue(backend: ServiceJobBackend, wanted: str) -> str:
    """Return the ARN of a queue that can have one more share."""
    queue = queues.find(backend, wanted)
    if not has_quotas(backend, queue.request):
        raise refuse(f"Job queue {queue.name} has no quota-share scheduling policy")
    if len([each for each in backend.shares if each.request["jobQueueArn"] == queue.arn]) >= MAX:
        raise refuse(f"Job queue {queue.name} has {MAX} quota shares, as many as it can")
    return queue.arn
