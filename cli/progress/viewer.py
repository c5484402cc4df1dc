"""What `watch`, `wait`, `up --wait` and `status` share: a stack's AWS, a follower of its runs, and a display."""

from __future__ import annotations

import os
from collections.abc import Sequence
from functools import cached_property

from rich.text import Text

from cli.display.console import style_text
from cli.display.log_lines import split_text
from cli.progress.display import draw_bar, make_display
from cli.progress.page import list_next
from cli.project.stack import Stack
from cli.runs.connection import connect_stack, make_redactor, read_chains
from cli.runs.entries import Entry, link_entries
from cli.runs.follow import Follower
from cli.runs.statuses import LOST, JobStatus
from components.aws import Aws, connect
from components.aws.logs import read_tail
from components.aws.runs import arn_region
from components.errors import JobError
from components.kinds import Phase
from components.printable import printable, visible

TAIL = 20  # lines of a log
NEWEST = 10  # running jobs whose newest log line is looked for at each look: two calls each


class Viewer:
    """One command's view of a stack. AWS is asked in the region of each run."""

    def __init__(self, stack: Stack) -> None:
        connect_stack(stack)
        self.stack = stack
        self.redactor = make_redactor(stack)
        self.follower = Follower(connect, self.redactor)
        self.display = make_display(self._describe)
        self._lines: dict[str, str] = {}
        self._silent = False  # AWS did not answer at the last look

    @cached_property
    def _chains(self) -> dict[str, tuple[str, ...]]:
        return read_chains(self.stack)

    def aws(self, job: JobStatus) -> Aws:
        """Return AWS in the region of a job's run."""
        return connect(arn_region(job.arn))

    def look(self, entries: Sequence[Entry], *, usual: bool = False) -> list[JobStatus]:
        """Ask AWS how the jobs are; with `usual` also how long their earlier runs took."""
        return self.follower.look(link_entries(entries, self._chains), usual=usual)

    def look_closely(self, entries: Sequence[Entry]) -> list[JobStatus]:
        """Ask AWS how the jobs are, how long they usually take, and for the newest log line of those that run."""
        jobs = self.look(entries, usual=not self.follower.looked)
        if self.follower.unanswered or self._silent:
            self._silent = bool(self.follower.unanswered)
            self.display.say("AWS does not answer; asking again" if self._silent else "")
        for job in [job for job in jobs if job.phase is Phase.RUNNING][:NEWEST]:
            if newest := self.tail(job, 1):
                self._lines[job.name] = newest[-1]
        return jobs

    def tail(self, job: JobStatus, lines: int) -> list[str]:
        """Return the last lines of a job's log; none where there is none, or it cannot be read now."""
        if not job.kind.logs or not job.arn:
            return []
        try:
            found = read_tail(self.aws(job), job.kind, job.outputs, lines)
        except JobError:
            return []
        several = len({line.node for line in found}) > 1
        texts = [
            f"[{line.node}] {text}" if several else text
            for line in found
            for text in split_text(self.redactor.hide(line.text))
        ]
        return [printable(text) for text in texts[-lines:]]

    def conclude(self, jobs: Sequence[JobStatus]) -> int:
        """Say what went wrong. Return 1 where a run failed or can never run, else 0."""
        grouped = os.environ.get("GITHUB_ACTIONS") == "true"
        failed = [job for job in jobs if job.phase in (Phase.FAILED, Phase.UNKNOWN)]
        deferred = [job for job in jobs if job.phase is Phase.WAITING]
        for job in failed:
            log = self.tail(job, TAIL)
            print("\n".join(describe_failure(job, log, self.stack.name, grouped=grouped)))
        for job in deferred:
            print(f"{job.name}: not run: waits for {', '.join(job.waits_for)}")
        return 1 if failed or deferred else 0

    def _describe(self, job: JobStatus, now: float, width: int) -> list[Text]:
        """Return a running job's bar and the newest line of its log."""
        lines = draw_bar(job, now, self.follower.usual_span(job), width)
        if job.phase is Phase.RUNNING and (newest := self._lines.get(job.name)):
            lines.append(style_text(f"| {newest}", "dim"))
        return lines


def describe_failure(job: JobStatus, log: Sequence[str], stack: str, *, grouped: bool) -> list[str]:
    """Return the lines about a failed run. `grouped`: its log is folded, as GitHub's workflow log can.

    No text of AWS's begins a line: there it could be a workflow command.

    https://docs.github.com/actions/reference/workflow-commands-for-github-actions#grouping-log-lines
    """
    said = f"failed: {job.reason or job.status}" if job.phase is Phase.FAILED else LOST
    lines = [visible(f"{job.name}: {said}")]
    if log:
        last = f"{len(log)} lines" if len(log) > 1 else "line"
        title = f"the last {last} of the log of {job.name}"
        lines += [f"::group::{title}"] if grouped else [f"  {title}:"]
        lines += [f"  | {visible(line)}" for line in log]
        lines += ["::endgroup::"] if grouped else []
    if url := job.outputs.get("logsUrl"):
        lines.append(f"  log: {url}")
    lines += [f"  {command}   {why}" for command, why in list_next(job, stack)]
    return lines
