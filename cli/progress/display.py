"""How a command shows jobs while it waits for them: a table that updates in place, or a line a change."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence

from rich.console import Console, Group
from rich.live import Live
from rich.text import Text

from cli.display.console import make_console, style_text
from cli.display.spans import format_span
from cli.progress.table import Details, format_jobs, summarize
from cli.runs.statuses import LOST, JobStatus
from components.aws.runs import format_time
from components.kinds import Phase
from components.printable import visible

HEARTBEAT = 600.0  # seconds without a line after which one says that all goes on
TIDY = 3  # lines that stay free below a table


class Lines:
    """A line a change, with its moment; without changes one every ten minutes. For files, pipes and CI."""

    def __init__(
        self, write: Callable[[str], None], clock: Callable[[], float] = time.time
    ) -> None:
        self._write = write
        self._clock = clock
        self._last: dict[str, str] = {}
        self._spoke = clock()

    def __enter__(self) -> Lines:
        return self

    def __exit__(self, *_: object) -> None:
        return None

    def show(self, jobs: Sequence[JobStatus]) -> None:
        """Show the jobs as they are now."""
        for job in jobs:
            text = describe_job(job)
            if self._last.get(job.name) != text:
                self._last[job.name] = text
                self.say(visible(f"{job.name}: {text}"))
        if self._clock() - self._spoke >= HEARTBEAT:
            self.say(summarize(jobs))

    def say(self, text: str) -> None:
        """Say one sentence of the command's own."""
        self._spoke = self._clock()
        if text:
            self._write(f"{format_time(self._spoke * 1000)}  {text}")


class Table:
    """A table that updates in place, its spans each second; what is said last is below it."""

    def __init__(
        self, console: Console, details: Details, clock: Callable[[], float] = time.time
    ) -> None:
        self._console = console
        self._details = details
        self._clock = clock
        self._jobs: Sequence[JobStatus] = ()
        self._said = ""
        self._live = Live(
            get_renderable=self.render,
            console=console,
            refresh_per_second=1,
            redirect_stdout=False,
            redirect_stderr=False,
            vertical_overflow="crop",
        )

    def __enter__(self) -> Table:
        self._live.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._live.stop()

    def show(self, jobs: Sequence[JobStatus]) -> None:
        """Show the jobs as they are now."""
        self._jobs = jobs
        self._live.refresh()

    def say(self, text: str) -> None:
        """Show one sentence of the command's own until the next one; none for an empty one."""
        self._said = text
        self._live.refresh()

    def render(self) -> Group:
        """Return what fits the terminal: without details, then without what has succeeded, then as much as fits."""
        now, width = self._clock(), self._console.width
        height = max(4, self._console.height - TIDY)
        unfinished = [job for job in self._jobs if job.phase is not Phase.SUCCEEDED]
        for jobs, details in ((self._jobs, self._details), (self._jobs, None), (unfinished, None)):
            lines = format_jobs(jobs, now, width, details)
            if len(lines) <= height:
                break
        else:
            left = len(lines) - height + 1
            lines = [*lines[: height - 1], Text(f"… {left} more lines; ./jobctl status has all")]
        below = summarize(self._jobs, format_time(now * 1000)) if self._jobs else "asking AWS"
        return Group(*lines, style_text(f"{below}; {self._said}" if self._said else below, "dim"))


Display = Lines | Table


def make_display(details: Details) -> Display:
    """Return a table on a terminal, lines elsewhere."""
    console = make_console()
    if console.is_terminal and not console.is_dumb_terminal:
        return Table(console, details)
    return Lines(lambda text: print(text, flush=True))


def describe_job(job: JobStatus) -> str:
    """Return what a line says of a job: its status, and what a person asks then."""
    if job.waits_for:
        return f"waits for {', '.join(job.waits_for)}"
    if job.phase is Phase.UNKNOWN:
        return LOST
    status = job.status or job.phase.value
    if job.phase is Phase.QUEUED:
        return f"{status}: {job.reason}" if job.reason else status
    if job.phase is Phase.RUNNING:
        return f"{status} (attempt {job.tries})" if job.attempts > 1 and job.attempt else status
    ran = format_span(job.ran(job.stopped or 0.0)) if job.stopped else ""
    after = f" after {ran}" if ran else ""
    failed = f": {job.reason}" if job.reason and job.phase is not Phase.SUCCEEDED else ""
    return f"{status}{after}{failed}"


def draw_bar(job: JobStatus, now: float, usual: float | None, width: int) -> list[Text]:
    """Return a bar of the time that a run has taken, of what is usual for the job, else of what AWS grants it."""
    ran = job.ran(now)
    if job.phase is not Phase.RUNNING or ran is None:
        return []
    whole = usual or job.limit
    if not whole:
        return []
    size = max(10, min(30, width - 50))
    filled = min(size, round(size * ran / whole))
    words = [f"of the usual {format_span(usual)}"] if usual else []
    words += [f"of at most {format_span(job.limit)}"] if job.limit else []
    words[0] = f"{ran / whole:.0%} {words[0]}"
    if usual and ran > usual:
        words[0] = f"usually {format_span(usual)}"
    style = "yellow" if usual and ran > 1.5 * usual else "cyan"
    bar = Text.assemble(("━" * filled, style), ("─" * (size - filled), "bright_black"))
    return [bar.append(f"  {', '.join(words)}", "dim")]
