"""AWS's own clients, which know nothing of the emulator. `make test-clients` runs this; `make test` does not."""

from __future__ import annotations

import io
import json
import os
import subprocess
from collections.abc import Callable, Iterator
from contextlib import redirect_stderr, redirect_stdout
from pathlib import Path
from typing import Any

import pytest
from awscli.clidriver import create_clidriver
from botocore import xform_name

from local.aws.clock import Clock, Pace
from local.aws.server.emulator import Emulator
from tests.emulator.conftest import EXTENDED, START, make_client
from tests.emulator.samples import inference_job, payload, service_job
from tests.emulator.test_answers import batch_tour, personalize_tour, sagemaker_tour

HERE = Path(__file__).parent
SDK = Path(__file__).parents[3] / ".local/clients"
KEYS = {
    "AWS_ACCESS_KEY_ID": "AKIAIOSFODNN7EXAMPLE",
    "AWS_SECRET_ACCESS_KEY": "secret",
    "AWS_DEFAULT_REGION": "us-east-1",
    "AWS_MAX_ATTEMPTS": "1",
}
TOURS = {"batch": batch_tour, "personalize": personalize_tour, "sagemaker": sagemaker_tour}


class Cli:
    """`aws <service> <operation> --cli-input-json ...` in the form of a boto3 client."""

    def __init__(self, service: str) -> None:
        self._service = service
        self._driver = create_clidriver()
        self.called: set[str] = set()

    def __getattr__(self, name: str) -> Callable[..., Any]:
        def call(**request: Any) -> Any:
            command = [self._service, name.replace("_", "-"), "--output", "json"]
            out, err = io.StringIO(), io.StringIO()
            with redirect_stdout(out), redirect_stderr(err):
                code = self._driver.main([*command, "--cli-input-json", json.dumps(request)])
            assert code == 0, (command, err.getvalue())
            self.called.add(name)
            return json.loads(out.getvalue() or "{}")

        return call


@pytest.fixture
def emulator() -> Iterator[Emulator]:
    with Emulator(clock=Clock(frozen_at=START)) as running:
        yield running


@pytest.mark.parametrize("service", TOURS)
def test_aws_cli(service: str, emulator: Emulator, monkeypatch: pytest.MonkeyPatch) -> None:
    """The CLI's command of every operation that the emulator adds to moto, in many states of what they show."""
    for name, value in {**KEYS, "AWS_ENDPOINT_URL": emulator.endpoint}.items():
        monkeypatch.setenv(name, value)
    cli = Cli(service)
    TOURS[service](cli, emulator)
    assert cli.called >= {xform_name(operation) for operation in EXTENDED[service]}


def test_paginators(emulator: Emulator) -> None:
    """Page by page, one record a page, every paginator of boto3 finds what one page shows."""
    batch = make_client(emulator.endpoint, "batch")
    personalize = make_client(emulator.endpoint, "personalize")
    sagemaker = make_client(emulator.endpoint, "sagemaker")
    for number in range(3):
        batch.submit_service_job(**service_job(jobName=f"j{number}"))
        personalize.create_batch_inference_job(**inference_job(jobName=f"j{number}"))
        sagemaker.create_training_job(**payload(TrainingJobName=f"j{number}"))
    asked = {
        "ListServiceJobs": {"jobQueue": "training", "jobStatus": "SUBMITTED"},
        "ListQuotaShares": {"jobQueue": "training-quota"},
        "Search": {"Resource": "TrainingJob"},
        "ListTags": {"ResourceArn": "arn:aws:sagemaker:us-east-1:123456789012:training-job/j0"},
    }
    walked = []
    for client in (batch, personalize, sagemaker):
        service = client.meta.service_model.service_name
        for operation in sorted(EXTENDED[service]):
            name = xform_name(operation)
            if not client.can_paginate(name):
                continue
            request = asked.get(operation, {})
            paginator = client.get_paginator(name)
            counts = [
                len(list(paginator.paginate(**request, PaginationConfig=config).search(member)))
                for config in ({}, {"PageSize": 50 if operation == "ListTags" else 1})
                for member in [f"{paginator.result_keys[0].expression}[]"]
            ]
            assert counts[0] == counts[1], operation
            walked.append(operation)
    assert {"ListServiceJobs", "ListBatchInferenceJobs", "ListTrainingJobs"} <= set(walked)


def test_waiters() -> None:
    """boto3's waiters for training and transform jobs see them end."""
    with Emulator(pace=Pace.instant()) as emulator:
        sagemaker = make_client(emulator.endpoint, "sagemaker")
        sagemaker.create_training_job(**payload(TrainingJobName="a"))
        sagemaker.get_waiter("training_job_completed_or_stopped").wait(TrainingJobName="a")
        sagemaker.create_transform_job(
            TransformJobName="b",
            ModelName="churn-xgboost",
            TransformInput={
                "DataSource": {
                    "S3DataSource": {"S3DataType": "S3Prefix", "S3Uri": "s3://aws-jobs-data/"}
                }
            },
            TransformOutput={"S3OutputPath": "s3://aws-jobs-output/scores/"},
            TransformResources={"InstanceType": "ml.m5.xlarge", "InstanceCount": 1},
        )
        sagemaker.get_waiter("transform_job_completed_or_stopped").wait(TransformJobName="b")


def test_sagemaker_sdk(tmp_path: Path) -> None:
    """SageMaker's Python SDK 3: ModelTrainer and TrainingQueue on a FIFO, a fair-share and a quota-share queue."""
    with Emulator() as emulator:
        env = {**KEYS, "PATH": os.environ["PATH"], "HOME": str(tmp_path)}
        done = subprocess.run(
            [SDK / "bin/python", HERE / "training_queue.py"],
            env={**env, "AWS_ENDPOINT_URL": emulator.endpoint},
            capture_output=True,
            text=True,
            check=False,
            timeout=600,
        )
    assert done.returncode == 0, done.stderr
    seen = json.loads(done.stdout)
    assert set(seen) == {"training", "training-fair", "training-quota"}
    for found in seen.values():
        artifacts = found.pop("artifacts")
        lines = "\n".join(found.pop("logs"))
        assert 'Invoking training with hyperparameters {"eta": "0.1"}' in lines
        assert "Model artifact written to s3://" in lines
        assert artifacts.startswith("s3://aws-jobs-output/sdk/AWSBatchsdk-")
        assert found == {
            "first": "SUCCEEDED",
            "second": ["FAILED", "enough"],
            "result": "Received status from SageMaker: Training job completed",
            "priority": 7,
            "found": True,
            "listed": ["first"],
            "hyperparameters": {"eta": "0.1"},
        }
