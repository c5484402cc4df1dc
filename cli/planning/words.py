"""The plan's own words, shared by every format."""

from __future__ import annotations

from collections.abc import Mapping

from cli.planning.model import Change, Plan, PlannedJob

VERBS = {
    "refuse": "refuse",
    "terminate": "terminate",
    "rerun": "re-run",
    "submit": "submit",
    "adopt": "adopt",
    "update": "update",
    "defer": "defer",
    "release": "release",
    "dequeue": "dequeue",
}
_COUNTED = (
    ("refuse", "refuse {}"),
    ("submit", "submit {}"),
    ("rerun", "re-run {}"),
    ("adopt", "adopt {}"),
    ("update", "update {}"),
    ("defer", "defer {}"),
    ("terminate", "terminate {} running"),
    ("dequeue", "dequeue {}"),
    ("release", "release {}"),
)


def verb(job: PlannedJob) -> str:
    """What `up` does about the job, as it is counted: a run that still waits in the queue is not terminated."""
    return VERBS["dequeue" if job.action == "terminate" and job.ends == "QUEUED" else job.action]


def headline(plan: Plan) -> str:
    """`submit 1, re-run 2, terminate 1 running`, or that nothing changes."""
    parts = [text.format(plan.counts[key]) for key, text in _COUNTED if plan.counts.get(key)]
    if plan.errors:
        return "the preview found mistakes"
    return ", ".join(parts) if parts else "nothing changes"


def where(job: PlannedJob) -> str:
    """`jobs/churn.yaml:12`."""
    return f"{job.file}:{job.line}" if job.file and job.line else job.file


def ceiling(plan: Plan) -> str:
    """The most that the submitted runs may take: hours by type, their sum, and money where prices are set."""
    parts = []
    if plan.hours:
        text = f"at most {amount(plan.max_hours)} instance-hours ({_by_type(plan.hours)})"
        text += f", {money(plan.cost)}" if plan.cost is not None else ""
        if plan.unpriced:
            missing = {name: plan.hours[name] for name in plan.unpriced}
            text += f" and {_by_type(missing)} without a price in aws-jobs:prices"
        parts.append(text)
    if plan.unlimited:
        parts.append(f"not known yet for {', '.join(plan.unlimited)}")
    if plan.later_hours:
        text = f"what is deferred now takes at most {_by_type(plan.later_hours)} later"
        parts.append(text + (f", {money(plan.later_cost)}" if plan.later_cost is not None else ""))
    return "; ".join(parts)


def _by_type(hours: Mapping[str, float]) -> str:
    return ", ".join(f"{amount(each)} h {name}" for name, each in hours.items())


def job_ceiling(job: PlannedJob) -> str:
    if job.max_hours is None:
        return "not known yet" if job.instances else ""
    cost = f" ({job.cost:,.2f})" if job.cost is not None else ""
    return f"{amount(job.max_hours)} h{cost}"


def amount(hours: float) -> str:
    return f"{hours:,.2f}".rstrip("0").rstrip(".")


def money(cost: float) -> str:
    """In whatever currency the prices are."""
    return f"{cost:,.2f} at the stack's prices"


def change(each: Change) -> tuple[str, str]:
    """The values before and after; one that is not there is `none`."""
    return each.old or "none", each.new or "none"


def facts(job: PlannedJob) -> Mapping[str, str]:
    """Where a job runs and on what."""
    found = {
        "queue": job.queue,
        "instances": ", ".join(job.instances),
        "image": job.image,
        "role": job.role,
        "reads": ", ".join(job.reads),
        "writes": ", ".join(job.writes),
        "account" if job.account else "region": " ".join(filter(None, (job.account, job.region))),
    }
    return {name: value for name, value in found.items() if value}
