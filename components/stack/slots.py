"""Which jobs wait because an account may have only so many runs of a kind at once (Personalize: five)."""

from __future__ import annotations

from collections.abc import Callable

from .. import aws as service
from ..aws import Aws
from ..aws.runs import is_adoptable
from ..errors import Denied
from ..kinds import KINDS
from ..run.definition import SLOT
from .jobs import StackJobs


def wait_for_slots(stack: StackJobs, aws: Callable[[], Aws]) -> None:
    """Let wait what would be a run too many; the next `up` submits it. Not where `aws-jobs:preflight` is false."""
    for kind in KINDS.values():
        ready = [
            job for job in stack.jobs if job.kind == kind.name and job.name not in stack.waiting
        ]
        if not stack.settings.preflight or not kind.slots or not ready:
            continue
        try:
            quota = stack.settings.slots or kind.slots
            free = max(0, quota - service.count_live(aws(), kind))
        except Denied:
            continue  # the submission itself finds out, and waits then
        if free >= len(ready):
            continue
        for job in ready:
            inputs = stack.inputs[job.name]
            run = service.find_newest_run(aws(), kind, inputs)
            if run and is_adoptable(kind, inputs, run):
                continue
            if free:
                free -= 1
            else:
                stack.waiting[job.name] = [SLOT]
