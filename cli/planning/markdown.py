"""Write the plan as one comment of a pull request. Foreign text is escaped, the comment stays under GitHub's limit.

What does not fit is left out from the end, the least important first, and counted.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import partial

from cli.display.escape import code
from cli.display.text import fit_rows
from cli.planning import words
from cli.planning.chains import format_graph
from cli.planning.model import Change, Plan, PlannedJob
from components.kinds import KINDS

# https://github.com/orgs/community/discussions/27190: 65,536 characters; some stay free for who posts it
LIMIT = 64_000
LONGEST = 160
_HEAD = "| | job | why | current run | ceiling |\n|---|---|---|---|---|\n"
_PAYLOADS = [f"{kind.payload.field}." for kind in KINDS.values() if kind.payload]
_PLAIN = re.compile(r"[\w.-]*\w[\w.-]*", re.ASCII)
_MARKS = {
    "refuse": "⛔",
    "terminate": "🛑",
    "re-run": "🔁",
    "submit": "▶️",
    "unknown": "❔",
    "adopt": "🤝",
    "update": "✏️",
    "defer": "⏸️",
    "release": "➖",
    "dequeue": "⏹️",
}


def render(plan: Plan, source: str = "", limit: int = LIMIT) -> str:
    """Return the comment. `source` is the address of the repository's files at this commit, ending in `/`."""
    room = _Room(limit)
    room.add(f"### Jobs of {code(plan.stack)}: {words.summarize(plan)}\n")
    if place := " ".join(code(part) for part in (*plan.accounts, *plan.regions)):
        room.add(f"\n{place}\n")
    _add_list(room, "⛔ **`up` would fail:**", plan.errors, limit // 2)
    if words.describe_ceiling(plan):
        room.add(f"\nCeiling: {code(words.describe_ceiling(plan), 1000)}\n")
    drift = [f"{each.name}: {each.what}" for each in plan.drift]
    _add_list(room, "⚠️ **Drift: AWS and the repository differ**", drift, limit // 8)
    _add_list(room, "⚠️ **Warnings**", plan.warnings, limit // 8)
    if plan.jobs:
        _add_table(room, plan.jobs, source)
        _add_graph(room, plan)
        _add_details(room, plan.jobs)
    return room.text


class _Room:
    """A text that grows to its limit; `add` returns whether there was room."""

    def __init__(self, limit: int) -> None:
        self.text = ""
        self._limit = limit

    def left(self, reserve: int = 0) -> int:
        return self._limit - reserve - len(self.text)

    def add(self, part: str, reserve: int = 0) -> bool:
        if len(part) > self.left(reserve):
            return False
        self.text += part
        return True


def _add_list(room: _Room, title: str, lines: Sequence[str], most: int) -> None:
    if not lines:
        return
    head = f"\n{title}\n\n"
    room.add(head + fit_rows(lines, _format_item, most - len(head), "- ... and {} more\n"))


def _format_item(line: str) -> str:
    return f"- {code(line, 1000)}\n"


def _add_table(room: _Room, jobs: Sequence[PlannedJob], source: str) -> None:
    # most of the room for the table: a row a job is worth more than any job's details
    room.add(f"\n{_HEAD}")
    left_out = "\n... and {} more jobs, the least important ones\n"
    room.add(fit_rows(jobs, partial(_format_row, source), room.left(200), left_out))


def _add_graph(room: _Room, plan: Plan) -> None:
    if graph := format_graph(plan):
        room.add(f"\n<details open><summary>Dependencies</summary>\n\n{graph}\n</details>\n", 200)


def _format_row(source: str, job: PlannedJob) -> str:
    mark = "terminate" if job.ends == "RUNNING" else words.name_action(job)
    # the effect and the ceiling are our own words and numbers
    effect = job.effect.replace("TERMINATED", "**TERMINATED**")
    costs = [code(", ".join(job.instances), LONGEST), words.describe_job_ceiling(job)]
    cells = (
        f"{_MARKS[mark]} {words.name_action(job)}",
        _join_lines(code(job.name, 64), _link_source(job, source)),
        _explain(job),
        _join_lines(effect, code(job.run, LONGEST)),
        _join_lines(*costs) if job.action in ("submit", "rerun", "defer") else "",
    )
    return f"| {' | '.join(cells)} |\n"


def _join_lines(*parts: str) -> str:
    return "<br>".join(part for part in parts if part)


def _link_source(job: PlannedJob, source: str) -> str:
    place = code(words.locate(job), LONGEST)
    if not source or not all(map(_PLAIN.fullmatch, job.file.split("/"))):
        return place
    line = f"#L{job.line}" if job.line else ""
    return f'<a href="{source}{job.file}{line}">{place}</a>'


def _explain(job: PlannedJob) -> str:
    """Return the first reasons; the details have them all."""
    shown = [each for each in job.changes if each.reruns] or list(job.changes)
    parts = [code(job.why, LONGEST) if job.waits_for else job.why] if job.why else []
    for each in shown[:2]:
        old, new = words.format_change(each)
        parts.append(f"{code(_shorten(each.path), 60)}: {code(old, 40)} → {code(new, 40)}")
    if len(shown) > 2:
        parts.append(f"and {len(shown) - 2} more")
    return "<br>".join(parts)


def _shorten(path: str) -> str:
    """Return a field without the common prefix of all fields of a request; the details have the full path."""
    path = path.removeprefix("request.")
    for prefix in _PAYLOADS:
        path = path.removeprefix(prefix)
    return path if len(path) <= 50 else "..." + path[-47:]


def _add_details(room: _Room, jobs: Sequence[PlannedJob]) -> None:
    reserve = 100
    left_out = 0
    for job in jobs:
        part = _format_detail(job, room.left(reserve))
        if part and not room.add(part, reserve):
            left_out += 1
    if left_out:
        room.add(f"\nDetails of {left_out} jobs are left out here; the job summary has them all.\n")


def _format_detail(job: PlannedJob, most: int) -> str:
    """Return one job, folded: every change, and where it runs and on what."""
    facts = words.list_facts(job) if job.action in ("submit", "rerun", "defer", "adopt") else {}
    if not facts and not job.changes:
        return ""
    head = f"\n<details><summary>{words.name_action(job)} {code(job.name, 128)}</summary>\n"
    foot = "\n</details>\n"
    rows = [f"| {name} | {code(value, 600)} |\n" for name, value in facts.items()]
    body = "\n| | |\n|---|---|\n" + "".join(rows) if rows else ""
    if job.changes:
        body += "\n| field | line | before | after | makes a run |\n|---|---|---|---|---|\n"
        left = most - len(head + body + foot) - 60
        body += fit_rows(job.changes, _format_change, left, "\n... and {} more fields\n")
    return head + body + foot


def _format_change(each: Change) -> str:
    old, new = words.format_change(each)
    return (
        f"| {code(each.path, LONGEST)} | {each.line or ''} | {code(old)} | {code(new)} "
        f"| {'yes' if each.reruns else 'no'} |\n"
    )
