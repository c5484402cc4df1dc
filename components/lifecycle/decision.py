"""What a replacement and a removal do to the run that there is. Pure: the provider acts on it, and a plan prints it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Any

from ..kinds import Kind, Phase


class Action(str, Enum):
    """What is done to a run. All but `REFUSE` release it first."""

    RELEASE = "release"  # it has ended, or keeps running
    DEQUEUE = "dequeue"  # terminated while it waits in the queue
    TERMINATE = "terminate"  # terminated while it costs money
    REFUSE = "refuse"  # nothing is touched, and the deployment fails


@dataclass(frozen=True)
class Decision:
    """An action with its cause in words; `setting` names what decided about a run past the queue."""

    action: Action
    cause: str
    setting: str = ""

    @property
    def terminates(self) -> bool:
        """Whether the run is terminated."""
        return self.action in (Action.DEQUEUE, Action.TERMINATE)


NOTHING_SUBMITTED = Decision(Action.RELEASE, "nothing was submitted")
RESULTS_KEPT = Decision(Action.RELEASE, "its results are kept")
UNSTOPPABLE = Decision(Action.RELEASE, "it keeps running: it cannot be stopped")
DEQUEUED = Decision(Action.DEQUEUE, "taken from the queue")


def decide_replacement(kind: Kind, phase: Phase, on_replace: str) -> Decision:
    """Decide about a run that another definition replaces, as the new definition's `onReplace` says."""
    return _decide(kind, phase, on_replace, "onReplace")


def decide_superseded(kind: Kind, phase: Phase, on_replace: str) -> Decision:
    """Decide about a run that a newer one has replaced already: `refuse` would come too late, and means `keep`."""
    rule = "keep" if on_replace == "refuse" else on_replace
    return _decide(kind, phase, rule, "onReplace")


def decide_removal(kind: Kind, phase: Phase, on_delete: str, *, may_terminate: bool) -> Decision:
    """Decide about a run whose file is gone, as its `onDelete` said.

    `may_terminate` is the stack's `aws-jobs:allowTerminate`, which overrides `refuse` and nothing else.
    """
    if on_delete == "refuse" and may_terminate:
        if phase is Phase.RUNNING and kind.terminate:
            return Decision(Action.TERMINATE, "TERMINATED", "aws-jobs:allowTerminate")
        on_delete = "terminate"
    return _decide(kind, phase, on_delete, "onDelete")


def _decide(kind: Kind, phase: Phase, rule: str, name: str) -> Decision:
    if phase is Phase.WAITING:
        return NOTHING_SUBMITTED
    if phase.ended:
        return RESULTS_KEPT
    # a second run beside one that cannot be stopped costs money too
    if kind.terminate is None and not (name == "onReplace" and rule == "refuse"):
        return UNSTOPPABLE
    if phase is Phase.QUEUED:
        return DEQUEUED if kind.terminate else UNSTOPPABLE
    setting = f"{name}: {rule}"
    if rule == "terminate":
        return Decision(Action.TERMINATE, "TERMINATED", setting)
    if rule == "keep":
        return Decision(Action.RELEASE, "it keeps running", setting)
    return Decision(Action.REFUSE, "refused: it is running", setting)


def make_refusal(job: str, values: Mapping[str, Any], decision: Decision) -> str:
    """Return the sentence of a refused replacement or removal; `values` are the run's outputs."""
    since = values.get("startedAt") or values.get("scheduledAt") or values.get("createdAt")
    status = str(values.get("status", ""))
    run = f"{job}: run {values.get('jobName', '')} is {status.lower() if status.isupper() else status}"
    run += f" since {since}" if since else ""
    if decision.setting.startswith("onReplace"):
        return (
            f"{run}, and this change needs a new run; wait until it has ended, or set"
            " `onReplace: terminate` or `onReplace: keep` in the job file"
        )
    return (
        f"{run}; nothing was terminated; wait until it has ended, or restore its file with"
        " `onDelete: terminate` or `onDelete: keep` and run `up` once, or set"
        " `aws-jobs:allowTerminate` for the stack"
    )
