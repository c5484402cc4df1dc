"""The jobs of each queue that are ready to be dispatched, in the order in which they will be; who moved when."""

from __future__ import annotations

import bisect
from collections import deque

from .records import ServiceJob

Rank = tuple[int, int, str]
Line = tuple[str, str]
"""A queue's ARN and the share in it, which is a queue of its own; '' where the queue has none."""


class WaitingJobs:
    """In order of submission; by scheduling priority first where the queue has a policy."""

    def __init__(self) -> None:
        self._lines: dict[Line, list[Rank]] = {}
        self._ranks: dict[str, tuple[Line, Rank]] = {}

    def add(self, job: ServiceJob, rank: Rank) -> None:
        """Let the job wait in its queue."""
        self.remove(job.id)
        line = (job.queue, job.share)
        bisect.insort(self._lines.setdefault(line, []), rank)
        self._ranks[job.id] = (line, rank)

    def remove(self, job_id: str) -> None:
        """The job waits no more."""
        if job_id in self._ranks:
            line, rank = self._ranks.pop(job_id)
            ranks = self._lines[line]
            del ranks[bisect.bisect_left(ranks, rank)]

    def __contains__(self, job_id: str) -> bool:
        return job_id in self._ranks

    def list_heads(self, queue: str) -> list[str]:
        """Return the ids of the jobs at the heads of a queue's lines: one, or one a share."""
        return [ranks[0][-1] for line, ranks in self._lines.items() if line[0] == queue and ranks]


class Moves:
    """When jobs came into a queue or left it, which moves those behind them; the last thousand a queue."""

    def __init__(self) -> None:
        self._moves: dict[str, deque[tuple[float, str, Rank]]] = {}

    def note(self, job: ServiceJob, rank: Rank, at: float) -> None:
        """A job has become RUNNABLE in its queue, or has left it."""
        moves = self._moves.setdefault(job.queue, deque(maxlen=1000))
        moves.append((at, job.share, rank))

    def find_last(self, job: ServiceJob, rank: Rank, *, in_share: bool) -> float:
        """When somebody before the job moved last; 0 where nobody did."""
        for at, share, moved in reversed(self._moves.get(job.queue, ())):
            if moved < rank and (not in_share or share == job.share):
                return at
        return 0.0
