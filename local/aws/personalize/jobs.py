"""Batch jobs are created only if everything they refer to exists and goes together.

Personalize can neither stop nor delete one.
https://docs.aws.amazon.com/personalize/latest/dg/API_CreateBatchInferenceJob.html
"""

from __future__ import annotations

from ..service.operations import Json
from ..service.refusal import Refusal
from . import inference, resources
from .life import INFERENCE, SEGMENT
from .recipes import SEGMENTATION, Recipe
from .records import ENDED
from .state import PersonalizeState

MAX_UNFINISHED = 5
"""Batch jobs of a kind, pending or running, in an account and region (Personalize's quotas)."""


def create_inference_job(state: PersonalizeState, request: Json) -> Json:
    """Start a batch inference job."""
    recipe = _check_references(state, request)
    if not recipe.batch:
        raise refuse(f"The recipe {recipe.name} does not support batch inference.")
    _check_mode(request, recipe)
    _check_config(request, recipe)
    asked = {"batchInferenceJobMode": "BATCH_INFERENCE", **request}
    return {"batchInferenceJobArn": _start(state, INFERENCE, asked)}


def create_segment_job(state: PersonalizeState, request: Json) -> Json:
    """Start a batch segment job."""
    recipe = _check_references(state, request)
    if recipe.type != SEGMENTATION:
        raise refuse(f"The recipe {recipe.name} does not support batch segments.")
    return {"batchSegmentJobArn": _start(state, SEGMENT, request)}


def _check_references(state: PersonalizeState, request: Json) -> Recipe:
    version = resources.find_active(state, request["solutionVersionArn"], "solution-version")
    if request.get("filterArn"):
        resources.find_active(state, request["filterArn"], "filter")
    return inference.recipe_of(state, version.arn)


def _start(state: PersonalizeState, kind: str, request: Json) -> str:
    name = request["jobName"]
    unfinished = [job for job in state.of_kind(kind) if job.status not in ENDED]
    if state.arn(f"{kind}/{name}") not in state.resources and len(unfinished) >= MAX_UNFINISHED:
        raise Refusal(
            "LimitExceededException",
            f"The account has {len(unfinished)} {kind.replace('-', ' ')}s pending or in progress; "
            f"the limit is {MAX_UNFINISHED}.",
        )
    return resources.make(state, kind, name, f"{kind}/{name}", request)


def _check_mode(request: Json, recipe: Recipe) -> None:
    themed = request.get("batchInferenceJobMode") == "THEME_GENERATION"
    if themed and not recipe.themes:
        raise refuse(f"The recipe {recipe.name} cannot generate themes; aws-similar-items can.")
    if themed != bool(request.get("themeGenerationConfig")):
        word = "required" if themed else "allowed"
        only = "" if themed else " only"
        raise refuse(
            f"themeGenerationConfig is {word} when the job mode is THEME_GENERATION{only}."
        )


def _check_config(request: Json, recipe: Recipe) -> None:
    count = request.get("numResults")
    if count is not None and not 1 <= count <= recipe.most:
        raise refuse(f"numResults must be between 1 and {recipe.most}, not {count}.")
    exploration = (request.get("batchInferenceJobConfig") or {}).get("itemExplorationConfig") or {}
    weight = exploration.get("explorationWeight")
    if weight is not None and not _is_between(weight, 0, 1):
        raise refuse(f"explorationWeight must be between 0 and 1, not {weight}.")


def _is_between(text: str, least: float, most: float) -> bool:
    try:
        return least <= float(text) <= most
    except ValueError:
        return False


def refuse(message: str) -> Refusal:
    """Return Personalize's error for a request that cannot be right."""
    return Refusal("InvalidInputException", message)
