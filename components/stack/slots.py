"""Which jobs wait because an account may have only so many runs of a kind at once (Personalize: five)."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from .. import aws as service
from ..aws import Aws
from ..errors import Denied
from ..jobfile import Job
from ..kinds import KINDS
from ..run.definition import DIGEST, digest

SLOT = "slot"


def find_waiting(
    jobs: Sequence[Job], inputs: Mapping[str, Mapping[str, Any]], aws: Callable[[], Aws]
) -> list[str]:
    """Return the jobs that would be a run too many; the next `up` submits them. `jobs` wait for nothing else."""
    waiting: list[str] = []
    for kind in KINDS.values():
        ready = [job for job in jobs if kind.slots and job.kind == kind.name]
        try:
            free = max(0, kind.slots - service.count_live(aws(), kind)) if ready else 0
        except Denied:
            continue  # the submission itself finds out, and waits then
        if free >= len(ready):
            continue
        for job in ready:
            run = service.find(aws(), kind, inputs[job.name])
            if run and run.adoptable and run.tags.get(DIGEST) == digest(kind, inputs[job.name]):
                continue
            if free:
                free -= 1
            else:
                waiting.append(job.name)
    return waiting
