"""The jobs of each queue that are ready to be dispatched, in the order in which they will be."""

from __future__ import annotations

import bisect

from .records import ServiceJob

Rank = tuple[int, int, str]


class WaitingJobs:
    """In order of submission; by scheduling priority first where the queue has a policy."""

    def __init__(self) -> None:
        self._queues: dict[str, list[Rank]] = {}
        self._ranks: dict[str, tuple[str, Rank]] = {}

    def add(self, job: ServiceJob, *, by_priority: bool) -> None:
        """Let the job wait in its queue."""
        self.remove(job.id)
        rank = (-job.priority if by_priority else 0, job.number, job.id)
        bisect.insort(self._queues.setdefault(job.queue, []), rank)
        self._ranks[job.id] = (job.queue, rank)

    def remove(self, job_id: str) -> None:
        """The job waits no more."""
        if job_id in self._ranks:
            queue, rank = self._ranks.pop(job_id)
            ranks = self._queues[queue]
            del ranks[bisect.bisect_left(ranks, rank)]

    def __contains__(self, job_id: str) -> bool:
        return job_id in self._ranks

    def of(self, queue: str) -> list[str]:
        """The ids of the queue's waiting jobs, the next one first."""
        return [rank[-1] for rank in self._queues.get(queue, [])]

    def first(self, queue: str) -> str | None:
        """The job at the head of the queue."""
        ranks = self._queues.get(queue)
        return ranks[0][-1] if ranks else None
