"""What the emulated Batch remembers. Every field is a JSON value; times are seconds since the epoch."""

from __future__ import annotations

import json
import math
from dataclasses import dataclass, field
from typing import Any

from ..sagemaker.records import find_limit
from ..service import context
from ..service.table import Record

QUEUED = ("SUBMITTED", "PENDING", "RUNNABLE")
DISPATCHED = ("SCHEDULED", "STARTING", "RUNNING")
ENDED = ("SUCCEEDED", "FAILED")
FROM_SAGEMAKER = "Received status from SageMaker: "
TIMED_OUT = "Job attempt duration exceeded timeout"


@dataclass
class Resource(Record):
    """What jobs refer to: a service environment, training queue, scheduling policy or quota share.

    `request` is what it was created with, as later updates changed it, without its tags.
    """

    arn: str
    name: str
    request: dict[str, Any]
    tags: dict[str, str] = field(default_factory=dict)

    @property
    def key(self) -> str:
        return self.arn

    @property
    def state(self) -> str:
        return str(self.request.get("state") or "ENABLED")

    @property
    def environment(self) -> str:
        """The ARN of a queue's service environment, of which it has exactly one."""
        return str(self.request["serviceEnvironmentOrder"][0]["serviceEnvironment"])


@dataclass
class ServiceJob(Record):
    """A service job: the request it came from, and how far it is.

    `since` is when it entered its status. A `held` job stays there whatever the pace. A job that is
    RUNNABLE and `ready` waits for capacity alone. `needs` are instances by type, `environment` is where
    it uses them. `ranked` is when its priority changed. `stopping` is when SageMaker was asked to stop it.
    `attempts` are the ended ones that count, `preempted` those that do not.
    """

    id: str
    arn: str
    number: int
    queue: str
    request: dict[str, Any]
    created: float
    since: float
    needs: dict[str, int]
    tags: dict[str, str] = field(default_factory=dict)
    status: str = "SUBMITTED"
    reason: str | None = None
    terminated: bool = False
    held: bool = False
    ready: bool = False
    environment: str | None = None
    stopping: float | None = None
    scheduled: float | None = None
    ranked: float = 0.0
    started: float | None = None
    stopped: float | None = None
    training_job: str | None = None
    attempts: list[dict[str, Any]] = field(default_factory=list)
    preempted: list[dict[str, Any]] = field(default_factory=list)

    @property
    def key(self) -> str:
        return self.id

    @property
    def due(self) -> float:
        pace = context.pace()
        if self.status in ENDED:
            return (self.stopped or 0.0) + context.current.retention
        if self.stopping is not None:
            return self.stopping + pace.stopping
        if self.held or self.ready:
            return math.inf
        seconds: float = getattr(pace, self.status.lower())
        return self.since + (min(seconds, self.limit[0]) if self.status == "RUNNING" else seconds)

    @property
    def limit(self) -> tuple[float, str, str]:
        """How many seconds an attempt may run, how SageMaker ends it then, and Batch's reason."""
        timeout = self.request.get("timeoutConfig") or {}
        exceeded = "MaxRuntimeExceeded"
        return min(
            (float(timeout.get("attemptDurationSeconds", math.inf)), "Stopped", TIMED_OUT),
            (find_limit(self.payload()), exceeded, f"{FROM_SAGEMAKER}{exceeded}"),
            key=lambda each: each[0],
        )

    @property
    def share(self) -> str:
        """The name of its quota share, or the identifier of its fair share; '' where it has neither."""
        return str(self.request.get("quotaShareName") or self.request.get("shareIdentifier") or "")

    @property
    def share_arn(self) -> str:
        """The ARN that its share has if it is a quota share."""
        return f"{self.queue}/quota-share/{self.share}"

    @property
    def priority(self) -> int:
        """The scheduling priority; a job submitted without one has the lowest."""
        return int(self.request.get("schedulingPriority") or 0)

    def describe_attempt(self, at: float, reason: str | None) -> dict[str, Any]:
        """The attempt under way, which ends at this time."""
        return {
            "training_job": self.training_job,
            "started": self.started,
            "stopped": at,
            "reason": reason,
        }

    def payload(self) -> dict[str, Any]:
        """The request that Batch passes on to SageMaker."""
        document: dict[str, Any] = json.loads(self.request["serviceRequestPayload"])
        return document


@dataclass
class ClientToken(Record):
    """A clientToken, what it was used for, and the job that it got."""

    token: str
    fingerprint: str
    job: str

    @property
    def key(self) -> str:
        return self.token
