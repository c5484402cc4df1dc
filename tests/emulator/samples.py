"""Requests that the tests begin with and change."""

from __future__ import annotations

import json
from typing import Any

ACCOUNT = "123456789012"
SIMILAR_ITEMS = "arn:aws:personalize:us-east-1:123456789012:solution/similar-items/22222222"
USERS = "arn:aws:personalize:us-east-1:123456789012:solution/user-personalization/11111111"
FILTER = "arn:aws:personalize:us-east-1:123456789012:filter/exclude-purchased"


def payload(**changes: Any) -> dict[str, Any]:
    """A CreateTrainingJob request that SageMaker takes."""
    return {
        "TrainingJobName": "churn",
        "RoleArn": "arn:aws:iam::123456789012:role/SageMakerExecutionRole",
        "AlgorithmSpecification": {
            "TrainingImage": "683313688378.dkr.ecr.us-east-1.amazonaws.com/sagemaker-xgboost:1.7-1",
            "TrainingInputMode": "File",
        },
        "HyperParameters": {"eta": "0.1", "num_round": "50"},
        "OutputDataConfig": {"S3OutputPath": "s3://aws-jobs-output/churn/"},
        "ResourceConfig": {
            "InstanceType": "ml.m5.xlarge",
            "InstanceCount": 1,
            "VolumeSizeInGB": 30,
        },
        "StoppingCondition": {"MaxRuntimeInSeconds": 3600},
        **changes,
    }


def service_job(**changes: Any) -> dict[str, Any]:
    """A SubmitServiceJob request; `payload` in `changes` changes the payload."""
    inner = payload(**changes.pop("payload", {}))
    request = {
        "jobName": "churn",
        "jobQueue": "training",
        "serviceJobType": "SAGEMAKER_TRAINING",
        "serviceRequestPayload": json.dumps(inner),
        **changes,
    }
    return {name: value for name, value in request.items() if value is not None}


def inference_job(**changes: Any) -> dict[str, Any]:
    """A CreateBatchInferenceJob request for the users of the seed."""
    request = {
        "jobName": "recommend",
        "solutionVersionArn": USERS,
        "jobInput": {"s3DataSource": {"path": "s3://aws-jobs-data/personalize/users.json"}},
        "jobOutput": {"s3DataDestination": {"path": "s3://aws-jobs-output/recommend/"}},
        "roleArn": "arn:aws:iam::123456789012:role/PersonalizeBatchRole",
        **changes,
    }
    return {name: value for name, value in request.items() if value is not None}
