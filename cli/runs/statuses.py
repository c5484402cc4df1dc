"""How far the jobs of a stack are: what each display shows of a job, made from its outputs. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from graphlib import TopologicalSorter
from typing import Any

from cli.display.spans import parse_time
from cli.runs.entries import Entry
from components.aws.queue import NOT_ASKED, Wait
from components.kinds import Kind, Phase
from components.run.ceiling import attempt_limit, count_attempts, instances

LOST = "record expired; final status unknown"


@dataclass(frozen=True)
class JobStatus:
    """One job. Moments are seconds since the epoch, spans seconds; `None` is what nobody knows or what is not yet.

    `attempt` counts from 1, 0 before the first; `limit` is what AWS grants one attempt. `after` are the jobs that it
    depends on, `waits_for` those of them (or the slot) that it is deferred for. `reason` is AWS's. `stack` is its
    stack where those of several are shown.
    """

    name: str
    kind: Kind
    phase: Phase
    status: str
    reason: str
    arn: str
    attempt: int
    attempts: int
    created: float | None
    started: float | None
    stopped: float | None
    limit: int | None
    instances: str
    queue: str
    share: str
    result: str
    after: tuple[str, ...]
    waits_for: tuple[str, ...]
    outputs: Mapping[str, Any]
    wait: Wait = NOT_ASKED
    stack: str = ""

    def waited(self, now: float) -> float | None:
        """Return how long the run was, or has been, in the queue; `None` for a later attempt."""
        told = self.phase is Phase.QUEUED or "startedAt" in self.kind.record.outputs
        later = self.attempt > (0 if self.phase is Phase.QUEUED else 1)
        if self.created is None or self.phase is Phase.WAITING or later or not told:
            return None
        return max(0.0, (self.started or self.stopped or now) - self.created)

    def ran(self, now: float) -> float | None:
        """Return how long its last attempt has run, or ran."""
        if self.started is None:
            return None
        return max(0.0, (self.stopped or now) - self.started)

    @property
    def where(self) -> str:
        """Say where it is: what it waits for, its place in the queue, or its instances."""
        if self.waits_for:
            return f"after {', '.join(self.waits_for)}"
        if self.phase is Phase.QUEUED:
            at = f"#{self.wait.position} " if self.wait.position else ""
            return f"{at}in {self.queue}" if self.queue else ""
        return self.instances

    @property
    def tries(self) -> str:
        """Return `2/3` for the second of three attempts; nothing before the first, and where AWS makes but one."""
        return f"{self.attempt}/{max(self.attempt, self.attempts)}" if self.attempt else ""


def make_status(entry: Entry, outputs: Mapping[str, Any], wait: Wait = NOT_ASKED) -> JobStatus:
    """Return a job's status from its outputs, which are those of the state or newer ones."""
    kind, request = entry.kind, outputs.get("request") or {}
    newer = replace(entry, outputs=outputs)
    phase = newer.phase
    scheduled = parse_time(newer.text("startedAt"))
    if scheduled is None and "startedAt" not in kind.record.outputs and phase is not Phase.QUEUED:
        scheduled = parse_time(newer.text("createdAt"))  # the service does not tell when it began
    return JobStatus(
        name=entry.name,
        kind=kind,
        phase=phase,
        status=newer.text("status"),
        reason=newer.reason,
        arn=newer.text("jobArn"),
        attempt=int(newer.text("attempts") or 0),
        attempts=count_attempts(kind, request),
        created=parse_time(newer.text("createdAt")),
        started=scheduled if phase is not Phase.WAITING else None,
        stopped=parse_time(newer.text("stoppedAt")) if phase.ended else None,
        limit=attempt_limit(kind, request),
        instances=", ".join(f"{count}x {name}" for name, count in instances(kind, request)),
        queue=newer.queue.rpartition("/")[2],
        share=next((str(request[f]) for f in kind.request.share_fields if request.get(f)), ""),
        result=newer.text("modelArtifacts") or newer.text("outputUri"),
        after=entry.after,
        waits_for=tuple(newer.waiting_for) or (("a later up",) if phase is Phase.WAITING else ()),
        outputs=outputs,
        wait=wait,
    )


def sort_by_chain(jobs: Sequence[JobStatus]) -> list[tuple[JobStatus, int]]:
    """Return the jobs with their depth: each below the first one that it depends on, by name otherwise."""
    names = {job.name for job in jobs}
    above = {job.name: [name for name in job.after if name in names] for job in jobs}
    depths: dict[str, int] = {}
    for name in TopologicalSorter(above).static_order():
        depths[name] = max((depths[each] + 1 for each in above[name]), default=0)
    children: dict[str, list[JobStatus]] = {}
    for job in sorted(jobs, key=lambda each: each.name):
        # the deepest of its dependencies, so that a chain reads from top to bottom
        parent = max(above[job.name], key=depths.__getitem__, default="")
        children.setdefault(parent, []).append(job)
    found: list[tuple[JobStatus, int]] = []

    def add(parent: str, depth: int) -> None:
        for job in children.get(parent, ()):
            found.append((job, depth))
            add(job.name, depth + 1)

    add("", 0)
    return found


def to_row(job: JobStatus, now: float, as_of: str) -> dict[str, Any]:
    """Return everything that is known of a job, for `--json`."""
    waits, outputs = job.waits_for, job.outputs
    return {
        **({"stack": job.stack} if job.stack else {}),
        "name": job.name,
        "kind": job.kind.name,
        "phase": job.phase.value,
        "status": job.status,
        "reason": f"waits for {', '.join(waits)}" if waits and not job.reason else job.reason,
        "attempt": job.attempt,
        "attempts": job.attempts,
        **{name: outputs.get(name) or None for name in ("createdAt", "startedAt", "stoppedAt")},
        "waitedSeconds": _whole(job.waited(now)),
        "ranSeconds": _whole(job.ran(now)),
        "limitSeconds": job.limit,
        "where": job.where,
        "instances": job.instances,
        "queue": job.queue,
        "share": job.share,
        "position": job.wait.position or None,
        "wait": job.wait.sentence,
        "evidence": dict(job.wait.evidence),
        "after": list(job.after),
        "results": job.result,
        "jobName": outputs.get("jobName") or "",
        "jobArn": job.arn,
        **{name: outputs.get(name) or "" for name in ("trainingJobArn", "consoleUrl", "logsUrl")},
        "asOf": as_of,
    }


def _whole(seconds: float | None) -> int | None:
    return None if seconds is None else int(seconds)
