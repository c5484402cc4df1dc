"""What a step of the preview does to the run that there is. Says what `components.lifecycle` will do, and no more."""

from __future__ import annotations

from dataclasses import dataclass, replace

from cli.planning.preview import JobSteps
from components.kinds import Phase


@dataclass(frozen=True)
class Effect:
    """`action` is one of `model.ACTIONS` or empty; `ends` is the phase of a run that is ended, `run` the run."""

    action: str
    sentence: str = ""
    ends: str = ""
    run: str = ""


def effect(job: JobSteps, may_terminate: bool) -> Effect:
    """Read a job's steps. `may_terminate` is the stack's `aws-jobs:allowTerminate`."""
    found = _effect(job, may_terminate)
    if found.action == "adopt":
        return replace(found, run=str(job.new["adopt"]))
    submitted = bool(job.now.get("jobName")) and not job.gone
    return replace(found, run=_run(job)) if found.action and submitted else found


def _effect(job: JobSteps, may_terminate: bool) -> Effect:
    waits = bool(job.new.get("waitingFor"))
    if job.op in ("create", "replace"):
        if waits:
            return Effect("defer", "nothing is submitted yet")
        if job.op == "create" or _phase(job) is Phase.WAITING:
            return Effect("adopt" if job.new.get("adopt") else "submit", _on_create(job))
        return _on_replace(job)
    if job.op == "update":
        return Effect("defer" if waits else "update", _on_update(job, waits))
    if job.op == "delete":
        return _on_delete(job, may_terminate)
    if job.op == "same" and job.old.get("waitingFor"):
        return Effect("defer", "nothing is submitted yet")
    return Effect("")


def _phase(job: JobSteps) -> Phase:
    try:
        return Phase(str(job.now.get("phase", "UNKNOWN")))
    except ValueError:
        return Phase.UNKNOWN


def _run(job: JobSteps) -> str:
    """The run by its AWS name, its status and since when."""
    now = job.now
    since = now.get("createdAt", "")
    if _phase(job) is Phase.RUNNING:
        since = now.get("startedAt") or now.get("scheduledAt") or since
    elif _phase(job).ended:
        since = now.get("stoppedAt") or since
    name = str(now.get("jobName") or job.name)
    return f"{name}, {now.get('status', 'unknown')}{f' since {since}' if since else ''}"


def _on_create(job: JobSteps) -> str:
    if job.new.get("adopt"):
        return "taken over; nothing is submitted"
    if job.gone:
        return "its run was let go of in AWS, so this is a new one"
    return ""


def _on_update(job: JobSteps, waits: bool) -> str:
    if _phase(job) is Phase.WAITING:
        return "nothing is submitted yet"
    if waits:
        return "it stays until the job runs again"
    done = _phase(job).ended or job.old.get("request") == job.new.get("request")
    return "it stays as it is" if done else "it is changed in place and goes on"


def _on_replace(job: JobSteps) -> Effect:
    phase = _phase(job)
    if phase.ended:
        return Effect("rerun", "its results stay")
    if job.kind.terminate is None:
        return Effect("rerun", "it goes on (it cannot be stopped)")
    if phase is Phase.QUEUED:
        return Effect("rerun", "taken from the queue", "QUEUED")
    if job.new.get("onReplace") == "terminate":
        return Effect("rerun", "TERMINATED (onReplace: terminate)", "RUNNING")
    if job.new.get("onReplace") == "keep":
        return Effect("rerun", "it goes on beside the new run (onReplace: keep)")
    return Effect("refuse", "`up` refuses to replace it (onReplace: refuse)")


def _on_delete(job: JobSteps, may_terminate: bool) -> Effect:
    phase = _phase(job)
    if phase is Phase.WAITING:
        return Effect("forget", "nothing was ever submitted")
    if phase.ended:
        return Effect("forget", "its results stay")
    if job.kind.terminate is None:
        return Effect("forget", "it goes on (it cannot be stopped)")
    if phase is Phase.QUEUED:
        return Effect("terminate", "taken from the queue", "QUEUED")
    rule = "terminate" if may_terminate else str(job.old.get("onDelete", "refuse"))
    if rule == "terminate":
        why = "aws-jobs:allowTerminate" if may_terminate else "onDelete: terminate"
        return Effect("terminate", f"TERMINATED ({why})", "RUNNING")
    if rule == "keep":
        return Effect("forget", "it goes on, unmanaged (onDelete: keep)")
    return Effect("refuse", "`up` refuses to let it go (onDelete: refuse)")
