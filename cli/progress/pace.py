"""How often AWS is asked."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from cli.runs.statuses import JobStatus

SHORTEST, LONGEST = 5.0, 60.0  # seconds
ON_EMULATOR = 0.5
GROWTH = 1.5


@dataclass
class Pace:
    """The pause before the next look, in seconds: it grows while nothing but the time changes."""

    shortest: float = SHORTEST
    longest: float = LONGEST
    _pause: float = 0.0
    _last: Sequence[object] = ()

    def next_pause(self, jobs: Sequence[JobStatus]) -> float:
        """Return the pause after a look that has shown these jobs."""
        seen = [(job.name, job.status, job.attempt, job.wait.position) for job in jobs]
        grown = self._pause * GROWTH if self._pause and seen == self._last else self.shortest
        self._pause, self._last = min(grown, self.longest), seen
        return self._pause


def make_pace(*, on_emulator: bool) -> Pace:
    """Return the pace for AWS, or for the emulator, which nobody else waits for."""
    return Pace(ON_EMULATOR, ON_EMULATOR) if on_emulator else Pace()
