"""`jobctl emulator fail|succeed|hold|expire|pace|seed|faults|status` on an emulator in this process."""

from __future__ import annotations

import argparse
import json
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from botocore.exceptions import ClientError, ConnectionClosedError

from cli.commands import emulator as command
from cli.project.emulator_process import Emulator as Process
from components.errors import JobError
from components.kinds import KINDS
from components.run.submission import aws_names
from components.stack.settings import read_settings
from local.aws import __main__ as process
from local.aws.server.emulator import Emulator
from local.aws.service import context

from .conftest import ClientMaker
from .samples import inference_job, service_job

Run = Callable[..., str]


@pytest.fixture
def jobctl(
    emulator: Emulator,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> Run:
    """Run `jobctl emulator` with these arguments; what it prints."""
    (tmp_path / "Pulumi.yaml").write_text("name: aws-jobs\n", "utf-8")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(Process, "recorded_endpoint", lambda _: emulator.endpoint)
    monkeypatch.setattr(Process, "token", emulator.token)
    parser = argparse.ArgumentParser()
    command.configure(parser)

    def run(*argv: str) -> str:
        assert command.run(parser.parse_args(argv)) == 0
        return capsys.readouterr().out

    return run


def name_run(name: str) -> str:
    """The AWS name of a service job's run, as `components` makes it."""
    request = service_job()
    del request["jobName"]
    inputs = {"name": name, "identity": f"aws-jobs/dev/{name}", "request": request}
    return aws_names(KINDS["ServiceJob"], inputs, "")[0]


CHURN = name_run("churn")


def submit(batch: Any, name: str = CHURN, **changes: Any) -> str:
    return str(batch.submit_service_job(**service_job(jobName=name, **changes))["jobId"])


def status(batch: Any, job: str) -> tuple[str, str]:
    shown = batch.describe_service_job(jobId=job)
    return shown["status"], shown.get("statusReason", "")


def test_jobs_are_ended_by_hand(
    jobctl: Run, batch: Any, personalize: Any, sagemaker: Any, emulator: Emulator
) -> None:
    """A job of each service is named by its name, with or without its ending, its id or its ARN."""
    job = submit(batch)
    assert jobctl("fail", "churn", "--reason", "out of luck") == f"{CHURN}: FAILED\n"
    assert status(batch, job) == ("FAILED", "out of luck")
    newer = submit(batch)
    assert jobctl("succeed", "churn") == f"{CHURN}: SUCCEEDED\n"
    assert status(batch, newer)[0] == "SUCCEEDED"
    arn = personalize.create_batch_inference_job(**inference_job())["batchInferenceJobArn"]
    assert jobctl("hold", arn) == "recommend: CREATE PENDING (held)\n"
    emulator.advance(600)
    assert jobctl("succeed", "recommend") == "recommend: ACTIVE\n"
    for name in ("a", "b"):
        sagemaker.create_transform_job(
            TransformJobName=name,
            ModelName="churn-xgboost",
            TransformInput={
                "DataSource": {
                    "S3DataSource": {"S3DataType": "S3Prefix", "S3Uri": "s3://aws-jobs-data/"}
                }
            },
            TransformOutput={"S3OutputPath": "s3://aws-jobs-output/scores/"},
            TransformResources={"InstanceType": "ml.m5.xlarge", "InstanceCount": 1},
        )
    assert jobctl("fail", "a") == "a: Failed\n"
    assert jobctl("succeed", "b") == "b: Completed\n"


def test_failed_attempt_is_retried(jobctl: Run, batch: Any, emulator: Emulator) -> None:
    """With --attempt the retry strategy decides."""
    job = submit(batch, retryStrategy={"attempts": 2})
    emulator.advance(2)
    assert jobctl("fail", job, "--attempt") == f"{CHURN}: RUNNABLE\n"
    emulator.advance(60)
    assert status(batch, job)[0] == "SUCCEEDED"


def test_held_and_expired(jobctl: Run, batch: Any, emulator: Emulator) -> None:
    """A held job stays where it is; Batch forgets an expired one."""
    job = submit(batch)
    emulator.advance(2)
    assert jobctl("hold", "churn") == f"{CHURN}: RUNNING (held)\n"
    emulator.advance(600)
    assert status(batch, job)[0] == "RUNNING"
    assert jobctl("hold", "churn", "--off") == f"{CHURN}: RUNNING\n"
    assert jobctl("expire", "churn") == f"{CHURN}: forgotten by Batch\n"
    with pytest.raises(ClientError, match="does not exist"):
        batch.describe_service_job(jobId=job)
    with pytest.raises(JobError, match="the emulator has no job churn"):
        jobctl("expire", "churn")


def test_failures_by_hand_are_those_of_aws(jobctl: Run, batch: Any, emulator: Emulator) -> None:
    """A lack of capacity uses up no attempt, rules of the retry strategy match, what waits has no attempt to fail."""
    rule = {"onStatusReason": "Received status from SageMaker: InternalServerError*"}
    strategy = {
        "attempts": 3,
        "evaluateOnExit": [{**rule, "action": "RETRY"}, {"onStatusReason": "*", "action": "EXIT"}],
    }
    job = submit(batch, retryStrategy=strategy)
    with pytest.raises(JobError, match="SUBMITTED: it has no attempt that could fail"):
        jobctl("fail", "churn", "--attempt")
    emulator.advance(2)
    assert jobctl("fail", job, "--attempt", "--reason", "CapacityError: none").endswith(
        "RUNNABLE\n"
    )
    shown = batch.describe_service_job(jobId=job)
    assert (shown["attempts"], "preemptionSummary" in shown) == ([], False)
    assert shown["statusReason"].startswith("CAPACITY:INSUFFICIENT_INSTANCE_CAPACITY")
    emulator.advance(2)
    training = batch.describe_service_job(jobId=job)["latestAttempt"]["serviceResourceId"]["value"]
    name = training.rpartition("/")[2]
    assert jobctl("fail", name, "--attempt", "--reason", "InternalServerError: x").endswith(
        "RUNNABLE\n"
    )
    emulator.advance(2)
    assert jobctl("fail", "churn", "--attempt", "--reason", "AlgorithmError: y").endswith(
        "FAILED\n"
    )
    assert status(batch, job)[1] == "Received status from SageMaker: AlgorithmError: y"
    with pytest.raises(JobError, match="the job has ended: it is FAILED"):
        jobctl("hold", "churn")


def test_pace_changes_while_it_runs(jobctl: Run, batch: Any, emulator: Emulator) -> None:
    """A new pace holds for jobs under way; `start --pace` on a running emulator sets it too, where it was ignored."""
    job = submit(batch)
    emulator.advance(2)
    shown = jobctl("pace", "running=60", "stopping=never")
    assert "running      60 s\n" in shown
    assert "stopping     never\n" in shown
    emulator.advance(30)
    assert status(batch, job)[0] == "RUNNING"
    jobctl("pace", "instant")
    emulator.advance(1)
    assert status(batch, job)[0] == "SUCCEEDED"
    assert "running      0 s\n" in jobctl("pace")


def test_running_emulator_takes_the_pace_of_start(
    jobctl: Run, emulator: Emulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Process, "start", lambda *_: (emulator.endpoint, False))
    for asked, seconds in (('{"running": 7}', 7), ("running=8 stopping=never", 8)):
        shown = jobctl("start", "--pace", asked)
        assert shown.endswith(", at the new pace\n")
        assert emulator.ask("GET", "status")["pace"]["running"] == seconds


def test_start_goes_on_at_the_kept_pace(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """`stop` and `start` without a pace: the one of before holds."""
    paces = []
    stopped = SimpleNamespace(wait=lambda: paces.append(context.pace().running), set=None)
    monkeypatch.setattr(process, "threading", SimpleNamespace(Event=lambda: stopped))
    monkeypatch.setattr(process.signal, "signal", lambda *_: None)
    for arguments in (["--pace", '{"running": 7}'], []):
        process.main(["--state", str(tmp_path), *arguments])
    assert paces == [7, 7]


def test_port_that_is_none(jobctl: Run, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        jobctl("start", "--port", "abc")
    assert "abc is not a port: a number from 0 to 65535" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["fast"], "'fast' is not 'instant', or seconds by status"),
        (["instant", "running=3"], "'instant running=3' is not"),
        (["running"], "'running' is not"),
        (['{"running": "1"}'], "is not"),
        (["running=-1"], "running takes a number of seconds"),
        (["runing=1"], "runing is not a state"),
        (["{"], "'{' is not"),
        (["running=inf"], "'running=inf' is not"),
    ],
)
def test_pace_that_is_none(words: list[str], message: str) -> None:
    with pytest.raises(JobError, match=message):
        command.parse_pace(words)


def test_a_region_without_personalize_has_the_rest(jobctl: Run, emulator: Emulator) -> None:
    """Batch is in more regions than Personalize is."""
    assert "training-quota" in jobctl("seed", "--region", "eu-north-1")
    assert "eu-north-1" in jobctl("status")


def test_another_region(jobctl: Run, client: ClientMaker) -> None:
    """A seeded region has queues, buckets, roles and solutions, and shows in the status."""
    assert "training-quota" in jobctl("seed", "--region", "us-west-2")
    batch = client("batch", region="us-west-2")
    job = submit(batch)
    assert status(batch, job)[0] == "SUBMITTED"
    personalize = client("personalize", region="us-west-2")
    assert len(personalize.list_solutions()["solutions"]) == 3
    keys = client("s3").list_objects_v2(Bucket="aws-jobs-data-us-west-2")
    assert keys["KeyCount"] > 0
    regions = json.loads(jobctl("status", "--json"))["regions"]
    assert list(regions) == ["us-east-1", "us-west-2"]
    assert regions["us-east-1"]["queues"] == regions["us-west-2"]["queues"]
    assert "region             us-west-2\nqueues             training\n" in jobctl("status")
    for region, message in (
        ("us-west-2", "has been seeded before"),
        ("mars", "not a region"),
        ("us-gov-west-1", "not a region of AWS's partition aws"),
        ("cn-north-1", "not a region of AWS's partition aws"),
    ):
        with pytest.raises(JobError, match=message):
            jobctl("seed", "--region", region)


@pytest.mark.parametrize("region", ["us-east-1", "us-west-2"])
def test_code_is_uploaded_to_a_bucket_of_the_region(
    jobctl: Run, client: ClientMaker, region: str
) -> None:
    """A stack on the emulator that names no place for code has one in its own region."""
    if region != "us-east-1":
        jobctl("seed", "--region", region)
    config = {"aws-jobs:emulator": "true", "aws:region": region}
    settings = read_settings("aws-jobs", "local", Path(), config)
    bucket = settings.artifacts.split("/")[2]
    # https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetBucketLocation.html: us-east-1 is null
    location = client("s3").get_bucket_location(Bucket=bucket)["LocationConstraint"]
    assert (location or "us-east-1") == region


def test_faults(jobctl: Run, batch: Any, emulator: Emulator) -> None:
    """A part of all calls is throttled, evenly, or loses its answer; lists are late; `off` ends it."""
    shown = jobctl("faults", "throttle=20%", "list-lag=3s")
    assert shown == "throttle=20%\nlist-lag=3s\n"

    def count(error: type[Exception]) -> int:
        failed = 0
        for _ in range(20):
            try:
                batch.describe_job_queues()
            except error:
                failed += 1
        return failed

    assert count(ClientError) == 4
    jobctl("faults", "lost=5%")
    assert count(ConnectionClosedError) == 1
    assert jobctl("faults", "lost=0%", "list-lag=2.5s") == "list-lag=2.5s\n"
    assert jobctl("faults", "throttle=12.5%") == "throttle=12.5%\n"
    with pytest.raises(JobError, match="unknown fault 'throttle=200%'"):
        jobctl("faults", "throttle=200%")
    assert jobctl("faults") == "throttle=12.5%\n"
    assert jobctl("faults", "off") == jobctl("faults") == "nothing goes wrong\n"
    for word in ("throttle=20", "lost=x%", "slow", "list-lag=3%", "list-lag=1e3s"):
        with pytest.raises(JobError, match="expected throttle=20%"):
            jobctl("faults", word)


def test_submissions_beyond_a_rate_are_throttled(
    jobctl: Run, batch: Any, emulator: Emulator
) -> None:
    """A bucket of five tokens that fills with five a second."""
    assert jobctl("faults", "submits=5/s") == "submits=5/s\n"

    def count_accepted(count: int) -> int:
        accepted = 0
        for at in range(count):
            with suppress(ClientError):
                submit(batch, f"paced-{at}")
                accepted += 1
        return accepted

    assert count_accepted(8) == 5
    emulator.advance(0.4)
    assert count_accepted(3) == 2
    emulator.advance(60)
    assert count_accepted(8) == 5
