"""What a step of the preview does to the current run: the decision of `components.lifecycle` in words."""

from __future__ import annotations

from dataclasses import dataclass, replace

from cli.planning.preview import JobSteps
from components.kinds import Phase
from components.lifecycle.decision import (
    Action,
    Decision,
    decide_removal,
    decide_replacement,
)


@dataclass(frozen=True)
class Effect:
    """`action` is one of `model.ACTIONS` or empty; `ends` is the phase of a run that is terminated, `run` the run."""

    action: str
    sentence: str = ""
    ends: str = ""
    run: str = ""


_NOT_YET = Effect("defer", "nothing is submitted yet")


def find_effect(job: JobSteps, may_terminate: bool) -> Effect:
    """Read a job's steps. `may_terminate` is the stack's `aws-jobs:allowTerminate`."""
    found = _find_effect(job, may_terminate)
    if found.action == "adopt":
        return replace(found, run=str(job.new["adopt"]))
    submitted = bool(job.now.get("jobName")) and not job.gone
    return replace(found, run=_describe_run(job)) if found.action and submitted else found


def _find_effect(job: JobSteps, may_terminate: bool) -> Effect:
    if job.hidden_digest:
        return Effect("unknown")
    phase = _phase_of(job)
    if job.op in ("create", "replace") and not job.new.get("waitingFor"):
        if job.op == "replace" and phase is not Phase.WAITING:
            rule = str(job.new.get("onReplace", "refuse"))
            return _say("rerun", phase, decide_replacement(job.kind, phase, rule))
        if job.new.get("adopt"):
            return Effect("adopt", "adopted; nothing is submitted")
        return Effect("submit", "the earlier run was released in AWS" if job.gone else "")
    if job.op == "delete":
        rule = str(job.old.get("onDelete", "refuse"))
        decision = decide_removal(job.kind, phase, rule, may_terminate=may_terminate)
        return _say("terminate" if decision.terminates else "release", phase, decision)
    if job.op == "update":
        return _find_update(job, phase)
    waits = job.op in ("create", "replace") or (job.op == "same" and job.old.get("waitingFor"))
    return _NOT_YET if waits else Effect("")


def _say(action: str, phase: Phase, decision: Decision) -> Effect:
    setting = f" ({decision.setting})" if decision.setting else ""
    if decision.action is Action.REFUSE:
        action = "refuse"
    return Effect(action, decision.cause + setting, phase.value if decision.terminates else "")


def _find_update(job: JobSteps, phase: Phase) -> Effect:
    if job.new.get("waitingFor"):
        waits = phase is not Phase.WAITING
        return Effect("defer", "no change until the job runs again") if waits else _NOT_YET
    if phase is Phase.WAITING:
        return Effect("update", _NOT_YET.sentence)
    if job.now.get("released"):
        return Effect("update", "its release is taken back: the `up` that released it died")
    if phase.ended or job.old.get("request") == job.new.get("request"):
        return Effect("update", "the run is not changed")
    return Effect("update", "the run is changed in place")


def _phase_of(job: JobSteps) -> Phase:
    try:
        return Phase(str(job.now.get("phase", "UNKNOWN")))
    except ValueError:
        return Phase.UNKNOWN


def _describe_run(job: JobSteps) -> str:
    now, phase = job.now, _phase_of(job)
    since = now.get("createdAt", "")
    if phase is Phase.RUNNING:
        since = now.get("startedAt") or now.get("scheduledAt") or since
    elif phase.ended:
        since = now.get("stoppedAt") or since
    name = str(now.get("jobName") or job.name)
    return f"{name}, {now.get('status', 'unknown')}{f' since {since}' if since else ''}"
