"""The plan's phrases that the text and the Markdown format share."""

from __future__ import annotations

from collections.abc import Mapping

from cli.planning.model import Change, Plan, PlannedJob

_COUNTED = {
    "refuse": "refuse {}",
    "submit": "submit {}",
    "rerun": "re-run {}",
    "unknown": "unknown {}",
    "adopt": "adopt {}",
    "update": "update {}",
    "defer": "defer {}",
    "terminate": "terminate {} running",
    "dequeue": "dequeue {}",
    "release": "release {}",
}


def name_action(job: PlannedJob) -> str:
    """Name what `up` does about the job, as it is counted: a run that is still queued is not terminated."""
    if job.action == "terminate" and job.ends == "QUEUED":
        return "dequeue"
    return "re-run" if job.action == "rerun" else job.action


def summarize(plan: Plan) -> str:
    """Return `submit 1, re-run 2, terminate 1 running`, or that nothing changes."""
    if plan.errors:
        return "the preview found problems"
    counts = [(text, plan.counts.get(key)) for key, text in _COUNTED.items()]
    return ", ".join(text.format(count) for text, count in counts if count) or "nothing changes"


def locate(job: PlannedJob) -> str:
    """Return the job's location: `jobs/churn.yaml:12`."""
    return f"{job.file}:{job.line}" if job.file and job.line else job.file


def describe_ceiling(plan: Plan) -> str:
    """Return the most that the submitted runs may take: hours by type, their sum, and the cost where prices are set."""
    parts = []
    if plan.hours:
        text = f"at most {format_hours(plan.max_hours)} instance-hours ({_by_type(plan.hours)})"
        text += f", {format_cost(plan.cost)}" if plan.cost is not None else ""
        if plan.unpriced:
            missing = {name: plan.hours[name] for name in plan.unpriced}
            text += f" and {_by_type(missing)} without a price in aws-jobs:prices"
        parts.append(text)
    if plan.endless:
        parts.append(f"no ceiling for {', '.join(plan.endless)}: preempted without limit")
    if plan.unlimited:
        parts.append(f"not known yet for {', '.join(plan.unlimited)}")
    if plan.later_hours:
        text = f"deferred jobs take at most {_by_type(plan.later_hours)} later"
        parts.append(
            text + (f", {format_cost(plan.later_cost)}" if plan.later_cost is not None else "")
        )
    return "; ".join(parts)


def _by_type(hours: Mapping[str, float]) -> str:
    return ", ".join(f"{format_hours(each)} h {name}" for name, each in hours.items())


def describe_job_ceiling(job: PlannedJob) -> str:
    if job.endless:
        return "no ceiling"
    if job.max_hours is None:
        return "not known yet" if job.instances else ""
    cost = f" ({job.cost:,.2f})" if job.cost is not None else ""
    return f"{format_hours(job.max_hours)} h{cost}"


def format_hours(hours: float) -> str:
    return f"{hours:,.2f}".rstrip("0").rstrip(".")


def format_cost(cost: float) -> str:
    """Return the cost, in whatever currency the prices are."""
    return f"{cost:,.2f} at the stack's prices"


def format_change(each: Change) -> tuple[str, str]:
    """Return the values before and after; a missing one is `none`."""
    return each.old or "none", each.new or "none"


def list_facts(job: PlannedJob) -> Mapping[str, str]:
    """Return where a job runs and on what, by title."""
    found = {
        "queue": job.queue,
        "instances": ", ".join(job.instances),
        "image": job.image,
        "role": job.role,
        "reads": ", ".join(job.reads),
        "writes": ", ".join(job.writes),
        "code": f"{job.code_files:,} files, {job.code_bytes:,} bytes" if job.code_files else "",
        "account" if job.account else "region": " ".join(filter(None, (job.account, job.region))),
    }
    return {name: value for name, value in found.items() if value}
