"""A stack that asks for a bucket and a role, and a job that refers to both."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from components import program
from tests.unit.platform.recording import Registry, run

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


def runner(root: Path) -> Run:
    """Return what runs the program over these job files in a folder."""

    def body() -> None:
        settings = program.settings(root)
        jobs = program.load(settings)
        program.preflight(jobs, settings)
        program.declare(jobs, settings)

    def start(
        files: dict[str, str], asked: Any = ASKED, *, preview: bool = False, preflight: bool = False
    ) -> Registry:
        for name, text in files.items():
            path = root / "jobs" / name
            path.parent.mkdir(exist_ok=True)
            path.write_text(text)
        config = {"aws-jobs:preflight": str(preflight).lower(), "aws-jobs:token": "hunter22"}
        if asked:
            config["aws-jobs:platform"] = json.dumps(asked)
        return run(body, preview=preview, config=config, secrets=("aws-jobs:token",))

    return start
