"""SubmitServiceJob: what it takes and what it refuses."""

from __future__ import annotations

import json
from typing import Any

import pytest
from botocore.exceptions import ClientError

from local.aws.server.emulator import Emulator

from .samples import service_job


def refused(batch: Any, **changes: Any) -> str:
    """The message with which the submission is refused."""
    with pytest.raises(ClientError) as caught:
        batch.submit_service_job(**service_job(**changes))
    assert caught.value.response["Error"]["Code"] == "ClientException"
    return str(caught.value.response["Error"]["Message"])


def test_accepted_job_gets_an_id_and_an_arn(batch: Any) -> None:
    """A submitted job has an id, and an ARN of the type service-job that ends with it."""
    answer = batch.submit_service_job(**service_job())
    assert answer["jobName"] == "churn"
    arn = f"arn:aws:batch:us-east-1:123456789012:service-job/{answer['jobId']}"
    assert answer["jobArn"] == arn


def test_queue_is_named_by_its_arn_too(batch: Any) -> None:
    """The queue is given by name or by ARN."""
    arn = "arn:aws:batch:us-east-1:123456789012:job-queue/training"
    answer = batch.submit_service_job(**service_job(jobQueue=arn))
    assert batch.describe_service_job(jobId=answer["jobId"])["jobQueue"] == arn


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"jobQueue": "nowhere"}, "Job queue nowhere does not exist"),
        (
            {"jobQueue": "training-disabled"},
            "Job queue training-disabled is DISABLED: it takes no new jobs",
        ),
        (
            {"jobQueue": "containers"},
            "Job queue containers is not of type SAGEMAKER_TRAINING: "
            "service jobs need a queue of that type",
        ),
        (
            {"shareIdentifier": "research"},
            "shareIdentifier must not be specified: "
            "job queue training has no fair-share scheduling policy",
        ),
        (
            {"quotaShareName": "team-a"},
            "quotaShareName must not be specified: "
            "job queue training has no quota-share scheduling policy",
        ),
        (
            {"jobQueue": "training-fair"},
            "shareIdentifier must be specified: "
            "job queue training-fair has a fair-share scheduling policy",
        ),
        (
            {"jobQueue": "training-quota"},
            "quotaShareName must be specified: "
            "job queue training-quota has a quota-share scheduling policy",
        ),
        (
            {"jobQueue": "training-quota", "quotaShareName": "team-z"},
            "Quota share team-z of job queue training-quota does not exist",
        ),
        (
            {"jobQueue": "training-quota", "quotaShareName": "team-a", "shareIdentifier": "x"},
            "shareIdentifier must not be specified: "
            "job queue training-quota has no fair-share scheduling policy",
        ),
        ({"schedulingPriority": 10000}, "schedulingPriority must be between 0 and 9999, not 10000"),
        ({"schedulingPriority": -1}, "schedulingPriority must be between 0 and 9999, not -1"),
        (
            {"retryStrategy": {"attempts": 0}},
            "retryStrategy.attempts must be between 1 and 10, not 0",
        ),
        (
            {"retryStrategy": {"attempts": 11}},
            "retryStrategy.attempts must be between 1 and 10, not 11",
        ),
        (
            {"retryStrategy": {"attempts": 1, "evaluateOnExit": [{"action": "RETRY"}] * 6}},
            "retryStrategy.evaluateOnExit takes at most 5 rules, not 6",
        ),
        ({"serviceRequestPayload": "{"}, "serviceRequestPayload is not valid JSON"),
        ({"serviceRequestPayload": "[]"}, "serviceRequestPayload is not a JSON object"),
        (
            {"serviceRequestPayload": json.dumps({"a": "x" * 10240})},
            "serviceRequestPayload has 10249 bytes, more than the maximum of 10240",
        ),
        (
            {"tags": {f"k{number}": "v" for number in range(51)}},
            "Member must have length less than or equal to 50",
        ),
        ({"tags": {"aws:x": "v"}}, "The tag key 'aws:x' starts with aws:, which is reserved"),
        ({"tags": {"a*b": "v"}}, "The tag key 'a*b' is not valid"),
        ({"clientToken": "t" * 65}, "Member must have length less than or equal to 64"),
    ],
)
def test_refusal_names_the_mistake(batch: Any, changes: dict[str, Any], message: str) -> None:
    """A request that breaks a documented rule gets a ClientException that says which."""
    assert message in refused(batch, **changes)
    for status in ("SUBMITTED", "RUNNABLE"):
        assert (
            batch.list_service_jobs(jobQueue="training", jobStatus=status)["jobSummaryList"] == []
        )


@pytest.mark.parametrize("name", ["-churn", "churn[0]", "a b", "x" * 129, "ünlaut"])
def test_job_name_rules(batch: Any, name: str) -> None:
    """A job name has up to 128 letters, digits, hyphens and underscores, and starts with a letter or digit."""
    assert "Job name should match valid pattern" in refused(batch, jobName=name)


@pytest.mark.parametrize("name", ["c", "9-lives_2", "x" * 128])
def test_job_names_at_the_edge(batch: Any, name: str) -> None:
    """The shortest and the longest name are taken."""
    assert batch.submit_service_job(**service_job(jobName=name))["jobName"] == name


@pytest.mark.parametrize(
    ("queue", "share"),
    [
        ("training-fair", {"shareIdentifier": "research"}),
        ("training-fair", {"shareIdentifier": "anyone"}),
        ("training-quota", {"quotaShareName": "team-b"}),
    ],
)
def test_share_that_the_policy_demands(batch: Any, queue: str, share: dict[str, str]) -> None:
    """With the share that the queue's policy asks for, a job is taken and shows it."""
    answer = batch.submit_service_job(**service_job(jobQueue=queue, **share))
    described = batch.describe_service_job(jobId=answer["jobId"])
    assert {name: described[name] for name in share} == share


def test_disabled_quota_share_takes_no_jobs(batch: Any) -> None:
    """A quota share that is DISABLED refuses a job."""
    arn = batch.list_quota_shares(jobQueue="training-quota")["quotaShares"][0]["quotaShareArn"]
    batch.update_quota_share(quotaShareArn=arn, state="DISABLED")
    message = refused(batch, jobQueue="training-quota", quotaShareName="team-a")
    assert message == "Quota share team-a is DISABLED: it takes no new jobs"


def test_sample_request_of_the_api_page(batch: Any) -> None:
    """AWS's own sample is taken and runs: a name of 30 characters in the payload, the action `Retry`."""
    inner = {
        "TrainingJobName": "sagemaker-training-job-example",
        "AlgorithmSpecification": {
            "TrainingImage": "123456789012.dkr.ecr.us-east-1.amazonaws.com/pytorch-inference:1.8.0-cpu-py3",
            "TrainingInputMode": "File",
            "ContainerEntrypoint": ["sleep", "1"],
        },
        "RoleArn": "arn:aws:iam::123456789012:role/SageMakerExecutionRole",
        "OutputDataConfig": {"S3OutputPath": "s3://example-bucket/model-output/"},
        "ResourceConfig": {"InstanceType": "ml.m5.large", "InstanceCount": 1, "VolumeSizeInGB": 1},
    }
    rules = [
        {"action": "Retry", "onStatusReason": "Received status from SageMaker: AlgorithmError: *"},
        {"action": "EXIT", "onStatusReason": "*"},
    ]
    answer = batch.submit_service_job(
        jobName="sagemaker-training-job-example",
        jobQueue="training",
        retryStrategy={"attempts": 2, "evaluateOnExit": rules},
        serviceJobType="SAGEMAKER_TRAINING",
        serviceRequestPayload=json.dumps(inner),
        timeoutConfig={"attemptDurationSeconds": 300},
        tags={"tag-name": "value-123"},
    )
    described = batch.describe_service_job(jobId=answer["jobId"])
    assert described["retryStrategy"]["evaluateOnExit"][0]["action"] == "RETRY"
    assert json.loads(described["serviceRequestPayload"]) == inner


def test_repeated_token_is_rejected(batch: Any) -> None:
    """The second submission with the same request and clientToken is rejected, and says why."""
    batch.submit_service_job(**service_job(clientToken="t1"))
    message = refused(batch, clientToken="t1")
    assert "a service job with the clientToken t1 was submitted before" in message


def test_token_of_another_request_is_rejected(batch: Any) -> None:
    """A clientToken that came with another request is rejected too."""
    batch.submit_service_job(**service_job(clientToken="t1"))
    message = refused(batch, clientToken="t1", payload={"HyperParameters": {"eta": "0.3"}})
    assert "The clientToken t1 was used before with a different request" in message


def test_refused_request_does_not_use_up_its_token(batch: Any) -> None:
    """A token that came with a refused request is still free."""
    refused(batch, clientToken="t1", jobQueue="nowhere")
    batch.submit_service_job(**service_job(clientToken="t1"))


def test_token_mode_return_first(batch: Any, emulator: Emulator) -> None:
    """In the mode return-first the second submission is answered with the first job."""
    emulator.ask("POST", "token-mode", {"mode": "return-first"})
    first = batch.submit_service_job(**service_job(clientToken="t1"))
    second = batch.submit_service_job(**service_job(clientToken="t1"))
    assert second["jobId"] == first["jobId"]
    assert "different request" in refused(batch, clientToken="t1", jobName="other")


def test_token_mode_forget(batch: Any, emulator: Emulator) -> None:
    """In the mode forget every submission is a new job."""
    emulator.ask("POST", "token-mode", {"mode": "forget"})
    first = batch.submit_service_job(**service_job(clientToken="t1"))
    second = batch.submit_service_job(**service_job(clientToken="t1"))
    assert second["jobId"] != first["jobId"]


def test_token_mode_token_only(batch: Any, emulator: Emulator) -> None:
    """In the mode token-only a known token is a duplicate, whatever comes with it."""
    emulator.ask("POST", "token-mode", {"mode": "token-only"})
    batch.submit_service_job(**service_job(clientToken="t1"))
    message = refused(batch, clientToken="t1", jobName="other")
    assert "a service job with the clientToken t1 was submitted before" in message


def test_expired_record_frees_its_token(batch: Any, emulator: Emulator) -> None:
    """Batch knows a token for as long as the job that it got."""
    first = batch.submit_service_job(**service_job(clientToken="t1"))
    emulator.ask("DELETE", f"jobs/{first['jobId']}")
    assert batch.submit_service_job(**service_job(clientToken="t1"))["jobId"] != first["jobId"]
