"""What a person needs when a run has failed: its name, AWS's reason, the end of its log, and the next command."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from cli.progress.page import list_next
from cli.runs.statuses import LOST, JobStatus
from components.kinds import Phase
from components.printable import visible

TAIL = 20  # lines of a log
Tail = Callable[[JobStatus, int], Sequence[str]]


def list_failed(jobs: Sequence[JobStatus]) -> list[JobStatus]:
    """Return the jobs that failed, and those of which nobody knows how they ended."""
    return [job for job in jobs if job.phase in (Phase.FAILED, Phase.UNKNOWN)]


def describe_failure(job: JobStatus, tail: Tail, stack: str, *, grouped: bool) -> list[str]:
    """Return the lines about a failed run. `grouped`: its log is folded, as GitHub's workflow log can.

    No text of AWS's begins a line: there it could be a workflow command.

    https://docs.github.com/actions/reference/workflow-commands-for-github-actions#grouping-log-lines
    """
    said = f"failed: {job.reason or job.status}" if job.phase is Phase.FAILED else LOST
    lines = [visible(f"{job.name}: {said}")]
    log = list(tail(job, TAIL))
    if log:
        title = (
            f"the last {f'{len(log)} lines' if len(log) > 1 else 'line'} of the log of {job.name}"
        )
        lines += [f"::group::{title}"] if grouped else [f"  {title}:"]
        lines += [f"  | {visible(line)}" for line in log]
        lines += ["::endgroup::"] if grouped else []
    if url := job.outputs.get("logsUrl"):
        lines.append(f"  log: {url}")
    lines += [f"  {command}   {why}" for command, why in list_next(job, stack)]
    return lines
