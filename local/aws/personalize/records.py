"""What the emulated Personalize remembers. Every field is a JSON value; times are seconds since the epoch."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

PENDING = "CREATE PENDING"
IN_PROGRESS = "CREATE IN_PROGRESS"
ACTIVE = "ACTIVE"
FAILED = "CREATE FAILED"
ENDED = (ACTIVE, FAILED)


@dataclass
class Resource:
    """A dataset group, solution, solution version, filter or batch inference job.

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
