"""Records of one kind in one account and region, and the agenda of what falls due among them."""

from __future__ import annotations

import heapq
import math
from collections.abc import Iterator
from typing import Any, Generic, Protocol, TypeVar

from . import context


class Record(Protocol):
    """A dataclass of JSON values: the key it is found by, and when it takes its next step."""

    @property
    def key(self) -> str: ...

    @property
    def due(self) -> float:
        """Seconds since the epoch; infinite where no step is to come."""
        return math.inf


R = TypeVar("R", bound=Record)


class Table(Generic[R]):
    """Records by key, oldest first. A record that was altered must be `put` again: that is what keeps it."""

    def __init__(self, name: str, record: type[R], account: str, region: str) -> None:
        self.name = name
        self._record = record
        self._place = (name, account, region)
        self._records: dict[str, R] = {}
        self._agenda: list[tuple[float, int, str]] = []
        self._planned = 0

    def __len__(self) -> int:
        return len(self._records)

    def __iter__(self) -> Iterator[R]:
        return iter(list(self._records.values()))

    def __reversed__(self) -> Iterator[R]:
        return reversed(list(self._records.values()))

    def __contains__(self, key: str) -> bool:
        return key in self._records

    def get(self, key: str) -> R | None:
        """The record of this key, if there is one."""
        return self._records.get(key)

    def put(self, record: R) -> None:
        """Keep the record as it is now, and plan its next step."""
        self._records[record.key] = record
        self._changed(record.key)
        self.plan(record)

    def drop(self, key: str) -> None:
        """Forget the record."""
        if self._records.pop(key, None) is not None:
            self._changed(key)

    def plan(self, record: R) -> None:
        """Let the record take its next step when that is due, and not before."""
        due = record.due
        if math.isfinite(due):
            self._planned += 1
            heapq.heappush(self._agenda, (due, self._planned, record.key))

    def pop_due(self, now: float) -> Iterator[tuple[R, float]]:
        """Yield each record whose step is due by `now` with the time of the step, which the caller takes."""
        while self._agenda and self._agenda[0][0] <= now:
            at, _, key = heapq.heappop(self._agenda)
            record = self._records.get(key)
            if record is not None and record.due == at:  # else it was planned anew, or is gone
                yield record, at

    def _changed(self, key: str) -> None:
        name, account, region = self._place
        context.current.changed[name, account, region, key] = None

    def document(self, key: str) -> dict[str, Any] | None:
        """The record as JSON values; `None` when it is gone."""
        record = self._records.get(key)
        return None if record is None else vars(record)

    def restore(self, document: dict[str, Any]) -> None:
        """Take up a kept record."""
        record = self._record(**document)
        self._records[record.key] = record
