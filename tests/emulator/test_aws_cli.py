"""The AWS CLI, unmodified, against the emulator."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from local.aws.server.emulator import Emulator

from .samples import SIMILAR_ITEMS, inference_job, service_job


class Cli:
    """`aws <service> <operation> ...`, with an environment of its own."""

    def __init__(self, emulator: Emulator, home: Path) -> None:
        self._environment = {
            "PATH": os.environ["PATH"],
            "HOME": str(home),
            "AWS_ENDPOINT_URL": emulator.endpoint,
            "AWS_ACCESS_KEY_ID": "AKIAIOSFODNN7EXAMPLE",
            "AWS_SECRET_ACCESS_KEY": "secret",
            "AWS_DEFAULT_REGION": "us-east-1",
            "AWS_MAX_ATTEMPTS": "1",
        }

    def __call__(self, *arguments: str) -> Any:
        """The JSON that the command prints; None where it prints nothing."""
        done = self.run(*arguments)
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout) if done.stdout.strip() else None

    def run(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-W", "ignore", "-m", "awscli", *arguments, "--output", "json"],
            env=self._environment,
            capture_output=True,
            text=True,
            check=False,
        )


@pytest.fixture
def aws(emulator: Emulator, tmp_path: Path) -> Cli:
    return Cli(emulator, tmp_path)


def test_service_jobs(aws: Cli, emulator: Emulator) -> None:
    """The CLI submits, describes, lists, tags and terminates a service job."""
    request = service_job(tags={"team": "growth"})
    job = aws("batch", "submit-service-job", "--cli-input-json", json.dumps(request))
    emulator.advance(2)
    shown = aws("batch", "describe-service-job", "--job-id", job["jobId"])
    assert (shown["status"], shown["tags"]) == ("RUNNING", {"team": "growth"})
    assert shown["serviceRequestPayload"] == request["serviceRequestPayload"]
    listed = aws("batch", "list-service-jobs", "--job-queue", "training")
    assert [each["jobName"] for each in listed["jobSummaryList"]] == ["churn"]
    aws("batch", "tag-resource", "--resource-arn", job["jobArn"], "--tags", "run=7")
    tags = aws("batch", "list-tags-for-resource", "--resource-arn", job["jobArn"])
    assert tags == {"tags": {"team": "growth", "run": "7"}}
    aws("batch", "terminate-service-job", "--job-id", job["jobId"], "--reason", "enough")
    emulator.advance(1)
    shown = aws("batch", "describe-service-job", "--job-id", job["jobId"])
    assert (shown["status"], shown["isTerminated"]) == ("FAILED", True)


def test_batch_inference_jobs(aws: Cli, emulator: Emulator, tmp_path: Path) -> None:
    """The CLI creates, describes and lists a batch inference job, and fetches its results."""
    source = "s3://aws-jobs-data/personalize/items.json"
    request = inference_job(
        solutionVersionArn=SIMILAR_ITEMS, jobInput={"s3DataSource": {"path": source}}
    )
    made = aws("personalize", "create-batch-inference-job", "--cli-input-json", json.dumps(request))
    emulator.advance(10)
    shown = aws(
        "personalize",
        "describe-batch-inference-job",
        "--batch-inference-job-arn",
        made["batchInferenceJobArn"],
    )
    assert shown["batchInferenceJob"]["status"] == "ACTIVE"
    listed = aws("personalize", "list-batch-inference-jobs")
    assert [job["jobName"] for job in listed["batchInferenceJobs"]] == ["recommend"]
    target = tmp_path / "results"
    result = "s3://aws-jobs-output/recommend/items.json.out"
    assert aws.run("s3", "cp", result, str(target)).returncode == 0
    assert len(target.read_text().splitlines()) == 30


def test_errors(aws: Cli) -> None:
    """What the emulator refuses, the CLI shows as it shows AWS's errors."""
    request = json.dumps(service_job(jobQueue="nowhere"))
    done = aws.run("batch", "submit-service-job", "--cli-input-json", request)
    assert done.returncode == 255
    assert (
        "An error occurred (ClientException) when calling the SubmitServiceJob operation: "
        "Job queue nowhere does not exist"
    ) in done.stderr
