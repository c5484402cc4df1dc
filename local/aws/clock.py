"""The one clock of the emulator, and the pace at which jobs pass through their states."""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass, fields, replace
from typing import Any


def is_number(value: Any, most: float = math.inf) -> bool:
    """Whether a JSON value is a number from 0 up, and no more than `most`."""
    return type(value) in (int, float) and 0 <= value <= most


class Clock:
    """Epoch seconds that can be frozen and moved forward, never back.

    `source` is what the time comes from while the clock runs; a test hands in its own.
    """

    def __init__(
        self, source: Callable[[], float] = time.time, *, frozen_at: float | None = None
    ) -> None:
        self._source = source
        self._offset = 0.0
        self._frozen = frozen_at

    def now(self) -> float:
        """Seconds since the epoch."""
        return self._source() + self._offset if self._frozen is None else self._frozen

    @property
    def frozen(self) -> bool:
        """Whether time stands still until `advance` or `thaw`."""
        return self._frozen is not None

    def freeze(self) -> None:
        """Stop the clock at this moment."""
        self._frozen = self.now()

    def thaw(self) -> None:
        """Let the clock run on from where it stands."""
        if self._frozen is not None:
            self._offset = self._frozen - self._source()
            self._frozen = None

    def advance(self, seconds: float) -> None:
        """Move the clock forward; a negative number of seconds is an error."""
        if not is_number(seconds) or math.isinf(seconds):
            raise ValueError(f"advance: {seconds!r} is not a number of seconds from 0 up")
        if self._frozen is None:
            self._offset += seconds
        else:
            self._frozen += seconds

    def state(self) -> dict[str, Any]:
        """What must be kept for the clock never to run backwards over a restart."""
        return {"offset": self._offset, "frozen": self._frozen}

    def restore(self, state: dict[str, Any]) -> None:
        """Take up a kept state."""
        self._offset = state["offset"]
        self._frozen = state["frozen"]


@dataclass(frozen=True)
class Pace:
    """Seconds that a job spends in each state; infinite means that it stays there.

    `submitted` to `running` are the states of a Batch service job, `stopping` is how long SageMaker
    takes to stop a training job; `pending` and `in_progress` are the states of a Personalize
    batch inference job, `creating` those of the other Personalize resources.
    """

    submitted: float = 0.2
    runnable: float = 0.8
    scheduled: float = 0.2
    starting: float = 0.3
    running: float = 1.5
    stopping: float = 0.3
    pending: float = 1.0
    in_progress: float = 2.0
    creating: float = 0.5

    def change(self, wanted: dict[str, Any]) -> Pace:
        """Return this pace with some fields changed; `None` stands for infinite, as JSON has no word for it."""
        seconds = {name: math.inf if value is None else value for name, value in wanted.items()}
        known = sorted(asdict(self))
        for name, value in seconds.items():
            if name not in known:
                raise ValueError(f"{name} is not a state; the states are {', '.join(known)}")
            if not is_number(value):
                raise ValueError(f"{name} takes a number of seconds from 0 up, or null")
        return replace(self, **{name: float(value) for name, value in seconds.items()})

    @classmethod
    def instant(cls) -> Pace:
        """Every state passes at once."""
        return cls(**{field.name: 0.0 for field in fields(cls)})

    def as_json(self) -> dict[str, float | None]:
        """The seconds of each state; `None` for infinite."""
        return {name: None if math.isinf(value) else value for name, value in asdict(self).items()}
