"""ListServiceJobs: which jobs, in which order, on which page."""

from __future__ import annotations

from typing import Any

import pytest
from botocore.exceptions import ClientError

from local.aws.server.emulator import Emulator

from .conftest import START
from .samples import payload, service_job


@pytest.fixture
def jobs(batch: Any, emulator: Emulator) -> dict[str, str]:
    """Jobs of four names, a minute apart, all ended, by name; in the order of submission."""
    ids = {}
    for name in ("churn-1", "Churn-2", "churning", "other"):
        ids[name] = batch.submit_service_job(**service_job(jobName=name))["jobId"]
        emulator.advance(60)
    return ids


def names(batch: Any, queue: str = "training", **asked: Any) -> list[str]:
    answer = batch.list_service_jobs(jobQueue=queue, **asked)
    return [job["jobName"] for job in answer["jobSummaryList"]]


def filtered(batch: Any, name: str, *values: str, **asked: Any) -> list[str]:
    return names(batch, filters=[{"name": name, "values": list(values)}], **asked)


def test_running_jobs_by_default(batch: Any, emulator: Emulator) -> None:
    """Without a status and a filter, the jobs that are RUNNING."""
    batch.submit_service_job(**service_job(jobName="runs"))
    emulator.advance(2)
    batch.submit_service_job(**service_job(jobName="waits"))
    assert names(batch) == ["runs"]


def test_jobs_of_a_status_newest_first(batch: Any, jobs: dict[str, str]) -> None:
    """The jobs of a status, the newest first."""
    assert names(batch, jobStatus="SUCCEEDED") == ["other", "churning", "Churn-2", "churn-1"]
    assert names(batch, jobStatus="FAILED") == []


def test_jobs_of_one_moment_newest_first(batch: Any) -> None:
    """Of jobs submitted in the same millisecond the last one comes first."""
    for name in ("a", "b", "c"):
        batch.submit_service_job(**service_job(jobName=name))
    assert names(batch, jobStatus="SUBMITTED") == ["c", "b", "a"]


@pytest.mark.parametrize(
    ("value", "found"),
    [
        ("churn-1", ["churn-1"]),
        ("CHURN-2", ["Churn-2"]),
        ("churn-*", ["Churn-2", "churn-1"]),
        ("churn", []),
        ("CHURN*", ["churning", "Churn-2", "churn-1"]),
        ("*", ["other", "churning", "Churn-2", "churn-1"]),
    ],
)
def test_filter_by_name(batch: Any, jobs: dict[str, str], value: str, found: list[str]) -> None:
    """JOB_NAME is matched without case, as a prefix where it ends with an asterisk, in any status."""
    assert filtered(batch, "JOB_NAME", value) == found
    assert filtered(batch, "JOB_NAME", value, jobStatus="RUNNING") == found


def test_filters_by_time(batch: Any, jobs: dict[str, str]) -> None:
    """BEFORE_CREATED_AT and AFTER_CREATED_AT take milliseconds, and leave out that very moment."""
    second = str(int((START + 60) * 1000))
    assert filtered(batch, "BEFORE_CREATED_AT", second) == ["churn-1"]
    assert filtered(batch, "AFTER_CREATED_AT", second) == ["other", "churning"]


def test_filter_by_share(batch: Any, emulator: Emulator) -> None:
    """SHARE_IDENTIFIER and QUOTA_SHARE_NAME may come with a status, and take RUNNING without.

    https://docs.aws.amazon.com/batch/latest/APIReference/API_ListServiceJobs.html
    """
    fair = {"jobQueue": "training-fair"}
    batch.submit_service_job(**service_job(jobName="a", shareIdentifier="research", **fair))
    batch.submit_service_job(**service_job(jobName="b", shareIdentifier="production", **fair))
    emulator.advance(60)
    batch.submit_service_job(**service_job(jobName="c", shareIdentifier="research", **fair))
    research = [{"name": "SHARE_IDENTIFIER", "values": ["research"]}]
    assert names(batch, "training-fair", filters=research) == []
    emulator.advance(2)
    assert names(batch, "training-fair", filters=research) == ["c"]
    assert names(batch, "training-fair", filters=research, jobStatus="SUCCEEDED") == ["a"]
    batch.submit_service_job(
        **service_job(jobName="d", jobQueue="training-quota", quotaShareName="team-b")
    )
    emulator.advance(2)
    for team, found in (("team-a", []), ("team-b", ["d"])):
        share = [{"name": "QUOTA_SHARE_NAME", "values": [team]}]
        assert names(batch, "training-quota", filters=share) == found


@pytest.mark.parametrize(
    ("asked", "message"),
    [
        ({"filters": [{"name": "TAG", "values": ["x"]}]}, "TAG is not a filter"),
        ({"filters": [{"name": "JOB_NAME", "values": []}]}, "JOB_NAME needs a value"),
        (
            {"filters": [{"name": "JOB_NAME", "values": ["x"]}] * 2},
            "Only one filter can be used at a time",
        ),
        (
            {"filters": [{"name": "AFTER_CREATED_AT", "values": ["yesterday"]}]},
            "takes milliseconds since the epoch, not yesterday",
        ),
        ({"maxResults": 0}, "maxResults: 0 is not between 1 and 100"),
        ({"maxResults": 101}, "maxResults: 101 is not between 1 and 100"),
        ({"nextToken": "abc"}, "The nextToken is not valid"),
        ({"jobQueue": "nowhere"}, "Job queue nowhere does not exist"),
    ],
)
def test_wrong_question(batch: Any, asked: dict[str, Any], message: str) -> None:
    """What cannot be listed is a ClientException that says why."""
    with pytest.raises(ClientError, match=message) as caught:
        batch.list_service_jobs(**{"jobQueue": "training", **asked})
    assert caught.value.response["Error"]["Code"] == "ClientException"


def test_pages(batch: Any) -> None:
    """A page has at most maxResults jobs, and a token where there are more; a new job shifts nothing."""
    for number in range(5):
        batch.submit_service_job(**service_job(jobName=f"j{number}"))
    asked = {"jobQueue": "training", "jobStatus": "SUBMITTED", "maxResults": 2}
    first = batch.list_service_jobs(**asked)
    batch.submit_service_job(**service_job(jobName="new"))
    second = batch.list_service_jobs(**asked, nextToken=first["nextToken"])
    third = batch.list_service_jobs(**asked, nextToken=second["nextToken"])
    pages = [[job["jobName"] for job in page["jobSummaryList"]] for page in (first, second, third)]
    assert pages == [["j4", "j3"], ["j2", "j1"], ["j0"]]
    assert "nextToken" not in third


def test_a_page_has_a_hundred_jobs(batch: Any) -> None:
    """Without maxResults a page has 100 jobs."""
    for _ in range(101):
        batch.submit_service_job(**service_job())
    pages = batch.get_paginator("list_service_jobs").paginate(
        jobQueue="training", jobStatus="SUBMITTED"
    )
    assert [len(page["jobSummaryList"]) for page in pages] == [100, 1]


def test_summary(batch: Any, jobs: dict[str, str]) -> None:
    """A summary has times, capacity and the training job of the latest attempt."""
    answer = batch.list_service_jobs(jobQueue="training", jobStatus="SUCCEEDED", maxResults=1)
    (summary,) = answer["jobSummaryList"]
    base = int((START + 180) * 1000)
    assert summary["jobId"] == jobs["other"]
    assert summary["createdAt"] == base
    assert (summary["scheduledAt"], summary["startedAt"]) == (base + 1000, base + 1500)
    assert summary["stoppedAt"] == base + 3000
    assert summary["capacityUsage"] == [{"capacityUnit": "ml.m5.xlarge", "quantity": 1.0}]
    assert summary["latestAttempt"]["serviceResourceId"]["name"] == "TrainingJobArn"
    assert "isTerminated" not in summary


def test_a_page_goes_on_after_a_record_that_has_left(
    batch: Any, sagemaker: Any, emulator: Emulator
) -> None:
    """What has ended, or is forgotten, between two pages hides no other job and repeats none."""
    emulator.ask("POST", "pace", {"running": None})
    ids = [batch.submit_service_job(**service_job(jobName=f"j{n}"))["jobId"] for n in range(5)]
    emulator.advance(2)
    asked = {"jobQueue": "training", "jobStatus": "RUNNING", "maxResults": 2}
    token = batch.list_service_jobs(**asked)["nextToken"]
    emulator.ask("POST", f"jobs/{ids[3]}", {"end": "succeed"})  # the last on the first page
    emulator.ask("DELETE", f"jobs/{ids[4]}")
    assert names(batch, jobStatus="RUNNING", nextToken=token) == ["j2", "j1", "j0"]


def test_a_page_of_training_jobs_goes_on_after_one_that_has_left(sagemaker: Any) -> None:
    """So it is with SageMaker's lists."""
    for number in range(4):
        sagemaker.create_training_job(**payload(TrainingJobName=f"t{number}"))
    asked = {"StatusEquals": "InProgress", "MaxResults": 2}
    token = sagemaker.list_training_jobs(**asked)["NextToken"]
    sagemaker.stop_training_job(TrainingJobName="t1")
    rest = sagemaker.list_training_jobs(**asked, NextToken=token)["TrainingJobSummaries"]
    assert [job["TrainingJobName"] for job in rest] == ["t2", "t3"]


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ({}, ["b", "a"]),
        ({"SortOrder": "Ascending"}, ["a", "b"]),
        ({"SortBy": "Name", "SortOrder": "Ascending"}, ["a", "b"]),
        ({"CreationTimeAfter": START + 5}, ["b"]),
        ({"CreationTimeBefore": START + 5}, ["a"]),
        ({"LastModifiedTimeAfter": START + 1e6}, []),
        ({"LastModifiedTimeBefore": START - 1e6}, []),
        ({"StatusEquals": "InProgress"}, ["b"]),
        ({"NameContains": "a"}, ["a"]),
    ],
)
def test_filters_of_transform_jobs(
    sagemaker: Any, emulator: Emulator, asked: dict[str, Any], found: list[str]
) -> None:
    """https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_ListTransformJobs.html."""
    for name in ("a", "b"):
        sagemaker.create_transform_job(
            TransformJobName=name,
            ModelName="churn-xgboost",
            TransformInput={
                "DataSource": {
                    "S3DataSource": {
                        "S3DataType": "S3Prefix",
                        "S3Uri": "s3://aws-jobs-data/tabular/",
                    }
                }
            },
            TransformOutput={"S3OutputPath": "s3://aws-jobs-output/scores/"},
            TransformResources={"InstanceType": "ml.m5.xlarge", "InstanceCount": 1},
        )
        emulator.advance(10 if name == "a" else 0)
    listed = sagemaker.list_transform_jobs(**asked)["TransformJobSummaries"]
    assert [job["TransformJobName"] for job in listed] == found


def test_a_held_transform_job_is_stopped(sagemaker: Any, emulator: Emulator) -> None:
    """Stopping lets it go on, as Batch's terminating does."""
    test_filters_of_transform_jobs(sagemaker, emulator, {}, ["b", "a"])
    emulator.ask("POST", "jobs/b", {"hold": True})
    sagemaker.stop_transform_job(TransformJobName="b")
    emulator.advance(10)
    shown = sagemaker.describe_transform_job(TransformJobName="b")
    assert shown["TransformJobStatus"] == "Stopped"


def test_ten_jobs_a_page_where_nothing_is_said(sagemaker: Any) -> None:
    """SageMaker's default, which makes who forgets to page lose jobs."""
    for number in range(11):
        sagemaker.create_training_job(**payload(TrainingJobName=f"j{number}"))
    assert len(sagemaker.list_training_jobs()["TrainingJobSummaries"]) == 10
    found = sagemaker.list_training_jobs(
        TrainingPlanArnEquals="arn:aws:sagemaker:us-east-1:123456789012:training-plan/p"
    )
    assert found["TrainingJobSummaries"] == []
