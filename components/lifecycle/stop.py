"""Stop: end a run that its job keeps. Unlike a released one it still stands for its definition."""

from __future__ import annotations

from .. import aws as service
from ..aws import Aws, Run
from ..aws.runs import check_account, format_time
from ..kinds import Kind
from ..run.definition import STOPPED

REASON = "stopped by jobctl stop"


def stop(kind: Kind, aws: Aws, run: Run, job: str) -> None:
    """Mark the run as stopped, then terminate it: whoever dies in between leaves a run that can be stopped again."""
    check_account(aws, run.arn, job)
    service.mark(aws, kind, run, job, {STOPPED: format_time(aws.clock() * 1000)})
    service.terminate(aws, kind, run.arn, job, REASON)
