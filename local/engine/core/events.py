"""What a deployment tells those who watch it. States are as they were when the event was sent."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from local.engine.core.diff import Diff
from local.engine.core.step import Step
from local.engine.state.model import Resource


@dataclass(frozen=True, slots=True)
class Prelude:
    """A deployment begins; `config` is shown, secrets as `[secret]`."""

    config: dict[str, str]


@dataclass(frozen=True, slots=True)
class Diagnostic:
    """Something to read; `severity` is debug, info, info#err, warning or error."""

    severity: str
    message: str
    urn: str = ""


@dataclass(frozen=True, slots=True)
class StepEvent:
    """A step begins (`start`), has ended (`end`) or has failed (`fail`)."""

    stage: str
    op: str
    urn: str
    type: str
    provider: str
    old: Resource | None
    new: Resource | None
    diff: Diff
    logical: bool

    @classmethod
    def of(cls, stage: str, step: Step, op: str = "") -> StepEvent:
        return cls(
            stage=stage,
            op=op or step.op,
            urn=step.urn,
            type=step.resource.type,
            provider=step.resource.provider,
            old=step.old,
            new=step.new,
            diff=step.diff,
            logical=step.logical,
        )


@dataclass(frozen=True, slots=True)
class Summary:
    """A deployment is over. `seconds` as measured; `changes` counts steps by operation."""

    seconds: float
    changes: dict[str, int]
    preview: bool
    failed: bool
    outputs: Resource | None = None
    old_outputs: Resource | None = None


Event = Prelude | Diagnostic | StepEvent | Summary
Watcher = Callable[[Event], None]
