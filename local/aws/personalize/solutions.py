"""What a batch job refers to: dataset groups, solutions, their versions, filters, recipes.

They are made at once, trained on nothing, and become ACTIVE after a moment.
"""

from __future__ import annotations

from uuid import uuid4

from ..service.operations import Json, page
from ..service.refusal import Refusal
from . import resources
from .models import BatchInferenceBackend
from .recipes import RECIPES, Recipe

GROUP = "dataset-group"
SOLUTION = "solution"
VERSION = "solution-version"
FILTER = "filter"

RECIPES_SINCE = 1_704_067_200.0
"""When the recipes are said to have been made: the start of 2024."""

# what a version does not take from its solution
_OWN = ("name", "performAutoTraining")


def create_dataset_group(backend: BatchInferenceBackend, request: Json) -> Json:
    """Make a dataset group, which holds nothing here."""
    arn = resources.make(backend, GROUP, request)
    domain = {"domain": request["domain"]} if "domain" in request else {}
    return {"datasetGroupArn": arn, **domain}


def create_solution(backend: BatchInferenceBackend, request: Json) -> Json:
    """Make a solution of a recipe."""
    resources.find(backend, request["datasetGroupArn"], GROUP)
    if request.get("recipeArn") is None:
        raise Refusal("InvalidInputException", "recipeArn is required: the emulator has no AutoML.")
    _find_recipe(request["recipeArn"])
    return {"solutionArn": resources.make(backend, SOLUTION, request)}


def describe_solution(backend: BatchInferenceBackend, request: Json) -> Json:
    """Describe a solution, with its latest version."""
    described = resources.describe_operation("Solution", SOLUTION)(backend, request)
    asked = {"solutionArn": request["solutionArn"], "maxResults": 100}
    versions = list_solution_versions(backend, asked)["solutionVersions"]
    if versions:
        described["solution"]["latestSolutionVersion"] = versions[-1]
    return described


def create_solution_version(backend: BatchInferenceBackend, request: Json) -> Json:
    """Train a version, which takes its settings from its solution."""
    solution = resources.find_active(backend, request["solutionArn"], SOLUTION)
    inherited = {key: value for key, value in solution.request.items() if key not in _OWN}
    path = f"{SOLUTION}/{solution.name}/{uuid4().hex[:8]}"
    asked = {"trainingMode": "FULL", **inherited, **request}
    return {"solutionVersionArn": resources.make(backend, VERSION, asked, path)}


def list_solution_versions(backend: BatchInferenceBackend, request: Json) -> Json:
    """List the versions of a solution, which must exist, or of all."""
    if request.get("solutionArn") is not None:
        resources.find(backend, request["solutionArn"], SOLUTION)
    return resources.list_operation("SolutionVersion", VERSION)(backend, request)


def create_filter(backend: BatchInferenceBackend, request: Json) -> Json:
    """Make a filter of a dataset group."""
    resources.find(backend, request["datasetGroupArn"], GROUP)
    return {"filterArn": resources.make(backend, FILTER, request)}


def describe_recipe(backend: BatchInferenceBackend, request: Json) -> Json:
    """Describe one of AWS's recipes."""
    recipe = _find_recipe(request["recipeArn"])
    return {"recipe": {**_summarize(recipe), "recipeType": recipe.type}}


def list_recipes(backend: BatchInferenceBackend, request: Json) -> Json:
    """List AWS's recipes."""
    invalid = "InvalidNextTokenException"
    recipes = RECIPES.values()
    return page(recipes, request, "recipes", _summarize, invalid, rank=lambda recipe: [recipe.arn])


def _find_recipe(arn: str) -> Recipe:
    if arn not in RECIPES:
        raise Refusal("ResourceNotFoundException", f"Resource Arn {arn} does not exist.")
    return RECIPES[arn]


def _summarize(recipe: Recipe) -> Json:
    return {
        "name": recipe.name,
        "recipeArn": recipe.arn,
        "status": "ACTIVE",
        "creationDateTime": RECIPES_SINCE,
        "lastUpdatedDateTime": RECIPES_SINCE,
    }
