"""What outlives the emulator, a kill included."""

from __future__ import annotations

import contextlib
import re
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ClientError

from local.aws.clock import Clock, Pace
from local.aws.server.emulator import Emulator
from local.aws.store.database import StateUnusable

from .conftest import START, make_client
from .samples import USERS, inference_job, service_job

ROOT = Path(__file__).parents[2]


def running(state: Path, **options: Any) -> Emulator:
    return Emulator(clock=Clock(frozen_at=START), state_dir=state, **options)


@contextlib.contextmanager
def process(*arguments: str) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """`python -m local.aws` and its endpoint, once it serves."""
    command = [sys.executable, "-m", "local.aws", *arguments]
    with subprocess.Popen(
        command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as started:
        assert started.stdout is not None
        line = started.stdout.readline()
        found = re.fullmatch(r"AWS emulator on (http://127\.0\.0\.1:\d+)\n", line)
        assert found is not None, (line, started.stderr and started.stderr.read())
        try:
            yield started, found[1]
        finally:
            started.kill()


def test_jobs_queues_and_tags_outlive_a_restart(tmp_path: Path) -> None:
    """Jobs, their tags and tokens, queues, shares and policies are there again, and go on."""
    with running(tmp_path) as emulator:
        batch = make_client(emulator.endpoint, "batch")
        ended = batch.submit_service_job(**service_job(clientToken="t1", tags={"a": "b"}))
        emulator.advance(60)
        runs = batch.submit_service_job(**service_job(jobName="runs"))
        emulator.advance(2)
        batch.tag_resource(resourceArn=runs["jobArn"], tags={"c": "d"})
        batch.update_job_queue(jobQueue="training-disabled", state="ENABLED")
        before = {
            name: batch.describe_service_job(jobId=job["jobId"])
            for name, job in (("ended", ended), ("runs", runs))
        }
        queues = batch.describe_job_queues()["jobQueues"]
    with running(tmp_path) as emulator:
        batch = make_client(emulator.endpoint, "batch")
        for name, job in (("ended", ended), ("runs", runs)):
            again = batch.describe_service_job(jobId=job["jobId"])
            assert {**again, "ResponseMetadata": 0} == {**before[name], "ResponseMetadata": 0}
        assert batch.describe_job_queues()["jobQueues"] == queues
        assert len(batch.list_quota_shares(jobQueue="training-quota")["quotaShares"]) == 2
        with pytest.raises(ClientError, match="clientToken t1 was submitted before"):
            batch.submit_service_job(**service_job(clientToken="t1", tags={"a": "b"}))
        emulator.advance(60)
        assert batch.describe_service_job(jobId=runs["jobId"])["status"] == "SUCCEEDED"
        newest = batch.submit_service_job(**service_job(jobName="newest"))
        emulator.advance(0.5)
        listed = batch.list_service_jobs(
            jobQueue="training", filters=[{"name": "JOB_NAME", "values": ["*"]}]
        )["jobSummaryList"]
        assert [job["jobId"] for job in listed] == [
            newest["jobId"],
            runs["jobId"],
            ended["jobId"],
        ]


def test_capacity_in_use_outlives_a_restart(tmp_path: Path) -> None:
    """After a restart a running job still has its instances, and those that wait still wait."""
    resources = {"InstanceType": "ml.m5.xlarge", "InstanceCount": 60, "VolumeSizeInGB": 30}
    request = service_job(payload={"ResourceConfig": resources})
    with running(tmp_path) as emulator:
        batch = make_client(emulator.endpoint, "batch")
        jobs = [batch.submit_service_job(**request)["jobId"] for _ in range(2)]
        emulator.advance(2)
    with running(tmp_path) as emulator:
        batch = make_client(emulator.endpoint, "batch")
        seen = []
        for _ in range(3):
            seen.append([batch.describe_service_job(jobId=job)["status"] for job in jobs])
            emulator.advance(1.4)
        assert seen == [
            ["RUNNING", "RUNNABLE"],
            ["SUCCEEDED", "STARTING"],
            ["SUCCEEDED", "RUNNING"],
        ]


def test_objects_outlive_a_restart(tmp_path: Path) -> None:
    """Buckets and objects are there again with bytes, metadata, tags and ETags; deleted ones are not."""
    with running(tmp_path) as emulator:
        s3 = make_client(emulator.endpoint, "s3")
        s3.create_bucket(Bucket="my-bucket")
        s3.put_object(
            Bucket="my-bucket",
            Key="a/b ü.bin",
            Body=b"\x00\xff" * 1000,
            Metadata={"owner": "ann"},
            ContentType="text/x",
            Tagging="team=growth",
        )
        later = {"Bucket": "aws-jobs-data", "Key": "personalize/items.json"}
        s3.put_object_tagging(**later, Tagging={"TagSet": [{"Key": "team", "Value": "late"}]})
        s3.delete_object(Bucket="aws-jobs-data", Key="personalize/users.json")
        before = s3.head_object(Bucket="my-bucket", Key="a/b ü.bin")
    with running(tmp_path) as emulator:
        s3 = make_client(emulator.endpoint, "s3")
        again = s3.get_object(Bucket="my-bucket", Key="a/b ü.bin")
        assert again["Body"].read() == b"\x00\xff" * 1000
        for name in ("ETag", "Metadata", "ContentType", "LastModified", "ContentLength"):
            assert again[name] == before[name]
        tags = s3.get_object_tagging(Bucket="my-bucket", Key="a/b ü.bin")["TagSet"]
        assert tags == [{"Key": "team", "Value": "growth"}]
        assert s3.get_object_tagging(**later)["TagSet"] == [{"Key": "team", "Value": "late"}]
        listed = s3.list_objects_v2(Bucket="aws-jobs-data", Prefix="personalize/")["Contents"]
        assert [entry["Key"] for entry in listed] == ["personalize/items.json"]
        s3.delete_object(Bucket="my-bucket", Key="a/b ü.bin")
        s3.delete_bucket(Bucket="my-bucket")
    with running(tmp_path) as emulator:
        names = make_client(emulator.endpoint, "s3").list_buckets()["Buckets"]
        assert [bucket["Name"] for bucket in names] == ["aws-jobs-data", "aws-jobs-output"]


def test_versions_outlive_a_restart(tmp_path: Path) -> None:
    """In a versioned bucket every version is there again, and what was deleted is still deleted."""
    with running(tmp_path) as emulator:
        s3 = make_client(emulator.endpoint, "s3")
        s3.put_bucket_versioning(
            Bucket="aws-jobs-output", VersioningConfiguration={"Status": "Enabled"}
        )
        first = s3.put_object(Bucket="aws-jobs-output", Key="k", Body=b"1")["VersionId"]
        s3.put_object(Bucket="aws-jobs-output", Key="k", Body=b"2")
        s3.delete_object(Bucket="aws-jobs-output", Key="k")
    with running(tmp_path) as emulator:
        s3 = make_client(emulator.endpoint, "s3")
        with pytest.raises(ClientError, match="NoSuchKey"):
            s3.get_object(Bucket="aws-jobs-output", Key="k")
        old = s3.get_object(Bucket="aws-jobs-output", Key="k", VersionId=first)
        assert old["Body"].read() == b"1"
        assert s3.get_bucket_versioning(Bucket="aws-jobs-output")["Status"] == "Enabled"


def test_batch_inference_and_training_records_outlive_a_restart(tmp_path: Path) -> None:
    """Personalize's jobs, SageMaker's records, results in S3 and log lines are there again."""
    with running(tmp_path) as emulator:
        batch = make_client(emulator.endpoint, "batch")
        personalize = make_client(emulator.endpoint, "personalize")
        batch.submit_service_job(**service_job())
        tags = [{"tagKey": "team", "tagValue": "growth"}]
        arn = personalize.create_batch_inference_job(**inference_job(tags=tags))[
            "batchInferenceJobArn"
        ]
        emulator.advance(10)
    with running(tmp_path) as emulator:
        personalize = make_client(emulator.endpoint, "personalize")
        job = personalize.describe_batch_inference_job(batchInferenceJobArn=arn)
        assert job["batchInferenceJob"]["status"] == "ACTIVE"
        assert personalize.list_tags_for_resource(resourceArn=arn)["tags"] == tags
        sagemaker = make_client(emulator.endpoint, "sagemaker")
        (record,) = sagemaker.list_training_jobs()["TrainingJobSummaries"]
        assert record["TrainingJobStatus"] == "Completed"
        logs = make_client(emulator.endpoint, "logs")
        streams = logs.describe_log_streams(logGroupName="/aws/sagemaker/TrainingJobs")
        assert len(streams["logStreams"]) == 1
        s3 = make_client(emulator.endpoint, "s3")
        keys = [entry["Key"] for entry in s3.list_objects_v2(Bucket="aws-jobs-output")["Contents"]]
        assert keys == [
            f"churn/{record['TrainingJobName']}/output/model.tar.gz",
            "recommend/users.json.out",
        ]
        assert emulator.ask("GET", "status")["solutionVersions"][0] == USERS


def test_clock_pace_and_switches_outlive_a_restart(tmp_path: Path) -> None:
    """Time does not run backwards over a restart, and the pace stays; a pace that is given wins."""
    with running(tmp_path) as emulator:
        emulator.advance(86_400)
        emulator.ask("POST", "pace", {"running": None})
        emulator.ask("POST", "token-mode", {"mode": "forget"})
        emulator.ask("POST", "lag", {"lists": 3, "tags": None})
        emulator.ask("POST", "assumptions", {"retention": 60, "shareDecay": "none"})
    with running(tmp_path) as emulator:
        assert emulator.ask("POST", "lag") == {"lists": 3, "tags": None}
        assumed = emulator.ask("GET", "assumptions")
        assert (assumed["retention"], assumed["shareDecay"]) == (60, "none")
        status = emulator.ask("GET", "status")
        assert (status["now"], status["frozen"]) == (START + 86_400, True)
        assert (status["pace"]["running"], status["tokenMode"]) == (None, "forget")
    with running(tmp_path, pace=Pace(running=7)) as emulator:
        assert emulator.ask("GET", "status")["pace"]["running"] == 7


def test_reset_is_kept(tmp_path: Path) -> None:
    """After a reset nothing of before comes back with a restart."""
    with running(tmp_path) as emulator:
        batch = make_client(emulator.endpoint, "batch")
        batch.submit_service_job(**service_job())
        emulator.reset()
    with running(tmp_path) as emulator:
        batch = make_client(emulator.endpoint, "batch")
        listed = batch.list_service_jobs(jobQueue="training", jobStatus="SUBMITTED")
        assert listed["jobSummaryList"] == []
        assert emulator.ask("GET", "status")["queues"][0] == "training"


def test_kill_loses_nothing_that_was_answered(tmp_path: Path) -> None:
    """Killed right after its answers, the emulator has every job and object when it starts again."""
    state = str(tmp_path / "state")
    with process("--state", state) as (started, endpoint):
        batch = make_client(endpoint, "batch")
        jobs = [batch.submit_service_job(**service_job())["jobId"] for _ in range(5)]
        s3 = make_client(endpoint, "s3")
        s3.put_object(Bucket="aws-jobs-data", Key="mine", Body=b"kept")
        started.send_signal(signal.SIGKILL)
        started.wait()
    with process("--state", state) as (_, endpoint):
        batch = make_client(endpoint, "batch")
        for job in jobs:
            assert batch.describe_service_job(jobId=job)["jobName"] == "churn"
        s3 = make_client(endpoint, "s3")
        assert s3.get_object(Bucket="aws-jobs-data", Key="mine")["Body"].read() == b"kept"


def test_lost_answer_is_kept_too(tmp_path: Path) -> None:
    """A job whose answer was cut off is kept as any other."""
    with running(tmp_path) as emulator:
        emulator.ask("POST", "faults", {"operation": "SubmitServiceJob", "kind": "cut-after"})
        batch = make_client(emulator.endpoint, "batch")
        with pytest.raises(Exception, match="Connection was closed"):
            batch.submit_service_job(**service_job())
    with running(tmp_path) as emulator:
        batch = make_client(emulator.endpoint, "batch")
        listed = batch.list_service_jobs(jobQueue="training", jobStatus="SUBMITTED")
        assert len(listed["jobSummaryList"]) == 1


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_stops_on_a_signal(number: int) -> None:
    """SIGTERM and SIGINT end it with exit code 0; all it says after its address is the control API's token."""
    with process("--port", "0") as (started, _):
        assert started.stdout is not None
        assert re.fullmatch(r"control token [\w-]{43}\n", started.stdout.readline())
        started.send_signal(number)
        out, err = started.communicate()
        assert (started.returncode, out, err) == (0, "", "")


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (
            ["--pace", '{"walking": 1}'],
            "--pace: walking is not a state; the states are creating, in_progress, pending, "
            "runnable, running, scheduled, starting, stopping, submitted\n",
        ),
        (["--pace", "fast"], "--pace: Expecting value: line 1 column 1 (char 0)\n"),
        (["--pace", "[]"], '--pace: it takes "instant" or a JSON object of seconds by state\n'),
    ],
)
def test_wrong_arguments_are_sentences(arguments: list[str], sentence: str) -> None:
    """What it cannot do is said in one sentence, with exit code 1."""
    ended = subprocess.run(
        [sys.executable, "-m", "local.aws", *arguments],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert (ended.returncode, ended.stdout, ended.stderr) == (1, "", sentence)


def test_port_that_is_taken(emulator: Emulator) -> None:
    """A port that another process has is a sentence."""
    port = emulator.endpoint.rpartition(":")[2]
    ended = subprocess.run(
        [sys.executable, "-m", "local.aws", "--port", port],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    sentence = f"The emulator cannot serve on port {port}: Address already in use\n"
    assert (ended.returncode, ended.stderr) == (1, sentence)


def test_state_folder_of_two(tmp_path: Path) -> None:
    """A state folder belongs to one emulator at a time; a stopped one gives it back."""
    with (
        process("--state", str(tmp_path)),
        pytest.raises(StateUnusable, match="the state is in use by another emulator"),
    ):
        running(tmp_path).start()
    with running(tmp_path):
        pass


def test_file_that_is_no_state(tmp_path: Path) -> None:
    """A file that is not an emulator's state is refused, and left as it is."""
    (tmp_path / "emulator.db").write_text("something else, and long enough to be a database header")
    with pytest.raises(StateUnusable, match="is not the state of an emulator"):
        running(tmp_path).start()
    assert (tmp_path / "emulator.db").read_text().startswith("something else")


def test_place_where_no_state_can_be(tmp_path: Path) -> None:
    """A state folder that is a file is a sentence."""
    (tmp_path / "file").write_text("")
    ended = subprocess.run(
        [sys.executable, "-m", "local.aws", "--state", str(tmp_path / "file")],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert ended.returncode == 1
    assert ended.stderr.startswith(f"--state: {tmp_path}/file: the state cannot be kept there (")
    assert ended.stderr.count("\n") == 1


def test_state_of_another_version(tmp_path: Path) -> None:
    """A state that another version of the emulator has written is refused."""
    with sqlite3.connect(tmp_path / "emulator.db") as database:
        database.execute("PRAGMA user_version = 99")
    database.close()
    with pytest.raises(StateUnusable, match="written by another version"):
        running(tmp_path).start()


def test_port_that_is_none() -> None:
    """A port is a number up to 65535."""
    ended = subprocess.run(
        [sys.executable, "-m", "local.aws", "--port", "99999"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert ended.returncode == 2
    assert "99999 is not a port: a number from 0 to 65535" in ended.stderr
