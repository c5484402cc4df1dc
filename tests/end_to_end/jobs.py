"""Job files that the whole runs use: as small as AWS takes them."""

from __future__ import annotations

import copy
from typing import Any

ROLE = "arn:aws:iam::123456789012:role/SageMakerExecutionRole"

_SERVICE: dict[str, Any] = {
    "kind": "ServiceJob",
    "request": {
        "jobQueue": "training",
        "serviceRequestPayload": {
            "RoleArn": ROLE,
            "AlgorithmSpecification": {
                "TrainingImage": "683313688378.dkr.ecr.us-east-1.amazonaws.com/sagemaker-xgboost:1.7-1",
                "TrainingInputMode": "File",
            },
            "HyperParameters": {"eta": "0.1", "num_round": "100"},
            "OutputDataConfig": {"S3OutputPath": "s3://aws-jobs-output/churn/"},
            "ResourceConfig": {
                "InstanceType": "ml.m5.xlarge",
                "InstanceCount": 1,
                "VolumeSizeInGB": 30,
            },
            "StoppingCondition": {"MaxRuntimeInSeconds": 3600},
        },
        "retryStrategy": {"attempts": 2},
        "tags": {"team": "growth"},
    },
}
_INFERENCE: dict[str, Any] = {
    "kind": "BatchInferenceJob",
    "request": {
        "solutionVersionArn": "arn:aws:personalize:us-east-1:123456789012:solution/user-personalization/11111111",
        "roleArn": "arn:aws:iam::123456789012:role/PersonalizeBatchRole",
        "numResults": 25,
        "jobInput": {"s3DataSource": {"path": "s3://aws-jobs-data/personalize/users.json"}},
        "jobOutput": {"s3DataDestination": {"path": "s3://aws-jobs-output/users/"}},
    },
}


def service(**request: Any) -> dict[str, Any]:
    """A service job's file; `request` adds to or replaces the request's fields, `None` takes one away."""
    return _with(_SERVICE, request)


def inference(**request: Any) -> dict[str, Any]:
    """A batch inference job's file, likewise."""
    return _with(_INFERENCE, request)


def hyperparameters(**changes: str) -> dict[str, Any]:
    """A service job's file with other hyperparameters."""
    document = copy.deepcopy(_SERVICE)
    document["request"]["serviceRequestPayload"]["HyperParameters"].update(changes)
    return document


def payload(document: dict[str, Any]) -> dict[str, Any]:
    """The payload inside a service job's file."""
    found: dict[str, Any] = document["request"]["serviceRequestPayload"]
    return found


def _with(document: dict[str, Any], request: dict[str, Any]) -> dict[str, Any]:
    document = copy.deepcopy(document)
    document["request"].update(request)
    for name in [name for name, value in request.items() if value is None]:
        del document["request"][name]
    return document
