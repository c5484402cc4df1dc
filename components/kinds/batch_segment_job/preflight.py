"""What a batch segment job refers to in AWS."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from ...aws import Aws
from ...jobfile import Job
from ...preflight.problem import ReferenceProblem
from ..personalize.preflight import check_recipes, find_example_record
from ..personalize.recipes import Recipe

__all__ = ["find_example_record", "find_problems"]


def find_problems(jobs: Sequence[Job], aws: Aws) -> Iterator[ReferenceProblem]:
    """Return what is wrong with the jobs' solution versions and filters."""
    return check_recipes(jobs, aws, _judge)


def _judge(job: Job, recipe: Recipe) -> str:
    if not recipe.queries:
        return f"it was trained with {recipe.name}, which does not support user segments"
    return ""
