"""Whose job of a fair-share queue is next, and what of its capacity stays free for shares without jobs.

https://docs.aws.amazon.com/batch/latest/userguide/fair-share-scheduling.html
"""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from ..service import context
from .models import ServiceJobBackend
from .names import matches
from .records import ENDED, Resource, ServiceJob

MAX_ACTIVE = 500
_WINDOW = 600
# Seconds for which all use counts that is older than `age`, by how it loses weight (docs/emulator.md, Assumptions).
DECAYS: dict[str, Callable[[float, float], float]] = {
    "linear": lambda age, window: max(0.0, window - age) ** 2 / (2 * window),
    "exponential": lambda age, window: window * math.exp(-age / window),
    "none": lambda age, window: max(0.0, window - age),
}


def find_policy(backend: ServiceJobBackend, queue: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return what the scheduling policy of a queue was created with; of a queue without one, nothing."""
    policy = backend.policies.get(queue.get("schedulingPolicyArn") or "")
    return {} if policy is None else policy.request


def has_quotas(backend: ServiceJobBackend, queue: Mapping[str, Any]) -> bool:
    """Whether a queue, by what it was created with, has quota shares."""
    return "quotaSharePolicy" in find_policy(backend, queue)


def _find_fair(backend: ServiceJobBackend, queue: Resource) -> Mapping[str, Any]:
    fair: Mapping[str, Any] = find_policy(backend, queue.request).get("fairsharePolicy", {})
    return fair


def sort(
    backend: ServiceJobBackend, queue: Resource, jobs: Iterable[ServiceJob], at: float
) -> list[ServiceJob]:
    """Sort jobs, given in the order within their shares: the share comes first that has used least by its weight.

    Of shares that have used as much, the one that uses least now comes first, then the job that was submitted first.
    https://docs.aws.amazon.com/batch/latest/userguide/share-identifiers.html
    """
    policy = _find_fair(backend, queue)
    used = _measure(backend, queue, policy, at)
    busy: Counter[str] = Counter()
    ranks = []
    for job in jobs:
        if job.share not in busy:
            busy.update({job.share: sum(backend.in_use[job.share_arn].values())})
        weight = _find_weight(policy, job.share)
        ranks.append(
            (round(used[job.share] * weight, 6), busy[job.share] * weight, job.number, job)
        )
        busy.update({job.share: sum(job.needs.values())})
    return [job for *_, job in sorted(ranks, key=lambda rank: rank[:3])]


def is_full(backend: ServiceJobBackend, queue: Resource, share: str, at: float) -> bool:
    """Whether the share would be one more than may be active in the queue.

    https://docs.aws.amazon.com/batch/latest/APIReference/API_CreateJobQueue.html
    """
    for job in reversed(backend.service_jobs):
        if job.queue == queue.arn and job.share == share and job.status not in ENDED:
            return False
    active = _find_active(backend, queue, at)
    return len(active) >= MAX_ACTIVE and share not in active


def _find_active(backend: ServiceJobBackend, queue: Resource, at: float) -> set[str]:
    """Return the shares with jobs that have not ended, or ended within the time that counts."""
    since = at - _find_window(_find_fair(backend, queue))
    jobs = [job for job in backend.service_jobs if job.queue == queue.arn]
    return {job.share for job in jobs if job.status not in ENDED or (job.stopped or 0) > since}


def find_usable(backend: ServiceJobBackend, queue: Resource, at: float) -> float:
    """Return which part of the queue's capacity its active shares may use: all but (computeReservation/100)^active.

    https://docs.aws.amazon.com/batch/latest/APIReference/API_FairsharePolicy.html
    """
    reserved = _find_fair(backend, queue).get("computeReservation", 0) / 100
    return 1 - reserved ** len(_find_active(backend, queue, at)) if reserved else 1.0


def _measure(
    backend: ServiceJobBackend, queue: Resource, policy: Mapping[str, Any], at: float
) -> Mapping[str, float]:
    """Return how many instance-seconds each share has used, by what they count for now.

    https://aws.amazon.com/blogs/hpc/deep-dive-on-fair-share-scheduling-in-aws-batch/
    """
    window, decay = _find_window(policy), DECAYS[context.current.share_decay]
    recent = [use for use in backend.uses.get(queue.arn, []) if use[3] > at - window]
    backend.uses[queue.arn] = recent
    running = [
        (job.share, sum(job.needs.values()), job.started, at)
        for job in backend.under_way.values()
        if job.queue == queue.arn and job.started is not None
    ]
    used: dict[str, float] = defaultdict(float)
    for share, count, started, stopped in recent + running:
        used[share] += count * (decay(at - stopped, window) - decay(at - started, window))
    return used


def _find_window(policy: Mapping[str, Any]) -> int:
    """Return how many seconds count.

    https://docs.aws.amazon.com/batch/latest/APIReference/API_FairsharePolicy.html
    """
    return policy.get("shareDecaySeconds") or _WINDOW


def _find_weight(policy: Mapping[str, Any], share: str) -> float:
    """Return the weight of a share: its own, that of its prefix, or 1.

    https://docs.aws.amazon.com/batch/latest/APIReference/API_ShareAttributes.html
    """
    for each in policy.get("shareDistribution", []):
        if matches(each["shareIdentifier"], share):
            return float(each.get("weightFactor", 1.0))
    return 1.0
