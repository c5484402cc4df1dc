"""The steps of a deployment, and what it tells those who watch it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from typing import cast

from local.engine.core.diff import NOTHING, Diff
from local.engine.state.model import Resource


@dataclass(eq=False, slots=True)
class Step:
    """One thing to do with one resource.

    `old` and `new` are its states before and after; `diff` is why; `done` answers the program's registration.
    """

    op: str
    old: Resource | None
    new: Resource | None
    diff: Diff = NOTHING
    done: asyncio.Future[Resource] | None = None
    result: str = "same"
    """Of a refresh, once it is done: what it amounts to."""

    @property
    def resource(self) -> Resource:
        return cast(Resource, self.new or self.old)

    @property
    def urn(self) -> str:
        return self.resource.urn


@dataclass(frozen=True, slots=True)
class Diagnostic:
    """Something to read; `severity` is info, info#err, warning or error."""

    severity: str
    message: str
    urn: str = ""


@dataclass(frozen=True, slots=True)
class StepEvent:
    """A step begins (`start`), has ended (`end`) or has failed (`fail`); `op` is what it amounts to."""

    stage: str
    op: str
    step: Step


@dataclass(frozen=True, slots=True)
class Summary:
    """A deployment is over. `seconds` as measured; `changes` counts steps by operation."""

    seconds: float
    changes: dict[str, int]
    failed: bool
    outputs: Resource | None = None
    old_outputs: Resource | None = None


Event = Diagnostic | StepEvent | Summary
Watcher = Callable[[Event], None]
