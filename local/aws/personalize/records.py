"""What the emulated Personalize remembers. Every field is a JSON value; times are seconds since the epoch."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import Any

from ..service import context
from ..service.table import Record

PENDING = "CREATE PENDING"
IN_PROGRESS = "CREATE IN_PROGRESS"
ACTIVE = "ACTIVE"
FAILED = "CREATE FAILED"
ENDED = (ACTIVE, FAILED)

INFERENCE = "batch-inference-job"
SEGMENT = "batch-segment-job"


@dataclass
class Resource(Record):
    """A dataset group, solution, solution version, filter or batch job.

    `request` is what it was created with, without its tags. `updated` is when it entered its status;
    a `held` one stays there whatever the pace.
    """

    arn: str
    kind: str
    name: str
    request: dict[str, Any]
    created: float
    updated: float
    status: str = PENDING
    failure: str | None = None
    held: bool = False
    tags: list[dict[str, str]] = field(default_factory=list)

    @property
    def key(self) -> str:
        return self.arn

    @property
    def is_job(self) -> bool:
        return self.kind in (INFERENCE, SEGMENT)

    @property
    def due(self) -> float:
        if self.held or self.status in ENDED:
            return math.inf
        pace = context.pace()
        seconds = pace.creating
        if self.is_job:
            seconds = pace.pending if self.status == PENDING else pace.in_progress
        return self.updated + seconds
