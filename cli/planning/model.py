"""A plan as plain values, the same for every engine and every format."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

# in the order in which a reviewer wants to see them: what ends, what costs, what waits, what costs nothing
ACTIONS = (
    *("refuse", "terminate", "rerun", "submit", "unknown"),
    *("adopt", "update", "defer", "release"),
)
# why a run begins, waits or ends, where no changed field says it; {} are the dependencies
CAUSES = {
    "new": "new",
    "ready": "dependencies are ready",
    "released": "its run was released in AWS",
    "waiting": "waiting for {}",
    "removed": "its file was removed",
    "cell": "its matrix no longer has this cell",
    "keys": "its matrix has other keys now",
    "matrix": "its file no longer has a matrix",
    "cells": "its file has a matrix now; `aliases` would keep the run",
    "kind": "its file now declares another kind of job",
    "renamed": "its file now declares another name; `aliases` would keep the run",
    # a preview without the stack's secrets
    "hidden-new": "depends on secrets: not previewable without them; new",
    "hidden-changed": "depends on secrets: not previewable without them; changed, so that it runs again",
    "hidden-same": "depends on secrets: not previewable without them; nothing that makes a run has changed",
}


@dataclass(frozen=True)
class Change:
    """One field that differs; `reruns` says that it makes another run. `old` and `new` are JSON texts, "" for none.

    `line` is where the job file has the new value, 0 where no file has it.
    """

    path: str
    old: str
    new: str
    reruns: bool
    line: int = 0


@dataclass(frozen=True)
class PlannedJob:
    """What `up` will do about one job. `effect` is what happens to the current run."""

    name: str
    kind: str
    action: str
    file: str = ""
    line: int = 0
    cause: str = ""  # a key of `CAUSES`, or nothing
    why: str = ""
    run: str = ""  # the current run: its AWS name, its status, since when
    effect: str = ""
    ends: str = ""  # RUNNING or QUEUED: the phase of the run that this ends
    changes: tuple[Change, ...] = ()
    waits_for: tuple[str, ...] = ()
    region: str = ""
    account: str = ""
    queue: str = ""
    role: str = ""
    image: str = ""
    instances: tuple[str, ...] = ()
    reads: tuple[str, ...] = ()
    writes: tuple[str, ...] = ()
    code_files: int = 0
    code_bytes: int = 0  # of the files, before they are compressed
    hours: Mapping[str, float] = field(default_factory=dict)
    counted: Mapping[str, float] = field(default_factory=dict)  # of alternatives the dearest
    max_hours: float | None = None
    endless: bool = False  # nothing limits it
    cost: float | None = None
    job_arn: str = ""
    phase: str = ""


@dataclass(frozen=True)
class Drift:
    """Where AWS and the repository differ about a job, and since when as far as AWS says."""

    name: str
    what: str
    job_arn: str = ""


@dataclass(frozen=True)
class Plan:
    """Everything that a reviewer needs. `errors` are why `up` would fail."""

    project: str
    stack: str
    regions: tuple[str, ...] = ()
    accounts: tuple[str, ...] = ()
    counts: Mapping[str, int] = field(default_factory=dict)
    jobs: tuple[PlannedJob, ...] = ()
    # (dependency, dependent), of chains with a planned job
    chains: tuple[tuple[str, str], ...] = ()
    hours: Mapping[str, float] = field(default_factory=dict)
    max_hours: float = 0
    cost: float | None = None
    later_hours: Mapping[str, float] = field(default_factory=dict)  # of the deferred jobs
    later_cost: float | None = None
    unpriced: tuple[str, ...] = ()
    unlimited: tuple[str, ...] = ()  # jobs whose ceiling is not known
    endless: tuple[str, ...] = ()  # jobs that have none
    warnings: tuple[str, ...] = ()
    drift: tuple[Drift, ...] = ()
    errors: tuple[str, ...] = ()
