"""How often AWS is asked."""

from __future__ import annotations

from dataclasses import dataclass

SHORTEST, LONGEST = 5.0, 60.0  # seconds
ON_EMULATOR = 0.5
GROWTH = 1.5


@dataclass
class Pace:
    """The pause before the next look, in seconds: it grows while nothing changes."""

    shortest: float = SHORTEST
    longest: float = LONGEST
    pause: float = 0.0

    def next_pause(self, *, changed: bool) -> float:
        """Return the pause after a look."""
        grown = self.pause * GROWTH if self.pause and not changed else self.shortest
        self.pause = min(grown, self.longest)
        return self.pause


def make_pace(*, on_emulator: bool) -> Pace:
    """Return the pace for AWS, or for the emulator, which nobody else waits for."""
    return Pace(ON_EMULATOR, ON_EMULATOR) if on_emulator else Pace()
