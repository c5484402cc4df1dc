"""The logs of SageMaker's jobs in CloudWatch Logs, which grow while a job runs, and the metrics read from them."""

from __future__ import annotations

import re
from typing import Any

import pytest

from local.aws.server.emulator import Emulator

from .conftest import START, ClientMaker
from .samples import service_job

TRAINING = "/aws/sagemaker/TrainingJobs"
TRANSFORM = "/aws/sagemaker/TransformJobs"
ALGORITHM = {
    "TrainingImage": "683313688378.dkr.ecr.us-east-1.amazonaws.com/sagemaker-xgboost:1.7-1",
    "TrainingInputMode": "File",
}
TWO_NODES = {"InstanceType": "ml.m5.xlarge", "InstanceCount": 2, "VolumeSizeInGB": 30}


@pytest.fixture
def logs(client: ClientMaker) -> Any:
    return client("logs")


@pytest.fixture(autouse=True)
def slow(emulator: Emulator) -> None:
    emulator.ask("POST", "pace", {"running": 100})


def run(batch: Any, emulator: Emulator, seconds: float, **changes: Any) -> str:
    """Submit a job that has run for so long; its id."""
    job = batch.submit_service_job(**service_job(**changes))["jobId"]
    emulator.advance(1.5 + seconds)
    return str(job)


def streams(logs: Any, group: str = TRAINING, prefix: str = "") -> list[str]:
    options = {"logStreamNamePrefix": prefix} if prefix else {}
    found = logs.describe_log_streams(logGroupName=group, **options)["logStreams"]
    return [stream["logStreamName"] for stream in found]


def read(logs: Any, stream: str, group: str = TRAINING, **options: Any) -> dict[str, Any]:
    answer: dict[str, Any] = logs.get_log_events(
        logGroupName=group, logStreamName=stream, startFromHead=True, **options
    )
    return answer


def messages(answer: dict[str, Any]) -> list[str]:
    return [event["message"] for event in answer["events"]]


def test_log_grows_while_the_job_runs(batch: Any, logs: Any, emulator: Emulator) -> None:
    """Each look shows what was written meanwhile: nothing changes, nothing comes twice, at the emulator's time."""
    run(batch, emulator, 1)
    (stream,) = streams(logs)
    first = read(logs, stream)
    assert "Invoking training with hyperparameters" in messages(first)[1]
    again = read(logs, stream, nextToken=first["nextForwardToken"])
    assert again["events"] == []
    assert again["nextForwardToken"] == first["nextForwardToken"]
    emulator.advance(5)
    more = read(logs, stream, nextToken=again["nextForwardToken"])
    assert messages(more)[0].startswith("[9]#011train-logloss:")
    times = [event["timestamp"] for event in first["events"] + more["events"]]
    assert times == sorted(times)
    assert int(START * 1000) + 1500 == times[0]
    assert times[-1] <= int(START * 1000) + 7500
    assert messages(read(logs, stream)) == messages(first) + messages(more)


def test_waiting_job_has_no_stream(batch: Any, logs: Any, emulator: Emulator) -> None:
    """There is no log, and at first no log group, before a container has started."""
    batch.submit_service_job(**service_job())
    emulator.advance(1.4)
    with pytest.raises(logs.exceptions.ResourceNotFoundException):
        streams(logs)


def test_each_node_has_a_stream(batch: Any, logs: Any, emulator: Emulator) -> None:
    """Two nodes, or two groups of nodes, write `<training job>/algo-<n>-<epoch>` each."""
    run(batch, emulator, 10, payload={"ResourceConfig": TWO_NODES})
    first, second = streams(logs, prefix="AWSBatchchurn")
    pattern = rf"AWSBatchchurn[0-9a-f]{{32}}/algo-([12])-{int(START + 1.5)}"
    assert [re.fullmatch(pattern, name)[1] for name in (first, second)] == ["1", "2"]  # type: ignore[index]
    filtered = logs.filter_log_events(logGroupName=TRAINING, logStreamNamePrefix="AWSBatchchurn")
    assert {event["logStreamName"] for event in filtered["events"]} == {first, second}
    groups = [
        {"InstanceType": "ml.c5.xlarge", "InstanceCount": 2, "InstanceGroupName": "a"},
        {"InstanceType": "ml.g5.xlarge", "InstanceCount": 1, "InstanceGroupName": "b"},
    ]
    run(
        batch,
        emulator,
        1,
        payload={
            "TrainingJobName": "mixed",
            "ResourceConfig": {"InstanceGroups": groups, "VolumeSizeInGB": 30},
        },
    )
    assert len(streams(logs, prefix="AWSBatchmixed")) == 3


def test_each_attempt_has_a_stream(batch: Any, logs: Any, emulator: Emulator) -> None:
    """The next attempt is another training job; the first one's stream ends with its failure."""
    job = run(batch, emulator, 3, retryStrategy={"attempts": 2})
    failed = {"status": "FAILED", "attempt": True, "hold": False}
    emulator.ask("POST", f"jobs/{job}", failed)
    (stream,) = streams(logs)
    before = messages(read(logs, stream))
    emulator.advance(10)
    assert messages(read(logs, stream)) == before
    assert len(streams(logs)) == 2


@pytest.mark.parametrize(
    ("reason", "error"),
    [
        ("AlgorithmError: CUDA out of memory", "MemoryError: CUDA out of memory"),
        ("AlgorithmError: bad label 3", "RuntimeError: bad label 3"),
        (
            "ClientError: Access denied to s3://data/",
            "botocore.exceptions.ClientError: Access denied to s3://data/",
        ),
    ],
)
def test_failed_job_ends_with_a_traceback(
    batch: Any, logs: Any, emulator: Emulator, reason: str, error: str
) -> None:
    """The last lines are a traceback that fits the reason, and the reason."""
    code = {"sagemaker_program": "fit.py"}
    job = run(batch, emulator, 3, payload={"HyperParameters": code})
    full = f"Received status from SageMaker: {reason}"
    emulator.ask("POST", f"jobs/{job}", {"status": "FAILED", "reason": full})
    lines = messages(read(logs, streams(logs)[0]))
    assert lines[-8:-5] == [
        "Traceback (most recent call last):",
        '  File "/opt/ml/code/fit.py", line 87, in <module>',
        "    main()",
    ]
    assert (lines[-3], lines[-1]) == (error, reason)


def test_stopped_job_says_so(batch: Any, logs: Any, emulator: Emulator) -> None:
    """A preempted or terminated job's container was told to stop."""
    job = run(batch, emulator, 3)
    batch.terminate_service_job(jobId=job, reason="not needed")
    emulator.advance(1)
    assert "SIGTERM" in messages(read(logs, streams(logs)[0]))[-1]


def test_log_is_the_same_after_a_long_time(batch: Any, logs: Any, emulator: Emulator) -> None:
    """A run of a day has some thousand lines, however seldom one looks."""
    emulator.ask("POST", "pace", {"running": 86_400})
    run(batch, emulator, 90_000, payload={"StoppingCondition": {"MaxRuntimeInSeconds": 86_400}})
    (stream,) = streams(logs)
    lines = messages(read(logs, stream))
    assert 1_000 < len(lines) < 3_000
    assert lines[-1].startswith("Model artifact written to s3://aws-jobs-output/churn/")


def test_transform_job_has_a_log(client: ClientMaker, logs: Any, emulator: Emulator) -> None:
    """The group of transform jobs has a stream an instance and a data log, which has the failure."""
    sagemaker = client("sagemaker")
    source = {"S3DataType": "S3Prefix", "S3Uri": "s3://aws-jobs-data/nothing/"}
    sagemaker.create_transform_job(
        TransformJobName="score",
        ModelName="churn-xgboost",
        TransformInput={"DataSource": {"S3DataSource": source}},
        TransformOutput={"S3OutputPath": "s3://aws-jobs-output/score/"},
        TransformResources={"InstanceType": "ml.m5.xlarge", "InstanceCount": 1},
    )
    emulator.advance(10)
    container, data = streams(logs, TRANSFORM, "score/")
    assert re.fullmatch(rf"score/i-[0-9a-f]{{17}}-{int(START)}", container)
    assert data == f"{container}/data-log"
    assert "POST /invocations" in messages(read(logs, container, TRANSFORM))[-1]
    emulator.advance(1000)
    assert "No S3 objects found" in messages(read(logs, data, TRANSFORM))[-1]


METRICS = [
    {"Name": "validation:logloss", "Regex": r"validation-logloss:([0-9.]+)"},
    {"Name": "auc", "Regex": r"epoch\s+\d+; (?:val_)?auc[=:]\s*([0-9\.]+)(?:,|$)"},
    {"Name": "steps", "Regex": r"^\[([0-9]+)\]#011"},
    {"Name": "broken", "Regex": "(("},
    {"Name": "no group", "Regex": "loss"},
]


def test_final_metrics_are_what_the_log_says(
    batch: Any, sagemaker: Any, logs: Any, emulator: Emulator
) -> None:
    """FinalMetricDataList has the last value that each expression finds in the log, once the job has ended."""
    algorithm = {**ALGORITHM, "MetricDefinitions": METRICS}
    run(batch, emulator, 50, payload={"AlgorithmSpecification": algorithm})
    (summary,) = sagemaker.list_training_jobs()["TrainingJobSummaries"]
    name = summary["TrainingJobName"]
    assert "FinalMetricDataList" not in sagemaker.describe_training_job(TrainingJobName=name)
    emulator.advance(60)
    job = sagemaker.describe_training_job(TrainingJobName=name)
    found = {metric["MetricName"]: metric["Value"] for metric in job["FinalMetricDataList"]}
    assert list(found) == ["validation:logloss", "auc", "steps"]
    lines = messages(read(logs, streams(logs)[0]))
    for metric in METRICS[:3]:
        values = [each[1] for line in lines if (each := re.search(metric["Regex"], line))]
        assert found[metric["Name"]] == pytest.approx(float(values[-1]), rel=1e-5)
    assert found["auc"] > 0.5 > found["validation:logloss"]


def test_spot_training_is_paid_for_in_part(batch: Any, sagemaker: Any, emulator: Emulator) -> None:
    """BillableTimeInSeconds is the time trained, and less of a managed spot job."""
    spot = {
        "EnableManagedSpotTraining": True,
        "StoppingCondition": {"MaxRuntimeInSeconds": 3600, "MaxWaitTimeInSeconds": 3600},
    }
    for payload in ({}, spot):
        run(batch, emulator, 110, payload=payload)
    jobs = [
        sagemaker.describe_training_job(TrainingJobName=each["TrainingJobName"])
        for each in sagemaker.list_training_jobs()["TrainingJobSummaries"]
    ]
    seconds = [(job["TrainingTimeInSeconds"], job["BillableTimeInSeconds"]) for job in jobs]
    assert seconds == [(100, 100), (100, 30)]
