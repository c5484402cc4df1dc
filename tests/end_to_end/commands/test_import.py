"""`jobctl import`: the file of a job that AWS has, and that `up` then submits nothing."""

from __future__ import annotations

import json
from typing import Any

import boto3
import pytest

from tests.conftest import Workspace
from tests.end_to_end import jobs


def client(workspace: Workspace, service: str) -> Any:
    """A plain boto3 client: the jobs here were submitted by someone who never heard of this project."""
    return boto3.client(
        service,
        region_name="us-east-1",
        endpoint_url=workspace.emulator.endpoint,
        aws_access_key_id="test",
        aws_secret_access_key="test",
    )


PAYLOAD = {**jobs.payload(jobs.service()), "TrainingJobName": "older"}
TRAINING = {
    **jobs.payload(jobs.service()),
    "TrainingJobName": "churn-2025-10-01-08-15-00-123",
    "Environment": {"PATTERN": "${HOME}", "ANSWER": "no", "DAY": "2025-10-01", "SIZE": "1e3"},
    "Tags": [{"Key": "team", "Value": "growth"}],
}


def submitted(workspace: Workspace, name: str = "older_job") -> str:
    answer = client(workspace, "batch").submit_service_job(
        jobName=name,
        jobQueue="training",
        serviceJobType="SAGEMAKER_TRAINING",
        serviceRequestPayload=json.dumps(PAYLOAD),
        retryStrategy={"attempts": 3},
        tags={"team": "growth"},
    )
    return str(answer["jobArn"])


def trained(workspace: Workspace) -> str:
    answer = client(workspace, "sagemaker").create_training_job(**TRAINING)
    return str(answer["TrainingJobArn"])


def inferred(workspace: Workspace) -> str:
    request = {**jobs.inference()["request"], "jobName": "users-of-june"}
    answer = client(workspace, "personalize").create_batch_inference_job(**request)
    return str(answer["batchInferenceJobArn"])


def taken_over(workspace: Workspace, arn: str, name: str) -> None:
    """`up` submits nothing, the state has the run, and the preview after it is empty."""
    before = workspace.submissions()
    workspace.deployed()
    assert workspace.submissions() == before
    assert workspace.jobs()[name]["jobArn"] == arn
    again = workspace.jobctl("preview", "-s", "local", "--expect-no-changes")
    assert again.code == 0, again.text


def imported(workspace: Workspace, *argv: str) -> str:
    outcome = workspace.jobctl("import", "-s", "local", *argv)
    assert outcome.code == 0, outcome.text
    return outcome.stdout


def test_service_job_by_its_id(workspace: Workspace) -> None:
    """Name and layout are a person's: the payload is an object, defaults and AWS's own names are left out."""
    arn = submitted(workspace)
    workspace.emulator.advance(7200)
    said = imported(workspace, arn.rpartition("/")[2])
    assert said == "jobs/older_job.yaml: adopts older_job (SUCCEEDED)\n"
    text = (workspace.root / "jobs" / "older_job.yaml").read_text("utf-8")
    assert text == (
        "# yaml-language-server: $schema=../schemas/job.schema.json\n"
        "# Imported from older_job; nothing is submitted until this file changes.\n"
        "kind: ServiceJob\n"
        f"adopt: {arn}\n"
        "request:\n"
        "  jobQueue: training\n"
        "  retryStrategy:\n"
        "    attempts: 3\n"
        "  serviceRequestPayload:\n"
        "    RoleArn: arn:aws:iam::123456789012:role/SageMakerExecutionRole\n"
        "    AlgorithmSpecification:\n"
        "      TrainingImage: 683313688378.dkr.ecr.us-east-1.amazonaws.com/sagemaker-xgboost:1.7-1\n"
        "      TrainingInputMode: File\n"
        "    HyperParameters:\n"
        '      eta: "0.1"\n'
        '      num_round: "100"\n'
        "    OutputDataConfig:\n"
        "      S3OutputPath: s3://aws-jobs-output/churn/\n"
        "    ResourceConfig:\n"
        "      InstanceType: ml.m5.xlarge\n"
        "      InstanceCount: 1\n"
        "      VolumeSizeInGB: 30\n"
        "    StoppingCondition:\n"
        "      MaxRuntimeInSeconds: 3600\n"
        "    TrainingJobName: older\n"
        "  tags:\n"
        "    team: growth\n"
    )
    taken_over(workspace, arn, "older_job")


def test_running_service_job_by_its_arn(workspace: Workspace) -> None:
    """A run that goes on is followed like one of ours."""
    arn = submitted(workspace)
    imported(workspace, arn, "-o", str(workspace.root / "jobs" / "churn.json"))
    taken_over(workspace, arn, "churn")
    workspace.emulator.advance(7200)
    assert workspace.jobctl("refresh", "-s", "local", "--yes", "--skip-preview").code == 0
    assert workspace.jobs()["churn"]["phase"] == "SUCCEEDED"


def test_batch_inference_job(workspace: Workspace) -> None:
    """Personalize's too."""
    arn = inferred(workspace)
    workspace.emulator.advance(7200)
    imported(workspace, arn)
    taken_over(workspace, arn, "users-of-june")


def test_training_job_that_batch_never_knew(workspace: Workspace) -> None:
    """It is history; the next run, once the file changes, is a service job in the queue that was named."""
    arn = trained(workspace)
    workspace.emulator.advance(7200)
    said = imported(workspace, arn, "--queue", "training")
    assert "jobs/churn.yaml: adopts churn-2025-10-01-08-15-00-123 (Completed)\n" in said
    taken_over(workspace, arn, "churn")
    assert workspace.jobctl("rerun", "churn").code == 0
    workspace.deployed()
    assert workspace.submissions() == 1
    queued = client(workspace, "batch").describe_service_job(
        jobId=workspace.jobs()["churn"]["jobArn"].rpartition("/")[2]
    )
    body = json.loads(queued["serviceRequestPayload"])
    assert body["Environment"] == TRAINING["Environment"]
    assert body["HyperParameters"] == {"eta": "0.1", "num_round": "100"}
    assert queued["tags"]["team"] == "growth"
    assert workspace.jobctl("preview", "-s", "local", "--expect-no-changes").code == 0


def test_whole_queue(workspace: Workspace) -> None:
    """One file a name, of its newest run; what is managed already is left out, by name."""
    workspace.write("ours.json", jobs.service())
    workspace.deployed()
    submitted(workspace, "other")
    workspace.emulator.advance(7200)
    submitted(workspace, "older_job")
    workspace.emulator.advance(7200)
    newest = submitted(workspace, "older_job")
    ours = workspace.jobs()["ours"]["jobName"]
    said = imported(workspace, "--all", "--queue", "training")
    assert said == (
        "jobs/older_job.yaml: adopts older_job (SUBMITTED); 1 older skipped\n"
        "jobs/other.yaml: adopts other (SUCCEEDED)\n"
        f"ours: skipped: {ours} already belongs to aws-jobs/local/ours; its job file is in that project\n"
        "2 job files written\n"
    )
    before = workspace.submissions()
    workspace.deployed()
    assert workspace.submissions() == before
    assert workspace.jobs()["older_job"]["jobArn"] == newest
    workspace.write("broken.json", {"kind": "Nothing"})
    again = workspace.jobctl("import", "-s", "local", "--all", "--queue", "training")
    assert again.stdout.endswith("0 job files written\n")
    assert again.stderr == ""  # of new files alone


@pytest.mark.parametrize(
    ("argv", "sentence"),
    [
        (
            [],
            "error: name one job (its id or ARN), or use --all --queue Q for all jobs of a queue\n",
        ),
        (
            ["churn"],
            "error: `churn` is not the ID or ARN of an AWS Batch service job, Amazon Personalize batch inference"
            " job, Amazon Personalize batch segment job, SageMaker transform job or training job\n",
        ),
        (
            ["00000000-0000-0000-0000-000000000000"],
            "error: AWS has no job 00000000-0000-0000-0000-000000000000 in us-east-1\n",
        ),
        (
            [
                "arn:aws:batch:eu-west-1:123456789012:service-job/00000000-0000-0000-0000-000000000000"
            ],
            "error: arn:aws:batch:eu-west-1:123456789012:service-job/00000000-0000-0000-0000-000000000000 is in"
            " eu-west-1, but the stack is in us-east-1; choose another with -s\n",
        ),
    ],
)
def test_refused(workspace: Workspace, argv: list[str], sentence: str) -> None:
    """What cannot be imported is one sentence, and no file."""
    outcome = workspace.jobctl("import", "-s", "local", *argv)
    assert (outcome.code, outcome.stderr) == (1, sentence)
    assert list((workspace.root / "jobs").iterdir()) == []


def test_nothing_is_overwritten(workspace: Workspace) -> None:
    """A file of that name, whatever its form, stays; a training job without a queue is asked for one."""
    arn = submitted(workspace)
    workspace.write("older_job.json", jobs.service())
    outcome = workspace.jobctl("import", "-s", "local", arn)
    assert (outcome.code, outcome.stderr) == (
        1,
        "error: jobs/older_job.json already exists\n",
    )
    outcome = workspace.jobctl("import", "-s", "local", trained(workspace))
    assert (outcome.code, outcome.stderr) == (
        1,
        "error: name the queue for its next run: --queue Q"
        " (training, training-disabled, training-fair, training-quota)\n",
    )
