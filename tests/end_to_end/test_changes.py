"""From a changed file to AWS, through the whole: what `preview` says, and what `up` then does."""

from __future__ import annotations

import io
import json
import re
import tarfile
from typing import Any

import boto3
import pytest

from tests.conftest import Workspace
from tests.end_to_end import jobs

TERMINATE = "batch:TerminateServiceJob"
# what the program or jobctl does, whoever deploys
EMBEDDED = pytest.mark.parametrize("engine", ["embedded"], indirect=True)


def client(workspace: Workspace, service: str) -> Any:
    """A plain boto3 client, as anyone would point it at the emulator."""
    return boto3.client(
        service,
        region_name="us-east-1",
        endpoint_url=workspace.emulator.endpoint,
        aws_access_key_id="test",
        aws_secret_access_key="test",
    )


def ids(workspace: Workspace) -> dict[str, str]:
    return {name: outputs["jobArn"] for name, outputs in workspace.jobs().items()}


def hold(workspace: Workspace, arn: str, status: str) -> None:
    """Bring a job to a status, where it stays."""
    name = arn if ":personalize:" in arn else arn.rpartition("/")[2]
    assert (
        workspace.emulator.control.handle("POST", f"/_emulator/jobs/{name}", {"status": status})[0]
        == 200
    )


@pytest.fixture
def finished(workspace: Workspace) -> Workspace:
    """One job of each kind, both finished, and the state knows."""
    workspace.write("churn.json", jobs.service())
    workspace.write("users.json", jobs.inference())
    workspace.deployed()
    workspace.emulator.advance(3600)
    assert workspace.jobctl("refresh", "-s", "local", "--yes", "--skip-preview").code == 0
    return workspace


def test_files_become_jobs_that_end_with_results(finished: Workspace) -> None:
    """`up` submits each job once; a refresh brings its end and the place of its results into the state."""
    found = finished.jobs()
    assert finished.submissions() == 2
    assert found["churn"]["phase"] == "SUCCEEDED"
    assert found["churn"]["modelArtifacts"].startswith("s3://aws-jobs-output/churn/AWSBatchchurn")
    assert found["users"]["phase"] == "SUCCEEDED"
    bucket = client(finished, "s3")
    body = bucket.get_object(Bucket="aws-jobs-output", Key="users/users.json.out")["Body"].read()
    lines = [json.loads(line) for line in body.decode().splitlines()]
    assert [line["input"] for line in lines] == [{"userId": str(number)} for number in range(1, 31)]
    again = finished.jobctl("preview", "-s", "local", "--expect-no-changes")
    assert again.code == 0, again.text


def test_a_preview_asks_only_about_what_up_would_submit(workspace: Workspace) -> None:
    """The preflight's questions are those of the changed job: nothing is asked of a run that exists."""
    calls = workspace.emulator.control.calls
    workspace.write("churn.json", jobs.service())
    workspace.write("beta.json", jobs.service(schedulingPriority=3))
    workspace.deployed()
    calls.clear()
    assert workspace.preview() == []
    assert {call["operation"] for call in calls} <= {"ListServiceJobs", "DescribeServiceJob"}
    workspace.write("beta.json", jobs.service(jobQueue="training-none"))
    calls.clear()
    outcome = workspace.jobctl("preview", "-s", "local")
    assert "beta.json:1:36: request.jobQueue: there is no job queue training-none" in outcome.text
    assert outcome.code != 0
    assert len(workspace.calls("iam:GetRole")) == 1
    assert workspace.up().code != 0
    assert workspace.submissions() == 0


def test_a_preview_checks_what_waits(workspace: Workspace) -> None:
    """What `up` would refuse, a preview names: also of a placeholder, which has an id."""
    workspace.write("churn.json", jobs.service())
    workspace.write("beta.json", {**jobs.service(), "dependsOn": ["churn"]})
    workspace.deployed()
    workspace.write("beta.json", {**jobs.service(jobQueue="none"), "dependsOn": ["churn"]})
    outcome = workspace.jobctl("preview", "-s", "local")
    assert outcome.code != 0
    assert "request.jobQueue: there is no job queue none" in outcome.text


def test_changed_hyperparameter_is_one_new_run(finished: Workspace) -> None:
    """Preview shows that one job replaced, with the nested values; `up` submits one job and terminates nothing."""
    before = ids(finished)
    finished.write("churn.json", jobs.hyperparameters(eta="0.3"))
    steps = [step for step in finished.preview() if step["op"] == "replace"]
    assert [step["urn"].rpartition("::")[2] for step in steps] == ["churn"]
    path = "request.serviceRequestPayload.HyperParameters.eta"
    assert list(steps[0]["detailedDiff"]) == [path]
    text = finished.jobctl("preview", "-s", "local", "--diff").stdout
    assert '~ eta: "0.1" => "0.3"' in text
    finished.deployed()
    after = ids(finished)
    assert finished.submissions() == 3
    assert finished.calls(TERMINATE) == []
    assert (after["churn"] != before["churn"], after["users"] == before["users"]) == (True, True)


@pytest.mark.parametrize(
    "change",
    [
        {"tags": {"team": "risk"}},
        {"jobQueue": "training-fair", "shareIdentifier": "research", "schedulingPriority": 7},
    ],
    ids=["tag", "schedulingPriority"],
)
def test_change_in_place_keeps_the_job(workspace: Workspace, change: dict[str, Any]) -> None:
    """A tag or a priority is changed at the same job, and previewed as an update."""
    first = {
        name: value for name, value in change.items() if name not in ("tags", "schedulingPriority")
    }
    workspace.write(
        "churn.json", jobs.service(**first, **({"schedulingPriority": 1} if first else {}))
    )
    workspace.deployed()
    before = ids(workspace)
    workspace.write("churn.json", jobs.service(**change))
    assert [step["op"] for step in workspace.preview()] == ["update"]
    workspace.deployed()
    assert ids(workspace) == before
    assert workspace.submissions() == 1
    job_id = before["churn"].rpartition("/")[2]
    job = client(workspace, "batch").describe_service_job(jobId=job_id)
    assert job["tags"]["team"] == change.get("tags", {"team": "growth"})["team"]
    assert job.get("schedulingPriority") == change.get("schedulingPriority")


def test_removed_file_terminates_a_job_that_waits(workspace: Workspace) -> None:
    """A job in the queue costs nothing yet: it goes with its file."""
    workspace.write("churn.json", jobs.service())
    workspace.deployed()
    arn = ids(workspace)["churn"]
    hold(workspace, arn, "RUNNABLE")
    (workspace.root / "jobs" / "churn.json").unlink()
    workspace.deployed()
    assert len(workspace.calls(TERMINATE)) == 1
    assert workspace.jobs() == {}


def test_removed_file_does_not_end_a_job_that_runs(workspace: Workspace) -> None:
    """A run that costs money is not killed by accident: one sentence, nothing touched."""
    workspace.write("churn.json", jobs.service())
    workspace.deployed()
    hold(workspace, ids(workspace)["churn"], "RUNNING")
    (workspace.root / "jobs" / "churn.json").unlink()
    outcome = workspace.up()
    assert outcome.code == 1
    assert "Traceback" not in outcome.text
    assert "churn" in outcome.text
    assert "onDelete" in outcome.text
    assert workspace.calls(TERMINATE) == []
    assert list(workspace.jobs()) == ["churn"]


@EMBEDDED
def test_file_may_allow_to_end_its_running_job(workspace: Workspace) -> None:
    """`onDelete: terminate` is the leave that was missing."""
    workspace.write("churn.json", {**jobs.service(), "onDelete": "terminate"})
    workspace.deployed()
    hold(workspace, ids(workspace)["churn"], "RUNNING")
    (workspace.root / "jobs" / "churn.json").unlink()
    workspace.deployed()
    assert len(workspace.calls(TERMINATE)) == 1
    assert workspace.jobs() == {}


@EMBEDDED
def test_payload_reaches_aws_as_the_files_object(workspace: Workspace) -> None:
    """One JSON string, equal to the file's object but for the name that is filled in; integers stay integers."""
    document = jobs.service()
    workspace.write("churn.json", document)
    workspace.deployed()
    job_id = ids(workspace)["churn"].rpartition("/")[2]
    job = client(workspace, "batch").describe_service_job(jobId=job_id)
    assert isinstance(job["serviceRequestPayload"], str)
    sent = json.loads(job["serviceRequestPayload"])
    assert re.fullmatch(r"churn-[0-9a-f]{8}-[0-9a-f]{4}", sent.pop("TrainingJobName"))
    assert sent == jobs.payload(document)
    assert '"VolumeSizeInGB":30' in job["serviceRequestPayload"].replace(" ", "")
    assert '"MaxRuntimeInSeconds":3600' in job["serviceRequestPayload"].replace(" ", "")
    assert job["retryStrategy"]["attempts"] == 2


@EMBEDDED
def test_payload_may_be_awss_own_string(workspace: Workspace) -> None:
    """The payload as an object and as the API's JSON string are one definition."""
    document = jobs.service()
    workspace.write("churn.json", document)
    workspace.deployed()
    document["request"]["serviceRequestPayload"] = json.dumps(jobs.payload(document))
    workspace.write("churn.json", document)
    assert workspace.jobctl("preview", "-s", "local", "--expect-no-changes").code == 0


def test_preview_as_json_is_the_document_alone(workspace: Workspace) -> None:
    """Standard output holds Pulumi's document and nothing else; what jobctl says goes elsewhere."""
    workspace.write("churn.json", jobs.service())
    outcome = workspace.jobctl("preview", "-s", "local", "--json")
    assert outcome.code == 0, outcome.text
    assert {"steps", "changeSummary"} <= set(outcome.json)
    assert outcome.json["changeSummary"]["create"] >= 1
    assert "jobctl: engine: " in outcome.stderr


def test_stack_under_another_name_works_alike(workspace: Workspace) -> None:
    """A settings file like `Pulumi.local.yaml`'s makes another stack on the emulator, with jobs of its own."""
    settings = (workspace.root / "Pulumi.local.yaml").read_text("utf-8")
    (workspace.root / "Pulumi.try.yaml").write_text(settings, "utf-8")
    workspace.write("churn.json", jobs.service())
    workspace.deployed()
    outcome = workspace.jobctl("up", "-s", "try", "--yes", "--skip-preview")
    assert outcome.code == 0, outcome.text
    assert workspace.submissions() == 2
    assert (workspace.root / "Pulumi.try.yaml").read_text("utf-8") == settings
    assert (workspace.root / "Pulumi.local.yaml").read_text("utf-8") == settings


def test_destroyed_stack_runs_again_when_it_comes_back(finished: Workspace) -> None:
    """`destroy` releases finished runs and terminates nothing; a later `up` is a new run of each."""
    outcome = finished.jobctl("destroy", "-s", "local", "--yes", "--skip-preview")
    assert outcome.code == 0, outcome.text
    assert finished.jobs() == {}
    assert finished.calls(TERMINATE) == []
    finished.deployed()
    assert finished.submissions() == 4


@EMBEDDED
def test_status_shows_where_results_lie(finished: Workspace) -> None:
    """`jobctl status` is a line a job, as text and as JSON."""
    text = finished.jobctl("status", "-s", "local")
    assert text.code == 0, text.text
    head, churn, users, total = text.stdout.splitlines()
    assert (head.split()[0], head.split()[-1]) == ("NAME", "RESULT")
    assert (churn.split()[:2], churn.split()[-1][:32]) == (
        ["churn", "SUCCEEDED"],
        "s3://aws-jobs-output/churn/AWSBa",
    )
    assert (users.split()[:3], users.split()[-1]) == (
        ["users", "SUCCEEDED", "ACTIVE"],
        "s3://aws-jobs-output/users/",
    )
    assert total.endswith("Z: 2 jobs, 2 succeeded")
    found = finished.jobctl("status", "-s", "local", "--json").json
    assert [job["results"].partition("/AWS")[0] for job in found] == [
        "s3://aws-jobs-output/churn",
        "s3://aws-jobs-output/users/",
    ]


@EMBEDDED
def test_only_the_code_that_the_plan_counts_is_uploaded(workspace: Workspace) -> None:
    """No credentials, no link out; the plan says how many files go, and which differ."""
    source = workspace.root / "jobs" / "src"
    source.mkdir()
    (source / "train.py").write_text("print(1)\n")
    (source / "main.py").symlink_to("train.py")
    (source / ".env").write_text("PASSWORD=hush\n")
    document = {**jobs.service(), "code": {"dir": "src", "entryPoint": "train.py"}}
    workspace.write("churn.json", document)
    place = ("config", "set", "-s", "local", "aws-jobs:artifacts", "s3://aws-jobs-data/packed")
    assert workspace.jobctl(*place).code == 0
    outcome = workspace.jobctl("plan", "-s", "local")
    assert "    code:      2 files, 18 bytes\n" in outcome.stdout
    assert "`jobs/src/.env` is left out of the archive" in outcome.stdout
    workspace.deployed()
    (source / "train.py").write_text("print(2)\n")
    outcome = workspace.jobctl("plan", "-s", "local")
    assert re.findall(r"^    (code: .*?):", outcome.stdout, re.M) == [
        "code: main.py",
        "code: train.py",
    ]
    bucket = client(workspace, "s3")
    (uploaded,) = bucket.list_objects_v2(Bucket="aws-jobs-data", Prefix="packed/")["Contents"]
    body = bucket.get_object(Bucket="aws-jobs-data", Key=uploaded["Key"])["Body"].read()
    with tarfile.open(fileobj=io.BytesIO(body)) as archive:
        assert [(each.name, each.isreg()) for each in archive] == [
            ("main.py", True),
            ("train.py", True),
        ]
    (source / "env").symlink_to("/proc/self/environ")
    outcome = workspace.up()
    assert outcome.code == 1
    assert "jobs/churn.json:1:" in outcome.text
    assert "`jobs/src/env` is a link out of the folder" in outcome.text
