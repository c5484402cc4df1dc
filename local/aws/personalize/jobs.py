"""Batch inference jobs: create, describe, list. Personalize can neither stop nor delete one.

https://docs.aws.amazon.com/personalize/latest/dg/API_CreateBatchInferenceJob.html
"""

from __future__ import annotations

from typing import Any

from ..service.refusal import Refusal
from . import inference, resources
from .life import JOB
from .recipes import Recipe
from .records import ENDED, Resource
from .state import PersonalizeState

MAX_UNFINISHED = 5
"""Batch inference jobs pending or running in an account and region (Personalize's quotas)."""

_MEMBERS = (
    "jobName",
    "filterArn",
    "solutionVersionArn",
    "numResults",
    "jobInput",
    "jobOutput",
    "batchInferenceJobConfig",
    "roleArn",
    "batchInferenceJobMode",
    "themeGenerationConfig",
)


def create(backend: PersonalizeState, request: dict[str, Any]) -> dict[str, Any]:
    """Start a job, if everything that it refers to is there and goes together."""
    version = resources.active(backend, request["solutionVersionArn"], "solution-version")
    recipe = inference.recipe_of(backend, version.arn)
    if not recipe.batch:
        raise _invalid(f"The recipe {recipe.name} does not support batch inference.")
    if request.get("filterArn"):
        resources.active(backend, request["filterArn"], "filter")
    _check_mode(request, recipe)
    _check_config(request, recipe)
    arn = backend.arn(f"{JOB}/{request['jobName']}")
    unfinished = [job for job in backend.of_kind(JOB) if job.status not in ENDED]
    if arn not in backend.resources and len(unfinished) >= MAX_UNFINISHED:
        raise Refusal(
            "LimitExceededException",
            f"The account has {len(unfinished)} batch inference jobs pending or in progress; "
            f"the limit is {MAX_UNFINISHED}.",
        )
    asked = {"batchInferenceJobMode": "BATCH_INFERENCE", **request}
    name = request["jobName"]
    return {"batchInferenceJobArn": resources.make(backend, JOB, name, f"{JOB}/{name}", asked)}


def describe(backend: PersonalizeState, request: dict[str, Any]) -> dict[str, Any]:
    """One job, without its tags."""
    job = resources.found(backend, request["batchInferenceJobArn"], JOB)
    return {"batchInferenceJob": resources.shown(job, "batchInferenceJobArn", *_MEMBERS)}


def listed(backend: PersonalizeState, request: dict[str, Any]) -> dict[str, Any]:
    """Jobs, the newest first; those of one solution version where that is asked for."""
    wanted = request.get("solutionVersionArn")
    jobs = [
        job
        for job in reversed(backend.of_kind(JOB))
        if wanted in (None, job.request["solutionVersionArn"])
    ]
    return resources.listing(jobs, request, "batchInferenceJobs", _summary)


def _summary(job: Resource) -> dict[str, Any]:
    members = ("jobName", "solutionVersionArn", "batchInferenceJobMode")
    return resources.shown(job, "batchInferenceJobArn", *members)


def _check_mode(request: dict[str, Any], recipe: Recipe) -> None:
    themed = request.get("batchInferenceJobMode") == "THEME_GENERATION"
    if themed and not recipe.themes:
        raise _invalid(f"The recipe {recipe.name} cannot generate themes; aws-similar-items can.")
    if themed and not request.get("themeGenerationConfig"):
        raise _invalid("themeGenerationConfig is required when the job mode is THEME_GENERATION.")
    if not themed and request.get("themeGenerationConfig"):
        raise _invalid(
            "themeGenerationConfig is allowed when the job mode is THEME_GENERATION only."
        )


def _check_config(request: dict[str, Any], recipe: Recipe) -> None:
    count = request.get("numResults")
    if count is not None and not 1 <= count <= recipe.most:
        raise _invalid(f"numResults must be between 1 and {recipe.most}, not {count}.")
    exploration = (request.get("batchInferenceJobConfig") or {}).get("itemExplorationConfig") or {}
    weight = exploration.get("explorationWeight")
    if weight is not None and not _between(weight, 0, 1):
        raise _invalid(f"explorationWeight must be between 0 and 1, not {weight}.")


def _between(text: str, least: float, most: float) -> bool:
    try:
        return least <= float(text) <= most
    except ValueError:
        return False


def _invalid(message: str) -> Refusal:
    return Refusal("InvalidInputException", message)
