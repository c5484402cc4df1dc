"""What a training job leaves behind: SageMaker's record, the model in S3, the lines in CloudWatch."""

from __future__ import annotations

import io
import json
import tarfile
from datetime import datetime, timezone
from typing import Any

import pytest
from botocore.exceptions import ClientError

from local.aws.server.emulator import Emulator

from .conftest import START, ClientMaker
from .samples import payload, service_job


def finished(batch: Any, emulator: Emulator, **changes: Any) -> str:
    """The name of the training job of a service job that has ended."""
    job = batch.submit_service_job(**service_job(**changes))["jobId"]
    emulator.advance(10)
    described = batch.describe_service_job(jobId=job)
    arn = described["latestAttempt"]["serviceResourceId"]["value"]
    return str(arn.rpartition("/")[2])


def at(seconds: float) -> datetime:
    return datetime.fromtimestamp(START + seconds, timezone.utc)


def test_record_of_a_finished_training_job(batch: Any, sagemaker: Any, emulator: Emulator) -> None:
    """DescribeTrainingJob answers with the payload, the end, the times and the artifact."""
    name = finished(batch, emulator)
    job = sagemaker.describe_training_job(TrainingJobName=name)
    assert (job["TrainingJobStatus"], job["SecondaryStatus"]) == ("Completed", "Completed")
    assert job["HyperParameters"] == {"eta": "0.1", "num_round": "50"}
    artifact = f"s3://aws-jobs-output/churn/{name}/output/model.tar.gz"
    assert job["ModelArtifacts"] == {"S3ModelArtifacts": artifact}
    assert (job["CreationTime"], job["TrainingStartTime"]) == (at(1), at(1.2))
    assert (job["TrainingEndTime"], job["LastModifiedTime"]) == (at(3), at(3))
    assert job["TrainingTimeInSeconds"] == 2  # from the download on
    statuses = [entry["Status"] for entry in job["SecondaryStatusTransitions"]]
    assert statuses == ["Pending", "Downloading", "Training", "Uploading", "Completed"]
    assert "FailureReason" not in job


def test_record_has_what_the_request_left_open(sagemaker: Any, emulator: Emulator) -> None:
    """DescribeTrainingJob answers the fields that recorded answers of AWS have whatever was asked for."""
    data = {"S3DataSource": {"S3DataType": "S3Prefix", "S3Uri": "s3://aws-jobs-data/"}}
    channel = {"ChannelName": "train", "DataSource": data, "CompressionType": "Gzip"}
    output = {"S3OutputPath": "s3://aws-jobs-output//models/"}
    request = payload(InputDataConfig=[channel], OutputDataConfig=output)
    sagemaker.create_training_job(**request)
    emulator.advance(10)
    job = sagemaker.describe_training_job(TrainingJobName="churn")
    for name in ("NetworkIsolation", "InterContainerTrafficEncryption", "ManagedSpotTraining"):
        assert job[f"Enable{name}"] is False
    assert job["AlgorithmSpecification"]["EnableSageMakerMetricsTimeSeries"] is False
    assert job["InputDataConfig"] == [{**channel, "RecordWrapperType": "None"}]
    assert job["OutputDataConfig"] == {**output, "KmsKeyId": "", "CompressionType": "GZIP"}
    assert job["ProfilingStatus"] == "Disabled"


@pytest.mark.parametrize(
    ("seconds", "secondary"), [(1.1, "Pending"), (1.3, "Downloading"), (2.0, "Training")]
)
def test_record_of_a_training_job_under_way(
    batch: Any, sagemaker: Any, emulator: Emulator, seconds: float, secondary: str
) -> None:
    """SCHEDULED, STARTING and RUNNING are Pending, Downloading and Training to SageMaker."""
    batch.submit_service_job(**service_job())
    emulator.advance(seconds)
    (summary,) = sagemaker.list_training_jobs()["TrainingJobSummaries"]
    assert (summary["TrainingJobStatus"], summary["SecondaryStatus"]) == ("InProgress", secondary)
    job = sagemaker.describe_training_job(TrainingJobName=summary["TrainingJobName"])
    assert "ModelArtifacts" not in job
    assert job.get("TrainingStartTime") == (None if secondary == "Pending" else at(1.2))


def test_model_artifact(batch: Any, s3: Any, emulator: Emulator) -> None:
    """The artifact is a tar.gz with a model.json that says with which hyperparameters it was trained."""
    name = finished(batch, emulator)
    body = s3.get_object(Bucket="aws-jobs-output", Key=f"churn/{name}/output/model.tar.gz")[
        "Body"
    ].read()
    with tarfile.open(fileobj=io.BytesIO(body), mode="r:gz") as archive:
        assert archive.getnames() == ["model.json"]
        packed = archive.extractfile("model.json")
        assert packed is not None
        model = json.loads(packed.read())
    assert model["hyperParameters"] == {"eta": "0.1", "num_round": "50"}
    assert model["trainingJobName"] == name


@pytest.mark.parametrize(
    ("given", "slashes", "shown", "key"),
    [
        ("a/", "kept", "a", "a"),
        ("a", "kept", "a", "a"),
        ("a//b//", "kept", "a//b/", "a//b/"),
        ("a//b//", "merged", "a//b/", "a/b"),
    ],
)
def test_slashes_of_the_output_path(
    batch: Any,
    sagemaker: Any,
    s3: Any,
    emulator: Emulator,
    given: str,
    slashes: str,
    shown: str,
    key: str,
) -> None:
    """One slash at the end is no second one; double ones stay as they are, in the key by assumption only."""
    emulator.ask("POST", "assumptions", {"doubleSlash": slashes})
    output = {"OutputDataConfig": {"S3OutputPath": f"s3://mine/{given}"}}
    name = finished(batch, emulator, payload=output)
    job = sagemaker.describe_training_job(TrainingJobName=name)
    artifact = f"s3://mine/{shown}/{name}/output/model.tar.gz"
    assert job["ModelArtifacts"] == {"S3ModelArtifacts": artifact}
    (entry,) = s3.list_objects_v2(Bucket="mine")["Contents"]
    assert entry["Key"] == f"{key}/{name}/output/model.tar.gz"
    assert s3.get_object(Bucket="mine", Key=entry["Key"])["Body"].read()


def test_output_bucket_is_made(batch: Any, s3: Any, emulator: Emulator) -> None:
    """A bucket that the emulator does not have is made for the results."""
    name = finished(
        batch, emulator, payload={"OutputDataConfig": {"S3OutputPath": "s3://my-own-bucket"}}
    )
    (entry,) = s3.list_objects_v2(Bucket="my-own-bucket")["Contents"]
    assert entry["Key"] == f"{name}/output/model.tar.gz"


def test_failed_training_job(batch: Any, sagemaker: Any, s3: Any, emulator: Emulator) -> None:
    """A training job that fails says why and leaves no model."""
    job = batch.submit_service_job(**service_job())["jobId"]
    emulator.advance(2)
    reason = "Received status from SageMaker: AlgorithmError: out of memory"
    emulator.ask("POST", f"jobs/{job}", {"status": "FAILED", "reason": reason})
    shown = batch.describe_service_job(jobId=job)
    assert (shown["status"], shown["statusReason"]) == ("FAILED", reason)
    (summary,) = sagemaker.list_training_jobs()["TrainingJobSummaries"]
    record = sagemaker.describe_training_job(TrainingJobName=summary["TrainingJobName"])
    assert record["TrainingJobStatus"] == "Failed"
    assert record["FailureReason"] == "AlgorithmError: out of memory"
    assert "Contents" not in s3.list_objects_v2(Bucket="aws-jobs-output")


def test_log_lines(batch: Any, client: ClientMaker, emulator: Emulator) -> None:
    """The log group of training jobs has a stream a job, with its hyperparameters and its end."""
    name = finished(batch, emulator)
    logs = client("logs")
    group = "/aws/sagemaker/TrainingJobs"
    (stream,) = logs.describe_log_streams(logGroupName=group, logStreamNamePrefix=name)[
        "logStreams"
    ]
    events = logs.get_log_events(logGroupName=group, logStreamName=stream["logStreamName"])
    messages = [event["message"] for event in events["events"]]
    assert any('{"eta": "0.1", "num_round": "50"}' in message for message in messages)
    artifact = f"s3://aws-jobs-output/churn/{name}/output/model.tar.gz"
    assert messages[-1] == f"Model artifact written to {artifact}"


def test_tags_reach_the_training_job(batch: Any, sagemaker: Any, emulator: Emulator) -> None:
    """The training job has the tags of the service job and those of its payload."""
    name = finished(
        batch,
        emulator,
        tags={"team": "growth"},
        payload={"Tags": [{"Key": "owner", "Value": "ann"}]},
    )
    arn = f"arn:aws:sagemaker:us-east-1:123456789012:training-job/{name}"
    assert sagemaker.list_tags(ResourceArn=arn)["Tags"] == [
        {"Key": "team", "Value": "growth"},
        {"Key": "owner", "Value": "ann"},
    ]
    sagemaker.add_tags(ResourceArn=arn, Tags=[{"Key": "team", "Value": "ads"}])
    sagemaker.delete_tags(ResourceArn=arn, TagKeys=["owner"])
    assert sagemaker.list_tags(ResourceArn=arn)["Tags"] == [{"Key": "team", "Value": "ads"}]


def found(sagemaker: Any, *filters: dict[str, str], **asked: Any) -> list[str]:
    """The hyperparameter eta of the training jobs that Search finds."""
    expression = {"SearchExpression": {"Filters": list(filters)}} if filters else {}
    answer = sagemaker.search(Resource="TrainingJob", **expression, **asked)
    return [entry["TrainingJob"]["HyperParameters"]["eta"] for entry in answer["Results"]]


def test_search_by_tags(batch: Any, sagemaker: Any, emulator: Emulator) -> None:
    """Search finds training jobs by all tags that are asked for, the latest first, with their tags."""
    for eta, tags in (
        ("0.1", {"a": "1", "b": "1"}),
        ("0.2", {"a": "1", "b": "2"}),
        ("0.3", {"a": "2"}),
    ):
        batch.submit_service_job(
            **service_job(tags=tags, payload={"HyperParameters": {"eta": eta}})
        )
        emulator.advance(10)
    one = {"Name": "Tags.a", "Operator": "Equals", "Value": "1"}
    two = {"Name": "Tags.b", "Operator": "Equals", "Value": "2"}
    assert found(sagemaker, one) == ["0.2", "0.1"]
    assert found(sagemaker, one, two) == ["0.2"]
    assert found(sagemaker, {"Name": "Tags.b", "Operator": "NotExists"}) == ["0.3"]
    assert found(sagemaker, {"Name": "Tags.a", "Operator": "In", "Value": "2,3"}) == ["0.3"]
    assert found(sagemaker, SortBy="CreationTime", SortOrder="Ascending") == ["0.1", "0.2", "0.3"]
    (result,) = sagemaker.search(Resource="TrainingJob", SearchExpression={"Filters": [two]})[
        "Results"
    ]
    assert {"Key": "b", "Value": "2"} in result["TrainingJob"]["Tags"]
    either = {"Filters": [two, {"Name": "Tags.a", "Value": "2"}], "Operator": "Or"}
    answer = sagemaker.search(Resource="TrainingJob", SearchExpression=either, MaxResults=1)
    assert len(answer["Results"]) == 1
    rest = sagemaker.search(
        Resource="TrainingJob",
        SearchExpression=either,
        MaxResults=1,
        NextToken=answer["NextToken"],
    )
    assert "NextToken" not in rest


def test_search_by_properties(batch: Any, sagemaker: Any, emulator: Emulator) -> None:
    """Search finds training jobs by name and status too."""
    name = finished(batch, emulator)
    completed = {"Name": "TrainingJobStatus", "Operator": "Equals", "Value": "Completed"}
    by_name = {"Name": "TrainingJobName", "Operator": "Contains", "Value": name[:20]}
    assert found(sagemaker, completed, by_name) == ["0.1"]
    failed = {"Name": "TrainingJobStatus", "Operator": "Equals", "Value": "Failed"}
    assert found(sagemaker, failed) == []


@pytest.mark.parametrize(
    ("name", "operator", "value", "matches"),
    [
        ("CreationTime", "GreaterThan", "2019-01-01T00:00:00Z", True),
        ("CreationTime", "LessThan", "2019-01-01T00:00:00", False),
        ("CreationTime", "Equals", "2027-01-15T08:00:00", True),
        ("EnableManagedSpotTraining", "Equals", "false", True),
        ("EnableManagedSpotTraining", "NotEquals", "false", False),
        ("HyperParameters.eta", "LessThan", "0.5", True),
        ("HyperParameters.eta", "GreaterThanOrEqualTo", "0.5", False),
        ("ResourceConfig.InstanceCount", "Equals", "1", True),
        ("StoppingCondition.MaxRuntimeInSeconds", "LessThanOrEqualTo", "3599.5", False),
        ("Tags.a.b", "Equals", "1", True),
        ("Metrics.loss", "LessThan", "1", True),
        ("Metrics.loss", "GreaterThan", "1", False),
        ("FailureReason", "NotEquals", "x", True),
        ("OutputDataConfig.KmsKeyId", "Exists", None, True),
    ],
)
def test_search_by_kinds_of_properties(
    sagemaker: Any, emulator: Emulator, name: str, operator: str, value: str | None, matches: bool
) -> None:
    """Times are compared as times, numbers as numbers, booleans in JSON's words.

    https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_Filter.html
    """
    algorithm = {
        **payload()["AlgorithmSpecification"],
        "MetricDefinitions": [{"Name": "loss", "Regex": "loss=([0-9.]+)"}],
    }
    sagemaker.create_training_job(
        **payload(AlgorithmSpecification=algorithm, Tags=[{"Key": "a.b", "Value": "1"}])
    )
    emulator.advance(60)
    entry = {"Name": name, "Operator": operator, **({} if value is None else {"Value": value})}
    assert found(sagemaker, entry) == (["0.1"] if matches else [])


def test_search_in_lists(sagemaker: Any) -> None:
    """NestedFilters: one channel passes all of them."""
    for eta, uris in (("0.1", {"train": "a/x", "test": "b/x"}), ("0.2", {"train": "b/x"})):
        channels = [
            {
                "ChannelName": name,
                "DataSource": {"S3DataSource": {"S3DataType": "S3Prefix", "S3Uri": f"s3://{uri}"}},
            }
            for name, uri in uris.items()
        ]
        changes = {"HyperParameters": {"eta": eta}, "InputDataConfig": channels}
        sagemaker.create_training_job(**payload(TrainingJobName=f"job-{eta[-1]}", **changes))
    uri = "InputDataConfig.DataSource.S3DataSource.S3Uri"
    nested = {
        "NestedPropertyName": "InputDataConfig",
        "Filters": [
            {"Name": "InputDataConfig.ChannelName", "Operator": "Equals", "Value": "train"},
            {"Name": uri, "Operator": "Contains", "Value": "b/x"},
        ],
    }
    answer = sagemaker.search(Resource="TrainingJob", SearchExpression={"NestedFilters": [nested]})
    names = [each["TrainingJob"]["TrainingJobName"] for each in answer["Results"]]
    assert names == ["job-2"]


@pytest.mark.parametrize(
    ("asked", "message"),
    [
        ({"SortBy": "Nothing"}, "Unknown property name: Nothing"),
        ({"SortBy": "OutputDataConfig"}, "has no order"),
        ({"Filters": [{"Name": "Age", "Value": "1"}]}, "Unknown property name: Age"),
        (
            {"Filters": [{"Name": "CreationTime", "Value": "soon"}]},
            "soon is not an ISO 8601 time",
        ),
        (
            {"NestedFilters": [{"NestedPropertyName": "RoleArn", "Filters": [{"Name": "x"}]}]},
            "RoleArn is not a list",
        ),
    ],
)
def test_search_that_cannot_be(sagemaker: Any, asked: dict[str, Any], message: str) -> None:
    """What Search cannot find or sort by is a ValidationException, and no empty list."""
    sagemaker.create_training_job(**payload())
    expression = {name: value for name, value in asked.items() if name != "SortBy"}
    sort = {"SortBy": asked["SortBy"]} if "SortBy" in asked else {}
    with pytest.raises(ClientError, match=message) as caught:
        sagemaker.search(Resource="TrainingJob", SearchExpression=expression, **sort)
    assert caught.value.response["Error"]["Code"] == "ValidationException"


def test_training_job_without_batch(sagemaker: Any, emulator: Emulator) -> None:
    """A training job made by CreateTrainingJob runs by itself, and can be stopped."""
    sagemaker.create_training_job(**payload(TrainingJobName="plain"))
    sagemaker.create_training_job(**payload(TrainingJobName="stopped"))
    emulator.advance(1)
    job = sagemaker.describe_training_job(TrainingJobName="plain")
    assert (job["TrainingJobStatus"], job["SecondaryStatus"]) == ("InProgress", "Training")
    sagemaker.stop_training_job(TrainingJobName="stopped")
    emulator.advance(10)
    answer = sagemaker.list_training_jobs(SortBy="Name", SortOrder="Descending")
    assert [
        (job["TrainingJobName"], job["TrainingJobStatus"]) for job in answer["TrainingJobSummaries"]
    ] == [("stopped", "Stopped"), ("plain", "Completed")]
    with pytest.raises(ClientError, match="ResourceInUse"):
        sagemaker.create_training_job(**payload(TrainingJobName="plain"))
    with pytest.raises(ClientError, match="is in status Completed"):
        sagemaker.stop_training_job(TrainingJobName="plain")


def test_unknown_training_job(sagemaker: Any) -> None:
    """A training job that there is not is a ValidationException, as SageMaker has it."""
    with pytest.raises(ClientError, match="Requested resource not found") as caught:
        sagemaker.describe_training_job(TrainingJobName="nothing")
    assert caught.value.response["Error"]["Code"] == "ValidationException"


def test_training_job_goes_on_without_its_service_job(
    batch: Any, sagemaker: Any, emulator: Emulator
) -> None:
    """A record that expires while its training job runs leaves the training job to end by itself."""
    job = batch.submit_service_job(**service_job())["jobId"]
    emulator.advance(1.1)
    emulator.ask("DELETE", f"jobs/{job}")
    (summary,) = sagemaker.list_training_jobs()["TrainingJobSummaries"]
    assert summary["SecondaryStatus"] == "Pending"
    emulator.advance(10)
    (summary,) = sagemaker.list_training_jobs()["TrainingJobSummaries"]
    assert summary["TrainingJobStatus"] == "Completed"


def test_training_job_outlives_the_service_job(
    batch: Any, sagemaker: Any, emulator: Emulator
) -> None:
    """When Batch has forgotten the job, SageMaker still finds its training job by the tags."""
    job = batch.submit_service_job(**service_job(tags={"run": "7"}))["jobId"]
    emulator.advance(10)
    emulator.ask("DELETE", f"jobs/{job}")
    with pytest.raises(ClientError, match="does not exist"):
        batch.describe_service_job(jobId=job)
    assert found(sagemaker, {"Name": "Tags.run", "Operator": "Equals", "Value": "7"}) == ["0.1"]


def test_describe_model(sagemaker: Any) -> None:
    """A model is without the empty members that moto has, which SageMaker's SDK 3 takes for incomplete ones."""
    model = sagemaker.describe_model(ModelName="churn-xgboost")
    assert model["PrimaryContainer"]["ModelDataUrl"].startswith("s3://")
    assert not {"VpcConfig", "Containers"} & set(model)
    with pytest.raises(ClientError, match="Could not find model"):
        sagemaker.describe_model(ModelName="nothing")
