"""What a Personalize request refers to: solution version and filter, there and ACTIVE, of a recipe that does batch."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from ...aws import Aws
from ...aws.references import reference
from ...errors import Denied, Missing, Rejected
from ...jobfile import Job
from ...preflight.finding import Finding, denied
from ...wire import pick
from ..personalize.recipes import RECIPES, Recipe

VERSION, FILTER = "solutionVersionArn", "filterArn"
RULE = "preflight.reference"


def findings(jobs: Sequence[Job], aws: Aws) -> Iterator[Finding]:
    """Each ARN is asked for once."""
    for job in jobs:
        for field in (VERSION, FILTER):
            arn, path = job.request.get(field), f"request.{field}"
            if not isinstance(arn, str):
                continue
            answer = _record(aws, field, arn)
            if isinstance(answer, Denied):
                yield denied(job, path, answer)
            elif answer is None:
                yield Finding(job, path, f"AWS has no {arn}", RULE)
            elif answer.get("status") != "ACTIVE":
                message = f"{arn} is {answer.get('status')}, not ACTIVE"
                yield Finding(job, path, message, RULE)
        recipe = recipe_of(job, aws)
        if recipe is not None:
            yield from _unfit(job, recipe)


def _unfit(job: Job, recipe: Recipe) -> Iterator[Finding]:
    path = f"request.{VERSION}"
    if not recipe.batch:
        message = f"it was trained with {recipe.name}, which does no batch inference"
        yield Finding(job, path, message, RULE)
    elif not recipe.themes and job.request.get("batchInferenceJobMode") == "THEME_GENERATION":
        message = f"themes need a version of aws-similar-items, and this one is of {recipe.name}"
        yield Finding(job, path, message, RULE)


def recipe_of(job: Job, aws: Aws) -> Recipe | None:
    """The recipe of a job's solution version, where both can be known."""
    arn = job.request.get(VERSION)
    record = _record(aws, VERSION, arn) if isinstance(arn, str) else None
    if not isinstance(record, Mapping):
        return None
    return RECIPES.get(str(pick(record, "recipeArn", "")).rpartition("/")[2])


def _record(aws: Aws, field: str, arn: str) -> Mapping[str, Any] | Denied | None:
    def ask() -> Mapping[str, Any] | Denied | None:
        try:
            return reference(aws, field, arn)
        except Denied as error:
            return error
        except (Missing, Rejected):
            return None

    return aws.remembered(f"preflight.{arn}", ask)
