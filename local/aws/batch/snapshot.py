"""GetJobQueueSnapshot: which jobs are next in a queue, and what those use that are under way.

https://docs.aws.amazon.com/batch/latest/APIReference/API_GetJobQueueSnapshot.html
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from ..service import context
from ..service.operations import Json
from . import fairness
from .models import ServiceJobBackend
from .queues import queues
from .records import DISPATCHED, ServiceJob
from .waiting import Rank

FRONT = 100
TOP = 20


def get_snapshot(backend: ServiceJobBackend, request: Json) -> Json:
    """Describe the front of a queue and the use of its capacity."""
    queue = queues.find(backend, request["jobQueue"])
    policy = fairness.find_policy(backend, queue.request)
    jobs = [job for job in backend.service_jobs if job.queue == queue.arn]
    ranked = sorted((backend.rank(job), job) for job in jobs if job.status == "RUNNABLE")
    if "fairsharePolicy" in policy:
        ranks = {job.id: rank for rank, job in ranked}
        jobs_in_order = fairness.sort(backend, queue, [job for _, job in ranked], context.now())
        ranked = [(ranks[job.id], job) for job in jobs_in_order]
    now = int(context.now() * 1000)

    def show(rank: Rank, job: ServiceJob, *, in_share: bool = False) -> Json:
        moved = backend.moves.find_last(job, rank, in_share=in_share)
        since = max(moved, job.since, job.ranked)
        return {"jobArn": job.arn, "earliestTimeAtPosition": int(since * 1000)}

    answer: Json = {
        "frontOfQueue": {"jobs": [show(*each) for each in ranked[:FRONT]], "lastUpdatedAt": now}
    }
    running = [job for job in jobs if job.status in DISPATCHED]
    used: Json = {"totalCapacityUsage": _add_up(running), "lastUpdatedAt": now}
    if "quotaSharePolicy" in policy:
        first: dict[str, list[Json]] = {}
        for rank, job in ranked:
            if job.share not in first:
                first[job.share] = [show(rank, job, in_share=True)]
        answer["frontOfQuotaShares"] = {"quotaShares": first, "lastUpdatedAt": now}
        top = _rank_shares(running, "quotaShareName")
        used["quotaShareUtilization"] = {"topCapacityUtilization": top}
    elif policy:
        top = _rank_shares(running, "shareIdentifier")
        active = len({job.request["shareIdentifier"] for job in running})
        used["fairshareUtilization"] = {
            "activeShareCount": active,
            "topCapacityUtilization": top,
        }
    return {**answer, "queueUtilization": used}


def _rank_shares(running: Iterable[ServiceJob], field: str) -> list[Json]:
    """List the shares that use most."""
    by_share: dict[str, list[ServiceJob]] = {}
    for job in running:
        by_share.setdefault(job.request[field], []).append(job)
    shares = sorted(
        by_share, key=lambda name: (-sum(sum(job.needs.values()) for job in by_share[name]), name)
    )
    return [{field: name, "capacityUsage": _add_up(by_share[name])} for name in shares[:TOP]]


def _add_up(running: Iterable[ServiceJob]) -> list[Json]:
    """Count instances by type: the unit of service jobs."""
    total: Counter[str] = Counter()
    for job in running:
        total.update(job.needs)
    return [
        {"capacityUnit": kind, "quantity": float(count)} for kind, count in sorted(total.items())
    ]
