"""Sample inputs of a resource, as the provider gets them."""

from __future__ import annotations

from typing import Any

from components.kinds import Kind

_REQUESTS: dict[str, dict[str, Any]] = {
    "ServiceJob": {
        "jobQueue": "training",
        "schedulingPriority": 1,
        "serviceRequestPayload": {
            "RoleArn": "arn:aws:iam::123456789012:role/SageMakerExecutionRole",
            "HyperParameters": {"eta": "0.1"},
            "OutputDataConfig": {"S3OutputPath": "s3://bucket/models"},
        },
        "tags": {"team": "growth"},
    },
    "BatchInferenceJob": {
        "solutionVersionArn": "arn:aws:personalize:us-east-1:123456789012:solution/s/1",
        "roleArn": "arn:aws:iam::123456789012:role/PersonalizeBatchRole",
        "jobInput": {"s3DataSource": {"path": "s3://bucket/in.json"}},
        "jobOutput": {"s3DataDestination": {"path": "s3://bucket/out/"}},
        "tags": [{"tagKey": "team", "tagValue": "growth"}],
    },
    "BatchSegmentJob": {
        "solutionVersionArn": "arn:aws:personalize:us-east-1:123456789012:solution/s/1",
        "roleArn": "arn:aws:iam::123456789012:role/PersonalizeBatchRole",
        "numResults": 25,
        "jobInput": {"s3DataSource": {"path": "s3://bucket/in.json"}},
        "jobOutput": {"s3DataDestination": {"path": "s3://bucket/out/"}},
        "tags": [{"tagKey": "team", "tagValue": "growth"}],
    },
    "TransformJob": {
        "ModelName": "churn",
        "TransformInput": {
            "DataSource": {"S3DataSource": {"S3DataType": "S3Prefix", "S3Uri": "s3://bucket/in/"}}
        },
        "TransformOutput": {"S3OutputPath": "s3://bucket/out/"},
        "TransformResources": {"InstanceType": "ml.m5.xlarge", "InstanceCount": 1},
        "Tags": [{"Key": "team", "Value": "growth"}],
    },
}


def inputs(kind: Kind, **others: Any) -> dict[str, Any]:
    """A definition of the job `churn`; `others` replace or add inputs."""
    request = {
        key: dict(value) if isinstance(value, dict) else value
        for key, value in _REQUESTS[kind.name].items()
    }
    return {
        "name": "churn",
        "identity": "aws-jobs/dev/churn",
        "region": "us-east-1",
        "request": request,
        "onReplace": "refuse",
        "onDelete": "refuse",
        **others,
    }
