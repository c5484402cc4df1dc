"""What a Personalize request refers to: solution version and filter, existing and ACTIVE, of a recipe that fits."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from ...aws import Aws
from ...errors import Denied, Missing, Rejected
from ...jobfile import Job
from ...preflight.problem import Example, ReferenceProblem, denied
from ...wire import pick
from .. import Call
from .recipes import RECIPES, Recipe

RULE = "preflight.reference"
VERSION = "solutionVersionArn"
_CALLS = {
    VERSION: Call("DescribeSolutionVersion", {VERSION: "$arn"}, result="solutionVersion"),
    "filterArn": Call("DescribeFilter", {"filterArn": "$arn"}, result="filter"),
}


def check_references(
    jobs: Sequence[Job], aws: Aws, judge: Callable[[Job, Recipe], str]
) -> Iterator[ReferenceProblem]:
    """Ask for each ARN once; `judge` says what is wrong with a job's recipe, or nothing."""
    for job in jobs:
        for field in _CALLS:
            arn, path = job.request.get(field), f"request.{field}"
            if not isinstance(arn, str):
                continue
            answer = _record(aws, field, arn)
            if isinstance(answer, Denied):
                yield denied(job, path, answer)
            elif answer is None:
                yield ReferenceProblem(job, path, f"{arn} does not exist", RULE)
            elif answer.get("status") != "ACTIVE":
                message = f"{arn} is {answer.get('status')}, not ACTIVE"
                yield ReferenceProblem(job, path, message, RULE)
        recipe = recipe_of(job, aws)
        message = judge(job, recipe) if recipe else ""
        if message:
            yield ReferenceProblem(job, f"request.{VERSION}", message, RULE)


def recipe_of(job: Job, aws: Aws) -> Recipe | None:
    """Return the recipe of a job's solution version, where both can be known."""
    arn = job.request.get(VERSION)
    record = _record(aws, VERSION, arn) if isinstance(arn, str) else None
    if not isinstance(record, Mapping):
        return None
    return RECIPES.get(str(pick(record, "recipeArn", "")).rpartition("/")[2])


def _record(aws: Aws, field: str, arn: str) -> Mapping[str, Any] | Denied | None:
    def ask() -> Mapping[str, Any] | Denied | None:
        try:
            record: Mapping[str, Any] = aws.call("personalize", _CALLS[field], {"arn": arn})
        except Denied as error:
            return error
        except (Missing, Rejected):
            return None
        return record

    return aws.remembered(f"preflight.{arn}", ask)


def find_example_record(job: Job, aws: Aws) -> Example | None:
    """Return an input record as the recipe takes them, and how many, where the recipe is known.

    https://docs.aws.amazon.com/personalize/latest/dg/batch-data-upload.html
    """
    recipe = recipe_of(job, aws)
    if recipe is None or not recipe.record:
        return None
    themed = job.request.get("batchInferenceJobMode") == "THEME_GENERATION"
    return Example(recipe.name, recipe.record, recipe.themes if themed else recipe.queries)
