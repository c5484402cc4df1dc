"""What a batch inference job refers to: dataset groups, solutions, their versions, filters, recipes.

They are made at once, trained on nothing, and become ACTIVE after a moment.
"""

from __future__ import annotations

from typing import Any
from uuid import uuid4

from ..service.operations import page
from ..service.refusal import Refusal
from . import resources
from .recipes import RECIPES, Recipe
from .records import Resource
from .state import PersonalizeState

GROUP = "dataset-group"
SOLUTION = "solution"
VERSION = "solution-version"
FILTER = "filter"

RECIPES_SINCE = 1_704_067_200.0
"""When the recipes are said to have been made: the start of 2024."""

_SOLUTION = (
    "name",
    "performHPO",
    "performAutoML",
    "performAutoTraining",
    "performIncrementalUpdate",
    "recipeArn",
    "datasetGroupArn",
    "eventType",
    "solutionConfig",
)
_VERSION = (
    *(name for name in _SOLUTION if name != "performAutoTraining"),
    "solutionArn",
    "trainingMode",
)


def create_dataset_group(backend: PersonalizeState, request: dict[str, Any]) -> dict[str, Any]:
    name = request["name"]
    arn = resources.make(backend, GROUP, name, f"{GROUP}/{name}", request)
    domain = {"domain": request["domain"]} if "domain" in request else {}
    return {"datasetGroupArn": arn, **domain}


def describe_dataset_group(backend: PersonalizeState, request: dict[str, Any]) -> dict[str, Any]:
    group = resources.found(backend, request["datasetGroupArn"], GROUP)
    members = ("name", "roleArn", "kmsKeyArn", "domain")
    return {"datasetGroup": resources.shown(group, "datasetGroupArn", *members)}


def list_dataset_groups(backend: PersonalizeState, request: dict[str, Any]) -> dict[str, Any]:
    return resources.listing(
        backend.of_kind(GROUP),
        request,
        "datasetGroups",
        lambda group: resources.shown(group, "datasetGroupArn", "name", "domain"),
    )


def create_solution(backend: PersonalizeState, request: dict[str, Any]) -> dict[str, Any]:
    resources.found(backend, request["datasetGroupArn"], GROUP)
    if request.get("recipeArn") is None:
        raise Refusal("InvalidInputException", "recipeArn is required: the emulator has no AutoML.")
    _recipe(request["recipeArn"])
    name = request["name"]
    arn = resources.make(backend, SOLUTION, name, f"{SOLUTION}/{name}", request)
    return {"solutionArn": arn}


def describe_solution(backend: PersonalizeState, request: dict[str, Any]) -> dict[str, Any]:
    solution = resources.found(backend, request["solutionArn"], SOLUTION)
    described = resources.shown(solution, "solutionArn", *_SOLUTION)
    versions = _versions(backend, solution.arn)
    if versions:
        described["latestSolutionVersion"] = _version_summary(versions[-1])
    return {"solution": described}


def list_solutions(backend: PersonalizeState, request: dict[str, Any]) -> dict[str, Any]:
    group = request.get("datasetGroupArn")
    chosen = [
        solution
        for solution in backend.of_kind(SOLUTION)
        if group in (None, solution.request["datasetGroupArn"])
    ]
    return resources.listing(
        chosen,
        request,
        "solutions",
        lambda solution: resources.shown(solution, "solutionArn", "name", "recipeArn"),
    )


def create_solution_version(backend: PersonalizeState, request: dict[str, Any]) -> dict[str, Any]:
    solution = resources.active(backend, request["solutionArn"], SOLUTION)
    inherited = {name: solution.request[name] for name in _SOLUTION if name in solution.request}
    inherited.pop("name")
    asked = {"trainingMode": "FULL", **inherited, **request}
    path = f"{SOLUTION}/{solution.name}/{uuid4().hex[:8]}"
    name = request.get("name", path)
    return {"solutionVersionArn": resources.make(backend, VERSION, name, path, asked)}


def describe_solution_version(backend: PersonalizeState, request: dict[str, Any]) -> dict[str, Any]:
    version = resources.found(backend, request["solutionVersionArn"], VERSION)
    described = resources.shown(version, "solutionVersionArn", *_VERSION)
    return {"solutionVersion": {**described, "trainingType": "MANUAL"}}


def list_solution_versions(backend: PersonalizeState, request: dict[str, Any]) -> dict[str, Any]:
    wanted = request.get("solutionArn")
    if wanted is not None:
        resources.found(backend, wanted, SOLUTION)
    chosen = _versions(backend, wanted)
    return resources.listing(chosen, request, "solutionVersions", _version_summary)


def create_filter(backend: PersonalizeState, request: dict[str, Any]) -> dict[str, Any]:
    resources.found(backend, request["datasetGroupArn"], GROUP)
    name = request["name"]
    return {"filterArn": resources.make(backend, FILTER, name, f"{FILTER}/{name}", request)}


def describe_filter(backend: PersonalizeState, request: dict[str, Any]) -> dict[str, Any]:
    found = resources.found(backend, request["filterArn"], FILTER)
    members = ("name", "datasetGroupArn", "filterExpression")
    return {"filter": resources.shown(found, "filterArn", *members)}


def list_filters(backend: PersonalizeState, request: dict[str, Any]) -> dict[str, Any]:
    group = request.get("datasetGroupArn")
    chosen = [
        found
        for found in backend.of_kind(FILTER)
        if group in (None, found.request["datasetGroupArn"])
    ]
    return resources.listing(
        chosen,
        request,
        "Filters",
        lambda found: resources.shown(found, "filterArn", "name", "datasetGroupArn"),
    )


def describe_recipe(backend: PersonalizeState, request: dict[str, Any]) -> dict[str, Any]:
    recipe = _recipe(request["recipeArn"])
    return {"recipe": {**_recipe_summary(recipe), "recipeType": recipe.type}}


def list_recipes(backend: PersonalizeState, request: dict[str, Any]) -> dict[str, Any]:
    shown, token = page(
        [_recipe_summary(recipe) for recipe in RECIPES.values()],
        request,
        list(RECIPES),
        "InvalidNextTokenException",
    )
    return {"recipes": shown, **({"nextToken": token} if token else {})}


def _versions(backend: PersonalizeState, solution_arn: str | None) -> list[Resource]:
    return [
        version
        for version in backend.of_kind(VERSION)
        if solution_arn in (None, version.request["solutionArn"])
    ]


def _version_summary(version: Resource) -> dict[str, Any]:
    shown = resources.shown(version, "solutionVersionArn", "trainingMode")
    return {**shown, "trainingType": "MANUAL"}


def _recipe(arn: str) -> Recipe:
    if arn not in RECIPES:
        raise Refusal("ResourceNotFoundException", f"Resource Arn {arn} does not exist.")
    return RECIPES[arn]


def _recipe_summary(recipe: Recipe) -> dict[str, Any]:
    return {
        "name": recipe.name,
        "recipeArn": recipe.arn,
        "status": "ACTIVE",
        "creationDateTime": RECIPES_SINCE,
        "lastUpdatedDateTime": RECIPES_SINCE,
    }
