"""A stack that asks for a bucket and a role, and a job that refers to both."""

from __future__ import annotations

from collections.abc import Callable

from tests.unit.platform.recording import Registry

ASKED = {"bucket": {"name": "acme-jobs"}, "trainingRole": {}}
ROLE = "arn:aws:iam::123456789012:role/aws-jobs-dev-training"
SERVICE_JOB = "pulumi-python:dynamic/aws-jobs:ServiceJob"
JOB = """\
kind: ServiceJob
request:
  jobQueue: training
  serviceRequestPayload:
    RoleArn: ${platform.trainingRoleArn}
    AlgorithmSpecification: {TrainingImage: "1.dkr.ecr.us-east-1.amazonaws.com/xgboost:1.7-1", TrainingInputMode: File}
    OutputDataConfig: {S3OutputPath: "s3://${platform.bucket}/models/${stack}/"}
    ResourceConfig: {InstanceType: ml.m5.xlarge, InstanceCount: 1, VolumeSizeInGB: 30}
    StoppingCondition: {MaxRuntimeInSeconds: 3600}
"""
PLAIN = JOB.replace("${platform.trainingRoleArn}", ROLE).replace("${platform.bucket}", "other")

Run = Callable[..., Registry]
