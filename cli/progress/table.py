"""The table of a stack's jobs, as wide as the terminal: `status`, `watch`, `wait` and `up --wait` show it. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence

from rich.cells import cell_len, set_cell_size
from rich.text import Text

from cli.display.console import style_text, wrap
from cli.display.spans import format_span
from cli.display.text import count
from cli.runs.statuses import JobStatus, sort_by_chain
from components.kinds import Phase
from components.printable import visible

STYLES = {
    Phase.WAITING: "dim",
    Phase.QUEUED: "yellow",
    Phase.RUNNING: "cyan",
    Phase.SUCCEEDED: "green",
    Phase.FAILED: "bold red",
    Phase.UNKNOWN: "magenta",
}
COLUMNS = ("STACK", "NAME", "PHASE", "STATUS", "TRY", "WAITED", "RAN", "OF", "WHERE", "RESULT")
_LEAVE_FIRST = ("RESULT", "OF", "STATUS", "TRY", "WAITED")  # where the terminal is narrow
_SHRINK = {
    "RESULT": 24,
    "WHERE": 20,
    "NAME": 24,
    "STACK": 12,
}  # columns that are cut before another leaves, and to how little
_LEAST = {"WHERE": 10, "NAME": 8, "STACK": 3}
_BRANCH = "└ "
REASON = 4  # lines
Details = Callable[[JobStatus, float, int], list[Text]]


def format_jobs(
    jobs: Sequence[JobStatus], now: float, width: int, details: Details | None = None
) -> list[Text]:
    """Return a head, a line a job (by stack and chain), and below it why it waits or failed and what `details` adds."""
    stacks = {job.stack: [each for each in jobs if each.stack == job.stack] for job in jobs}
    chain = [each for name in sorted(stacks) for each in sort_by_chain(stacks[name])]
    rows = [_make_cells(job, depth, now) for job, depth in chain]
    widths = _fit(rows, width)
    lines = [_join(dict(zip(COLUMNS, COLUMNS, strict=True)), widths, "bold")]
    for (job, depth), cells in zip(chain, rows, strict=True):
        lines.append(_join(cells, widths, PHASE=STYLES[job.phase]))
        indent = " " * (2 * depth + 4)
        lines += list(_explain(job, indent, width))
        for each in details(job, now, width - len(indent)) if details else ():
            line = Text(indent, no_wrap=True, overflow="ellipsis")
            lines.append(line.append_text(each))
    return lines


def summarize(jobs: Sequence[JobStatus], moment: str = "") -> str:
    """Return `as of 2026-11-27T12:00:00Z: 4 jobs, 1 running, 2 queued, 1 succeeded`; `moment` may be empty."""
    counts = [(phase, sum(job.phase is phase for job in jobs)) for phase in STYLES]
    parts = ", ".join(f"{number} {phase.value.lower()}" for phase, number in counts if number)
    as_of = f"as of {moment}: " if moment else ""
    stacks = len({job.stack for job in jobs} - {""})
    where = f" in {count(stacks, 'stack')}" if stacks else ""
    return f"{as_of}{count(len(jobs), 'job')}{where}, {parts}"


def _make_cells(job: JobStatus, depth: int, now: float) -> dict[str, str]:
    values = (
        job.stack,
        "  " * (depth - 1) + _BRANCH + job.name if depth else job.name,
        job.phase.value,
        job.status if job.status != job.phase.value else "",
        job.tries,
        format_span(job.waited(now)),
        format_span(job.ran(now)),
        format_span(job.limit) if job.started is not None and job.limit else "",
        job.where,
        job.result if job.phase is Phase.SUCCEEDED else "",
    )
    return {name: visible(value) for name, value in zip(COLUMNS, values, strict=True)}


def _fit(rows: Sequence[dict[str, str]], width: int) -> dict[str, int]:
    """Return the columns that are shown, with their widths: the least important leave first, then the widest shrink."""
    widths = {
        name: max(cell_len(name), *(cell_len(row[name]) for row in rows)) if rows else len(name)
        for name in COLUMNS
        if any(row[name] for row in rows) or name == "NAME"
    }
    for name in ("", *_LEAVE_FIRST):
        widths.pop(name, None)
        if _shrink(widths, width, _SHRINK):
            return widths
    for name in ("", "RAN", "WHERE"):
        widths.pop(name, None)
        if _shrink(widths, width, _LEAST):
            break
    return widths


def _shrink(widths: dict[str, int], width: int, least: Mapping[str, int]) -> bool:
    """Make the widest columns narrower until all fit, each at least so wide; say whether they do, else change none."""
    cut = dict(widths)
    while sum(cut.values()) + 2 * (len(cut) - 1) > width:
        wide = [name for name, low in least.items() if cut.get(name, 0) > low]
        if not wide:
            return False
        cut[max(wide, key=lambda name: cut[name])] -= 1
    widths.update(cut)
    return True


def _join(cells: dict[str, str], widths: dict[str, int], style: str = "", **styles: str) -> Text:
    """Return a line of the table; `styles` are of columns, by name."""
    line = Text(style=style, no_wrap=True, overflow="ellipsis")
    for name, size in widths.items():
        line.append(set_cell_size(_cut(cells[name], size), size), styles.get(name)).append("  ")
    line.rstrip()
    return line


def _cut(text: str, width: int) -> str:
    """Cut a text in its middle: the ends of names and addresses tell them apart."""
    if cell_len(text) <= width:
        return text
    tail = width // 2
    head = width - tail - 1
    return f"{text[:head]}…{text[len(text) - tail :]}"


def _explain(job: JobStatus, indent: str, width: int) -> Iterator[Text]:
    reason = ""
    if job.phase is Phase.QUEUED:
        reason = job.wait.sentence
    elif job.phase in (Phase.FAILED, Phase.UNKNOWN):
        reason = job.reason or str(job.outputs.get("note", ""))
    room = max(20, width - len(indent))
    lines = wrap(reason, room, REASON) if reason else []
    for line in lines:
        yield style_text(indent + line, "red" if job.phase is Phase.FAILED else "dim")
