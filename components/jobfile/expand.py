"""Turn job files into jobs for one stack: overlay, matrix, interpolation, validation. Reports every problem."""

from __future__ import annotations

from collections.abc import Sequence

from ..errors import Problem
from . import names, own_keys
from .composition import Composition
from .model import Context, Job, JobFile


def split_sound(jobs: Sequence[Job], problems: Sequence[Problem]) -> tuple[list[Job], list[Job]]:
    """Return the jobs of files without an error, and those of the others."""
    bad = {problem.file for problem in problems if problem.level == "error"}
    return [job for job in jobs if job.file not in bad], [job for job in jobs if job.file in bad]


def compose(
    files: Sequence[JobFile], context: Context, elsewhere: frozenset[str] = frozenset()
) -> tuple[list[Job], list[Problem]]:
    """Return the stack's jobs and everything that is wrong with them, both sorted.

    `elsewhere` names jobs that exist beside these and may be depended on. Warnings have `level == "warning"`.
    """
    jobs: list[Job] = []
    problems: set[Problem] = set()
    cells: dict[str, list[str]] = {}
    for file in files:
        found = Composition(file, context)
        expanded = found.jobs()
        jobs += expanded
        problems |= found.problems
        if "matrix" in file.document:
            cells[found.name] = [job.name for job in expanded]
    problems.update(names.find_collisions(jobs))
    problems.update(own_keys.find_adopted_twice(jobs))
    problems.update(names.check_dependencies(jobs, cells, elsewhere))
    return sorted(jobs, key=lambda job: job.name), sorted(problems)
