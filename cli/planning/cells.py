"""Why a job is removed although its file is still there: a cell of a matrix, or another name."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace

from cli.planning.model import CAUSES, PlannedJob
from components.jobfile import Job


def explain_removal(planned: PlannedJob, jobs: Sequence[Job], new: Collection[str]) -> PlannedJob:
    """Return a removed job with what has changed in its file, where that is still there.

    A state does not say which file a job was of: the file is found by the name, and by what it declares that is `new`.
    """
    if planned.cause != "removed":
        return planned
    for job in jobs:
        if job.source is None:
            continue
        document = job.source.document
        grid = document.get("matrix")
        base = str(document.get("name", job.source.stem))
        cause = ""
        # `churn-eta-0-1`, not every job whose name begins like this one's
        if job.kind != planned.kind:
            cause = "kind" if job.name == planned.name else ""
        elif isinstance(grid, dict) and planned.name.startswith(f"{base}-{next(iter(grid), '')}-"):
            cause = "cell"
        elif job.name in new and planned.name.startswith(f"{base}-"):
            cause = "keys" if grid else "matrix"
        elif job.name in new and planned.name in (base, job.source.stem):
            cause = "cells" if grid else "renamed"
        if cause:
            line = job.place("matrix" if grid else "name")[0]
            return replace(planned, cause=cause, why=CAUSES[cause], file=job.file, line=line)
    return planned
