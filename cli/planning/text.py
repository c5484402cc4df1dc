"""Write the plan for a terminal: everything, in plain lines."""

from __future__ import annotations

from collections.abc import Iterator

from cli.display.escape import shorten
from cli.planning import words
from cli.planning.model import Plan, PlannedJob
from components.printable import visible


def render(plan: Plan) -> str:
    """Return plain lines; line ends and control codes of foreign text are escaped."""
    return "\n".join(_write_lines(plan)) + "\n"


def _write_lines(plan: Plan) -> Iterator[str]:
    place = " ".join(visible(part) for part in (*plan.accounts, *plan.regions))
    yield f"{visible(plan.project)}/{visible(plan.stack)}{f' ({place})' if place else ''}: {words.summarize(plan)}"
    for error in plan.errors:
        yield f"  error: {visible(error)}"
    for job in plan.jobs:
        yield ""
        yield from _write_job(job)
    if words.describe_ceiling(plan):
        yield ""
        yield f"ceiling: {visible(words.describe_ceiling(plan))}"
    for title, lines in (
        ("warning", plan.warnings),
        ("drift", [f"{drift.name}: {drift.what}" for drift in plan.drift]),
    ):
        yield from (f"{title}: {visible(line)}" for line in lines)


def _write_job(job: PlannedJob) -> Iterator[str]:
    place = f"  {visible(words.locate(job))}" if job.file else ""
    yield f"{words.name_action(job):9} {visible(job.name)} ({job.kind}){place}"
    if job.why:
        yield f"    {visible(job.why)}"
    for each in job.changes:
        old, new = (shorten(visible(value), 200) for value in words.format_change(each))
        line = f" (line {each.line})" if each.line else ""
        note = "" if each.reruns or job.action not in ("rerun", "refuse") else ", no new run"
        yield f"    {visible(each.path)}: {old} -> {new}{line}{note}"
    if job.run or job.effect:
        yield f"    {visible(': '.join(part for part in (job.run, job.effect) if part))}"
    if job.action in ("submit", "rerun", "defer", "adopt"):
        for name, value in words.list_facts(job).items():
            yield f"    {name + ':':11}{visible(value)}"
        if words.describe_job_ceiling(job):
            yield f"    {'ceiling:':11}{words.describe_job_ceiling(job)}"
