"""Batch jobs are created only if everything they refer to exists and goes together.

Personalize can neither stop nor delete one.
https://docs.aws.amazon.com/personalize/latest/dg/API_CreateBatchInferenceJob.html
"""

from __future__ import annotations

from ..service.operations import Json
from ..service.refusal import Refusal
from . import resources
from .models import BatchInferenceBackend
from .recipes import SEGMENTATION, Recipe
from .records import ENDED, INFERENCE, SEGMENT
from .results import find_recipe
from .solutions import FILTER, VERSION

MAX_RESULTS = 500
MAX_UNFINISHED = 5
"""Batch jobs of a kind, pending or running, in an account and region (Personalize's quotas)."""


def create_inference_job(backend: BatchInferenceBackend, request: Json) -> Json:
    """Start a batch inference job."""
    recipe = _check_references(backend, request)
    if not recipe.batch:
        raise refuse(f"The recipe {recipe.name} does not support batch inference.")
    _check_mode(request, recipe)
    _check_config(request)
    asked = {"batchInferenceJobMode": "BATCH_INFERENCE", **request}
    return {"batchInferenceJobArn": _start(backend, INFERENCE, asked)}


def create_segment_job(backend: BatchInferenceBackend, request: Json) -> Json:
    """Start a batch segment job."""
    recipe = _check_references(backend, request)
    if recipe.type != SEGMENTATION:
        raise refuse(f"The recipe {recipe.name} does not support batch segments.")
    return {"batchSegmentJobArn": _start(backend, SEGMENT, request)}


def _check_references(backend: BatchInferenceBackend, request: Json) -> Recipe:
    version = resources.find_active(backend, request["solutionVersionArn"], VERSION)
    if request.get("filterArn"):
        resources.find_active(backend, request["filterArn"], FILTER)
    return find_recipe(backend, version.arn)


def _start(backend: BatchInferenceBackend, kind: str, request: Json) -> str:
    arn = backend.arn(f"{kind}/{request['jobName']}")
    unfinished = [job for job in backend.of_kind(kind) if job.status not in ENDED]
    if arn not in backend.resources and len(unfinished) >= MAX_UNFINISHED:
        raise Refusal(
            "LimitExceededException",
            f"The account has {len(unfinished)} {kind.replace('-', ' ')}s pending or in progress; "
            f"the limit is {MAX_UNFINISHED}.",
        )
    return resources.make(backend, kind, request)


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


def _check_config(request: Json) -> None:
    count = request.get("numResults")
    if count is not None and not 1 <= count <= MAX_RESULTS:
        raise refuse(f"numResults must be between 1 and {MAX_RESULTS}, not {count}.")
    exploration = (request.get("batchInferenceJobConfig") or {}).get("itemExplorationConfig") or {}
    weight = exploration.get("explorationWeight")
    try:
        is_allowed = weight is None or 0 <= float(weight) <= 1
    except ValueError:
        is_allowed = False
    if not is_allowed:
        raise refuse(f"explorationWeight must be between 0 and 1, not {weight}.")


def refuse(message: str) -> Refusal:
    """Return Personalize's error for a request that cannot be right."""
    return Refusal("InvalidInputException", message)
