"""Calls at no more than AWS's documented rate, so that nobody else in the account is throttled because of us."""

from __future__ import annotations

import threading
from collections.abc import Callable

WAITING = 16  # calls that may wait at once: a Python provider serves four


class Pace:
    """A token bucket: `rate` calls a second, and after a pause as many at once. Thread-safe.

    https://docs.aws.amazon.com/AWSEC2/latest/APIReference/throttling.html tells how AWS counts.
    """

    def __init__(
        self, rate: float, clock: Callable[[], float], sleep: Callable[[float], None]
    ) -> None:
        self._interval = 1 / rate
        self._burst = max(1.0, rate) - 1
        self._clock = clock
        self._sleep = sleep
        self._full = clock()  # when the bucket would be full again
        self._lock = threading.Lock()

    def take(self) -> None:
        """Wait for a token, and take it."""
        with self._lock:
            now = self._clock()
            # a clock may be set back: no more wait before this call than it takes to fill an empty bucket
            latest = now + self._interval * (1 + self._burst + WAITING)
            self._full = min(max(self._full, now), latest) + self._interval
            wait = self._full - now - self._interval * (1 + self._burst)
        if wait > 0:
            self._sleep(wait)

    def drain(self) -> None:
        """Begin with an empty bucket: AWS throttled a call, so others in the account took the tokens."""
        with self._lock:
            self._full = max(self._full, self._clock() + self._interval * (1 + self._burst))
