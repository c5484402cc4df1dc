"""What a Personalize request refers to: solution version and filter, existing and ACTIVE, of a recipe that fits."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence

from ...aws import Aws
from ...jobfile import Job
from ...preflight.problem import Example, ReferenceProblem
from ...preflight.references import RULE, Reference, check_references, look_up
from ...wire import pick
from .. import Call
from .recipes import RECIPES, Recipe

_VERSION = "solutionVersionArn"
_REFERENCES = {
    _VERSION: Reference(
        "solution version",
        Call("DescribeSolutionVersion", {_VERSION: "$name"}, result="solutionVersion"),
        ready="ACTIVE",
    ),
    "filterArn": Reference(
        "filter",
        Call("DescribeFilter", {"filterArn": "$name"}, result="filter"),
        ready="ACTIVE",
    ),
}


def check_recipes(
    jobs: Sequence[Job], aws: Aws, judge: Callable[[Job, Recipe], str]
) -> Iterator[ReferenceProblem]:
    """Yield what is wrong with what the jobs name; `judge` says what is wrong with a job's recipe, or nothing."""
    yield from check_references(jobs, aws, "personalize", _REFERENCES)
    for job in jobs:
        recipe = find_recipe(job, aws)
        if recipe and (message := judge(job, recipe)):
            yield ReferenceProblem(job, f"request.{_VERSION}", message, RULE)


def find_recipe(job: Job, aws: Aws) -> Recipe | None:
    """Return the recipe of a job's solution version, where both can be known."""
    arn = job.request.get(_VERSION)
    if not isinstance(arn, str):
        return None
    record = look_up(aws, "personalize", _REFERENCES[_VERSION].call, arn)
    if not isinstance(record, Mapping):
        return None
    return RECIPES.get(str(pick(record, "recipeArn", "")).rpartition("/")[2])


def find_example_record(job: Job, aws: Aws) -> Example | None:
    """Return an input record as the recipe takes them, and how many, where the recipe is known.

    https://docs.aws.amazon.com/personalize/latest/dg/batch-data-upload.html
    """
    recipe = find_recipe(job, aws)
    if recipe is None or not recipe.record:
        return None
    themed = job.request.get("batchInferenceJobMode") == "THEME_GENERATION"
    return Example(recipe.name, recipe.record, recipe.themes if themed else recipe.queries)
