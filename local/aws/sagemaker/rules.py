"""What SageMaker refuses in a CreateTrainingJob request.

https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_CreateTrainingJob.html
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from ..service import shapes


def find_problem(request: dict[str, Any]) -> str | None:
    """Return the sentence with which SageMaker refuses the request; `None` when it takes it."""
    shape = shapes.service("sagemaker").operation_model("CreateTrainingJob").input_shape
    return shapes.refuse(request, shape) or next(_find_beyond_the_shape(request), None)


def _find_beyond_the_shape(request: dict[str, Any]) -> Iterator[str]:
    algorithm = request.get("AlgorithmSpecification")
    if algorithm is not None and ("TrainingImage" in algorithm) == ("AlgorithmName" in algorithm):
        yield "Specify either TrainingImage or AlgorithmName in AlgorithmSpecification, not both"
    stopping = request.get("StoppingCondition") or {}
    if request.get("EnableManagedSpotTraining"):
        wait, run = stopping.get("MaxWaitTimeInSeconds"), stopping.get("MaxRuntimeInSeconds", 86400)
        if wait is None or wait < run:
            yield (
                "Invalid MaxWaitTimeInSeconds. It must be present and be greater than or equal to "
                "MaxRuntimeInSeconds"
            )
    names = [channel["ChannelName"] for channel in request.get("InputDataConfig") or []]
    for name in names:
        if names.count(name) > 1:
            yield f"Duplicate channel name {name} in InputDataConfig"
