"""Jobs that are cells of a matrix, told apart from those whose whole file was removed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from cli.planning.model import CAUSES, PlannedJob
from components.jobfile import Job


def name_removed_cell(planned: PlannedJob, jobs: Sequence[Job]) -> PlannedJob:
    """Return a removed job as the cell that it was, where the file of its matrix is still there."""
    if planned.cause != "removed":
        return planned
    for job in jobs:
        document = job.source.document if job.source else {}
        grid = document.get("matrix")
        if job.kind != planned.kind or not isinstance(grid, dict) or job.source is None:
            continue
        base = str(document.get("name", job.source.stem))
        # `churn-eta-0-1`, not every job whose name begins like this one's
        if planned.name.startswith(f"{base}-{next(iter(grid), '')}-"):
            line = job.place("matrix")[0]
            return replace(planned, cause="cell", why=CAUSES["cell"], file=job.file, line=line)
    return planned
