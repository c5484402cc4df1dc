"""What a batch inference job refers to in AWS."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from ...aws import Aws
from ...jobfile import Job
from ...preflight.finding import Finding
from ..personalize.preflight import check_references, recipe_of
from ..personalize.recipes import Recipe


def findings(jobs: Sequence[Job], aws: Aws) -> Iterator[Finding]:
    """Return what is wrong with the jobs' solution versions and filters."""
    return check_references(jobs, aws, _judge)


def _judge(job: Job, recipe: Recipe) -> str:
    if not recipe.batch:
        return f"it was trained with {recipe.name}, which does no batch inference"
    if not recipe.themes and job.request.get("batchInferenceJobMode") == "THEME_GENERATION":
        return f"themes need a version of aws-similar-items, and this one is of {recipe.name}"
    return ""


def find_example_record(job: Job, aws: Aws) -> tuple[str, Mapping[str, Any]] | None:
    """Return the recipe's name and an input record as it takes them, where the recipe is known.

    https://docs.aws.amazon.com/personalize/latest/dg/batch-data-upload.html
    """
    recipe = recipe_of(job, aws)
    return (recipe.name, recipe.record) if recipe and recipe.record else None
