"""The jobs of a state as a Gantt chart in Mermaid, which GitHub draws in Markdown. Pure.

Times are those of the last `up` or refresh. A job's name is a section of its own: what stands on a task's line may
also be a keyword or a date to Mermaid. https://mermaid.js.org/syntax/gantt.html
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import NamedTuple

from cli.display.escape import shortened
from cli.runs.entries import Entry
from components.kinds import Phase

MOST = 50  # jobs, the newest: GitHub draws a chart of at most 50,000 characters
_SHORTEST = 1000  # milliseconds: what has no length is not drawn
_LONGEST, _CHARACTER = 40, 7  # characters of a name, and pixels of one
_DAYS = 36 * 3_600_000  # milliseconds from which on the axis shows days
_WAITING = "waiting"
_STYLES = {Phase.SUCCEEDED: "done, ", Phase.FAILED: "crit, ", Phase.RUNNING: "active, "}


class _Task(NamedTuple):
    word: str
    style: str
    start: float
    end: float


def format_gantt(entries: Sequence[Entry], now: float) -> str:
    """Return the chart as a block of Markdown: waiting apart from running; nothing where nothing was submitted.

    `now`, in milliseconds, is where what still waits or runs ends.
    """
    submitted = [entry for entry in entries if _read_moment(entry, "createdAt")]
    submitted.sort(key=lambda entry: _read_moment(entry, "createdAt"))
    if not submitted:
        return ""
    shown = [(_name_section(each), list(_list_tasks(each, now))) for each in submitted[-MOST:]]
    tasks = [task for _, each in shown for task in each]
    span = max(task.end for task in tasks) - min(task.start for task in tasks)
    # names stand left of the bars, and are not made to fit
    room = max(len(name) for name, _ in shown) * _CHARACTER + 30
    head = ["```mermaid", "---", "displayMode: compact", "config:", "  gantt:"]
    head += [f"    leftPadding: {room}", "---", "gantt"]
    # `x` counts milliseconds: https://day.js.org/docs/en/parse/string-format
    head += ["  dateFormat x", f"  axisFormat {'%H:%M' if span < _DAYS else '%d %b'}"]
    lines = [
        line
        for name, each in shown
        for line in (f"  section {name}", *(_format_task(task, span) for task in each))
    ]
    return "\n".join([*head, *lines, "```"]) + "\n"


def _name_section(entry: Entry) -> str:
    return shortened(re.sub(r"[^A-Za-z0-9_-]", "?", entry.name), _LONGEST)


def _format_task(task: _Task, span: float) -> str:
    # a word that is wider than its bar is drawn over the next one
    word = task.word if task.word != _WAITING or task.end - task.start > span / 10 else "·"
    return f"  {word} :{task.style}{task.start:.0f}, {max(task.end, task.start + _SHORTEST):.0f}"


def _list_tasks(entry: Entry, now: float) -> Iterator[_Task]:
    created, ended = _read_moment(entry, "createdAt"), _read_moment(entry, "stoppedAt")
    end = ended if entry.phase.ended and ended else max(now, created)
    # a service without a moment of its own for the start (Personalize) starts a job when it is made
    named = "startedAt" in entry.kind.record.outputs
    started = _read_moment(entry, "startedAt") if named else created
    if entry.phase is Phase.QUEUED or not started:
        style = _STYLES.get(entry.phase, "") if entry.phase.ended else ""
        yield _Task(entry.phase.value.lower(), style, created, end)
        return
    if started > created:
        yield _Task(_WAITING, "", created, started)
    yield _Task(entry.phase.value.lower(), _STYLES.get(entry.phase, ""), started, end)


def _read_moment(entry: Entry, output: str) -> float:
    """Return a moment in milliseconds, 0 where the state has none that is one."""
    try:
        return datetime.fromisoformat(entry.text(output).replace("Z", "+00:00")).timestamp() * 1000
    except ValueError:
        return 0
