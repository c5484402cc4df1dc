"""A stack's jobs as a Gantt chart in Mermaid, which GitHub draws in Markdown. Pure.

Times are those of the last `up` or refresh. A job's name is a section of its own: what stands on a task's line may
also be a keyword or a date to Mermaid. https://mermaid.js.org/syntax/gantt.html
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from cli.display.escape import clean_name
from cli.runs.statuses import JobStatus
from components.kinds import Phase

MOST = 50  # jobs, the newest: GitHub draws a chart of at most 50,000 characters
_CHARACTER = 7  # pixels
_DAYS = 36 * 3600  # seconds from which on the axis shows days
_WAITING = "waiting"
_STYLES = {Phase.SUCCEEDED: "done, ", Phase.FAILED: "crit, ", Phase.RUNNING: "active, "}


class _Task(NamedTuple):
    """A bar; its moments are seconds."""

    word: str
    style: str
    start: float
    end: float


def format_gantt(jobs: Sequence[JobStatus], now: float) -> str:
    """Return the chart as a block of Markdown: waiting apart from running; nothing where nothing was submitted.

    `now`, in seconds, is where what still waits or runs ends.
    """
    submitted = sorted((job for job in jobs if job.created), key=lambda job: job.created or 0)
    if not submitted:
        return ""
    shown = [(clean_name(job.name), list(_list_tasks(job, now))) for job in submitted[-MOST:]]
    tasks = [task for _, each in shown for task in each]
    span = max(task.end for task in tasks) - min(task.start for task in tasks)
    # names stand left of the bars, and are not made to fit
    room = max(len(name) for name, _ in shown) * _CHARACTER + 30
    lines = ["```mermaid", "---", "displayMode: compact", "config:", "  gantt:"]
    lines += [f"    leftPadding: {room}", "---", "gantt"]
    # `x` counts milliseconds: https://day.js.org/docs/en/parse/string-format
    lines += ["  dateFormat x", f"  axisFormat {'%H:%M' if span < _DAYS else '%d %b'}"]
    for name, each in shown:
        lines += [f"  section {name}", *(_format_task(task, span) for task in each)]
    return "\n".join([*lines, "```"]) + "\n"


def _format_task(task: _Task, span: float) -> str:
    # a word that is wider than its bar is drawn over the next one
    word = task.word if task.word != _WAITING or task.end - task.start > span / 10 else "·"
    # what has no length is not drawn
    end = max(task.end, task.start + 1)
    return f"  {word} :{task.style}{task.start * 1000:.0f}, {end * 1000:.0f}"


def _list_tasks(job: JobStatus, now: float) -> Iterator[_Task]:
    created = job.created or 0.0
    end = max(job.stopped or now, created)
    word, style = job.phase.value.lower(), _STYLES.get(job.phase, "")
    if job.phase is Phase.QUEUED or not job.started:
        yield _Task(word, style if job.phase.ended else "", created, end)
        return
    if job.started > created:
        yield _Task(_WAITING, "", created, job.started)
    yield _Task(word, style, job.started, end)
