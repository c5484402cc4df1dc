"""What goes wrong on request: throttling, errors, cut connections, missing permissions."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from fnmatch import fnmatchcase
from typing import Any

from ..clock import is_number
from ..service import context
from .calls import Call

KINDS = ("throttle", "error", "cut-before", "cut-after")
NEEDS_NO_PERMISSION = ("sts:GetCallerIdentity",)


@dataclass
class Fault:
    """A fault of the next `times` calls of `operation` (`*` for all), once `after` calls have passed.

    `cut-before` closes the connection before anything is done, `cut-after` when all is done but the answer.
    With `percent` it is a fault of that part of all calls, evenly: 20 is each fifth one. With `rate` it is one of the
    calls beyond so many a second, as a token bucket counts that begins full.
    """

    operation: str
    kind: str
    times: int = 1
    after: int = 0
    code: str = "ServerException"
    message: str = "The emulator was asked to fail"
    status: int = 500
    percent: float = 0
    rate: float = 0
    due: float = field(default=0, init=False)
    spent: float = field(default=0, init=False)
    counted: float = field(default=0, init=False)

    def __post_init__(self) -> None:
        if self.kind not in KINDS:
            raise ValueError(f"kind: {self.kind} is not one of {', '.join(KINDS)}")
        for name in ("times", "after", "status"):
            value = getattr(self, name)
            if not is_number(value) or not isinstance(value, int):
                raise ValueError(f"{name}: {value} is not a whole number from 0 up")
        if not is_number(self.percent, 100):
            raise ValueError(f"percent: {self.percent} is not a number from 0 to 100")
        if not is_number(self.rate, 1e6):
            raise ValueError(f"rate: {self.rate} is not a number of calls a second")

    def take(self) -> bool:
        """Whether a call meets the fault, which counts it."""
        if self.after > 0:
            self.after -= 1
            return False
        if self.rate:
            now = context.now()
            self.spent = max(0.0, self.spent - (now - self.counted) * self.rate)
            self.counted = now
            met = self.spent + 1 > max(1.0, self.rate)
            self.spent += 0 if met else 1
            return met
        if self.percent:
            self.due += self.percent
            met = self.due >= 100
            self.due -= 100 if met else 0
            return met
        self.times -= 1
        return self.times >= 0

    @property
    def is_over(self) -> bool:
        """Whether no call can meet it any more."""
        return not (self.percent or self.rate) and self.times <= 0


class Faults:
    """The faults that are still to happen."""

    def __init__(self) -> None:
        self._faults: list[Fault] = []

    def add(self, fault: Fault) -> None:
        """Let this go wrong."""
        self._faults.append(fault)

    def clear(self) -> None:
        """Let nothing go wrong any more."""
        self._faults.clear()

    def take(self, call: Call) -> Fault | None:
        """The fault that this call meets; each call counts for every fault of its operation."""
        met = None
        for fault in list(self._faults):
            if not fnmatchcase(call.operation, fault.operation):
                continue
            if (met is None or fault.after > 0 or fault.percent or fault.rate) and fault.take():
                met = met or fault
            if fault.is_over:
                self._faults.remove(fault)
        return met

    def as_json(self) -> list[dict[str, Any]]:
        """The faults with what is left of them."""
        return [asdict(fault) for fault in self._faults]


@dataclass
class Permissions:
    """Which actions are denied: all but `exempt`, or those in `only`; `*` and `?` match as in a policy."""

    exempt: list[str] | None = None
    only: list[str] | None = None

    def find_denied(self, call: Call) -> str | None:
        """The first action that the call needs and that is denied."""
        for action in call.actions:
            if action not in NEEDS_NO_PERMISSION and self._denies(action):
                return action
        return None

    def _denies(self, action: str) -> bool:
        if self.only is not None:
            return any(fnmatchcase(action, pattern) for pattern in self.only)
        if self.exempt is not None:
            return not any(fnmatchcase(action, pattern) for pattern in self.exempt)
        return False
