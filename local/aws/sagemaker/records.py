"""What the emulated SageMaker remembers of its jobs. Times are seconds since the epoch."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import Any

from ..service import context
from ..service.table import Record

ENDED = ("Completed", "Failed", "Stopped")


@dataclass(kw_only=True)
class Job(Record):
    """A training or transform job: the request that created it, without its tags, and how far it is."""

    name: str
    arn: str
    request: dict[str, Any]
    created: float
    tags: list[dict[str, str]] = field(default_factory=list)
    status: str = "InProgress"
    ended: float | None = None
    failure: str | None = None

    @property
    def key(self) -> str:
        return self.name


@dataclass(kw_only=True)
class TransformJob(Job):
    """A transform job. `since` is when it entered its status; a `held` one stays there whatever the pace."""

    since: float
    held: bool = False

    @property
    def modified(self) -> float:
        return self.since

    @property
    def due(self) -> float:
        if self.held or self.status in ENDED:
            return math.inf
        pace = context.pace()
        return self.since + (pace.stopping if self.status == "Stopping" else pace.running)


def find_limit(request: dict[str, Any]) -> float:
    """Return for how many seconds SageMaker lets a training job run: a day where its request does not say.

    For ever where the pace is never. https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_StoppingCondition.html
    """
    if math.isinf(context.pace().running):
        return math.inf
    limits = request.get("StoppingCondition") or {}
    return float(limits.get("MaxRuntimeInSeconds", 86_400))


@dataclass(kw_only=True)
class TrainingJob(Job):
    """A training job.

    One that Batch dispatched (`by_batch`) moves when its service job moves, unless StopTrainingJob
    was called for it (`stop_asked`); others move by themselves. `late_tags` are its service job's, on it from
    `late_until` on.
    """

    modified: float
    secondary: str = "Pending"
    by_batch: bool = False
    stop_asked: bool = False
    started: float | None = None
    artifact: str = ""
    transitions: list[dict[str, Any]] = field(default_factory=list)
    late_tags: dict[str, str] = field(default_factory=dict)
    late_until: float = 0.0

    @property
    def limit(self) -> float:
        """For how many seconds it may train."""
        return find_limit(self.request)

    @property
    def due(self) -> float:
        late = self.late_until if self.late_tags else math.inf
        if self.status in ENDED or (self.by_batch and not self.stop_asked):
            return late
        pace = context.pace()
        seconds = {
            "Pending": pace.scheduled,
            "Starting": pace.scheduled,
            "Downloading": pace.starting,
            "Training": min(pace.running, self.limit),
            "Uploading": 0.0,
            "Stopping": pace.stopping,
        }
        return min(late, self.modified + seconds[self.secondary])
