"""Which waiting job of a queue is next."""

from __future__ import annotations

from . import blocks, fairness
from .records import Resource, ServiceJob
from .state import BatchState


def sort(backend: BatchState, queue: Resource, at: float) -> list[ServiceJob]:
    """Return the one head of a queue; with quota shares each share's, in the order in which they get capacity.

    That is who claims what its quota share has of its own, then borrowers, first in first out.
    https://docs.aws.amazon.com/batch/latest/APIReference/API_QuotaSharePolicy.html
    """
    ids = backend.waiting.list_heads(queue.arn)
    found = [job for each in ids if (job := backend.service_jobs.get(each)) is not None]
    if len(found) > 1 and "fairsharePolicy" in fairness.find_policy(backend, queue.request):
        return fairness.sort(backend, queue, found, at)[:1]
    return sorted(found, key=lambda job: (not blocks.is_within_own(backend, job), job.number))
