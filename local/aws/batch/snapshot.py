"""GetJobQueueSnapshot: which jobs are next in a queue, and what those use that are under way.

https://docs.aws.amazon.com/batch/latest/APIReference/API_GetJobQueueSnapshot.html
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable

from ..service import context
from ..service.operations import Json
from . import fairness
from .models import ServiceJobBackend
from .queues import queues
from .records import DISPATCHED, ServiceJob
from .views import show_usage

FRONT = 100
TOP = 20


def get_snapshot(backend: ServiceJobBackend, request: Json) -> Json:
    """Describe the front of a queue and the use of its capacity."""
    queue = queues.find(backend, request["jobQueue"])
    policy = fairness.find_policy(backend, queue.request)
    jobs = [job for job in backend.service_jobs if job.queue == queue.arn]
    waiting = sorted((job for job in jobs if job.status == "RUNNABLE"), key=backend.rank)
    if "fairsharePolicy" in policy:
        waiting = fairness.sort(backend, queue, waiting, context.now())
    running = [job for job in jobs if job.status in DISPATCHED]
    now = int(context.now() * 1000)

    def show(job: ServiceJob, *, in_share: bool = False) -> Json:
        moved = backend.moves.find_last(job, backend.rank(job), in_share=in_share)
        since = max(moved, job.since, job.ranked)
        return {"jobArn": job.arn, "earliestTimeAtPosition": int(since * 1000)}

    total = sum((Counter(job.needs) for job in running), Counter[str]())
    used: Json = {"totalCapacityUsage": show_usage(total), "lastUpdatedAt": now}
    answer: Json = {
        "frontOfQueue": {"jobs": [show(job) for job in waiting[:FRONT]], "lastUpdatedAt": now},
        "queueUtilization": used,
    }
    if "quotaSharePolicy" in policy:
        first: dict[str, list[Json]] = {}
        for job in waiting:
            if job.share not in first:
                first[job.share] = [show(job, in_share=True)]
        answer["frontOfQuotaShares"] = {"quotaShares": first, "lastUpdatedAt": now}
        top = _rank_shares(running, "quotaShareName")
        used["quotaShareUtilization"] = {"topCapacityUtilization": top}
    elif policy:
        used["fairshareUtilization"] = {
            "activeShareCount": len({job.share for job in running}),
            "topCapacityUtilization": _rank_shares(running, "shareIdentifier"),
        }
    return answer


def _rank_shares(running: Iterable[ServiceJob], member: str) -> list[Json]:
    """List the shares that use most, each with its name as this member."""
    used: dict[str, Counter[str]] = defaultdict(Counter)
    for job in running:
        used[job.share].update(job.needs)
    names = sorted(used, key=lambda name: (-used[name].total(), name))[:TOP]
    return [{member: name, "capacityUsage": show_usage(used[name])} for name in names]
