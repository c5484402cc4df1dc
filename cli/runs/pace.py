"""How often AWS is asked."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from cli.runs.statuses import JobStatus

SHORTEST, LONGEST = 5.0, 60.0  # seconds
ON_EMULATOR = 0.5
GROWTH = 1.5


@dataclass
class Pace:
    """The pause before the next look, in seconds: it grows while nothing but the time changes.

    Tests give another `clock` and `sleep`.
    """

    shortest: float = SHORTEST
    longest: float = LONGEST
    clock: Callable[[], float] = time.monotonic
    sleep: Callable[[float], None] = time.sleep
    _pause: float = 0.0
    _last: object = None

    def next_pause(self, seen: object) -> float:
        """Return the pause after a look that has shown this."""
        grown = self._pause * GROWTH if self._pause and seen == self._last else self.shortest
        self._pause, self._last = min(grown, self.longest), seen
        return self._pause

    def poll(
        self, look: Callable[[], Sequence[JobStatus]], deadline: float | None = None
    ) -> Iterator[Sequence[JobStatus]]:
        """Yield the jobs at each look, with a pause before the next one; the last time at the deadline."""
        while True:
            jobs = look()
            yield jobs
            now = self.clock()
            if deadline is not None and now >= deadline:
                return
            seen = [(job.name, job.status, job.attempt, job.wait.position) for job in jobs]
            pause = self.next_pause(seen)
            self.sleep(pause if deadline is None else min(pause, deadline - now))


def make_pace(*, on_emulator: bool) -> Pace:
    """Return the pace for AWS, or for the emulator, which nobody else waits for."""
    return Pace(ON_EMULATOR, ON_EMULATOR) if on_emulator else Pace()
