"""A queue as its service shows it, and why a run waits in it. Pure; a kind with queues reads one in its `queue.py`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from .survey import Glance

FRONT = 100  # runs whose place AWS tells


@dataclass(frozen=True)
class Pool:
    """Capacity that runs share: a service environment, a quota share, a fair share. `None` is what AWS does not say."""

    name: str
    used: float | None = None
    most: float | None = None
    unit: str = ""
    disabled: bool = False


@dataclass(frozen=True)
class Queue:
    """A queue. `front` are the ARNs of the first runs that wait, in order. `lines` is set where there are quota shares:
    each share has a line of its own then, those of `front` that are in it.

    `runs` are those that were asked for. `scheduling` is a word of ours: first in, first out; fair share; quota shares.
    """

    name: str
    arn: str
    state: str
    status: str
    reason: str
    scheduling: str
    used: float | None
    environments: tuple[Pool, ...] = ()
    shares: tuple[Pool, ...] = ()
    front: tuple[str, ...] = ()
    lines: bool = False
    runs: Mapping[str, Glance] = field(default_factory=dict)

    def line(self, share: str) -> tuple[str, ...]:
        """Return the ARNs in front: of the share, where each share has its own."""
        if not self.lines:
            return self.front
        return tuple(arn for arn in self.front if self.share_of(arn) == share)

    def share_of(self, arn: str) -> str:
        """Return a run's share, as far as the run was listed."""
        return str(self.runs[arn].outputs.get("share", "")) if arn in self.runs else ""

    def describe_environments(self) -> list[str]:
        """Say how full the environments are; other queues may use them too, which AWS does not say here."""
        uses = (describe_use(pool) for pool in self.environments)
        return [f"{use} by this queue" for use in uses if use]

    def name_of(self, arn: str) -> str:
        """Return a run's name, or its ID where its record was not listed."""
        return self.runs[arn].name if arn in self.runs else arn.rpartition("/")[2]


@dataclass(frozen=True)
class Wait:
    """Why a run waits: one sentence, its place in the line (1 is next; 0 is not known), and what shows it."""

    sentence: str
    position: int = 0
    evidence: Mapping[str, Any] = field(default_factory=dict)


NOT_ASKED = Wait("")


def explain_wait(queue: Queue, arn: str, *, share: str = "", reason: str = "") -> Wait:
    """Say why a submitted run does not start. `reason` is what AWS says of the run itself.

    https://docs.aws.amazon.com/batch/latest/userguide/sm_job_stuck_in_runnable.html
    """
    line = queue.line(share)
    position = line.index(arn) + 1 if arn in line else 0
    own = next((pool for pool in queue.shares if pool.name == share), None)
    evidence = {
        "queue": queue.name,
        "state": queue.state,
        "scheduling": queue.scheduling,
        "used": queue.used,
        "environments": [asdict(pool) for pool in queue.environments],
        "share": asdict(own) if own else None,
        "ahead": [queue.name_of(each) for each in line[: max(0, position - 1)]],
        "statusReason": reason,
    }
    return Wait(_say(queue, line, position, own, reason), position, evidence)


def _say(queue: Queue, line: tuple[str, ...], position: int, own: Pool | None, reason: str) -> str:
    if reason:
        return f"AWS says: {reason}"
    if queue.environments and all(pool.disabled for pool in queue.environments):
        names = ", ".join(pool.name for pool in queue.environments)
        return f"nothing starts in queue {queue.name}: its service environment {names} is DISABLED"
    if queue.status not in ("VALID", "UPDATING"):
        return f"queue {queue.name} is {queue.status}: {queue.reason or 'AWS gives no reason'}"
    place = _place(queue, line, position)
    if queue.state == "DISABLED":  # what is in it can finish
        place += ", which is DISABLED: it takes no new jobs"
    head = queue.runs.get(line[0]) if line and position != 1 else None
    blocked = str(head.outputs.get("statusReason", "")) if head else ""
    if head and blocked:
        return f"{place}; the first, {head.name}, blocks it: {blocked}"
    uses = [describe_use(own) if own else "", *queue.describe_environments()]
    return "; ".join([place, *list(filter(None, uses))[:2]])


def _place(queue: Queue, line: tuple[str, ...], position: int) -> str:
    if position == 1:
        return f"next in queue {queue.name}"
    if position:
        ahead = [queue.name_of(each) for each in line[: position - 1]]
        shown = ", ".join(ahead[:2]) + (f" and {len(ahead) - 2} more" if len(ahead) > 2 else "")
        return f"number {position} in queue {queue.name}, behind {shown}"
    if len(line) >= FRONT:
        return f"behind the first {FRONT} in queue {queue.name}"
    return f"in queue {queue.name}; AWS has not given it a place yet"


def describe_use(pool: Pool) -> str:
    """Return how much of a pool is in use: `training-env: 4 of 4 instances in use`; nothing where AWS does not say."""
    if pool.used is None and pool.most is None:
        return ""
    unit = "instances" if pool.unit in ("", "NUM_INSTANCES") else pool.unit
    used = f"{pool.used:g}" if pool.used is not None else "?"
    most = f" of {pool.most:g}" if pool.most is not None else ""
    return f"{pool.name}: {used}{most} {unit} in use"
