"""`jobctl results`: what a run has left in S3, listed and downloaded."""

from __future__ import annotations

import json
import tarfile
from pathlib import Path
from typing import Any

from tests.conftest import Workspace
from tests.end_to_end import jobs
from tests.end_to_end.test_changes import client
from tests.end_to_end.test_kinds import read_sample

SAMPLES = Path(__file__).resolve().parents[3] / "examples" / "jobs"


def deployed(workspace: Workspace, *documents: tuple[str, dict[str, Any]]) -> None:
    """Deploy jobs, and let them end."""
    for name, document in documents:
        workspace.write(f"{name}.json", document)
    workspace.deployed()
    workspace.emulator.advance(60)


def test_a_model_is_listed_and_downloaded(workspace: Workspace, tmp_path: Path) -> None:
    """The run's own folder: with -o its files, which a second time are there already."""
    deployed(workspace, ("churn", jobs.service()))
    shown = workspace.jobctl("results", "churn", "-s", "local")
    head, row, total = shown.stdout.splitlines()
    assert head.startswith("churn: SUCCEEDED, s3://aws-jobs-output/churn/AWSBatchchurn-")
    name, size, unit, moment = row.split()
    assert (name, unit, moment) == ("model.tar.gz", "bytes", "2025-10-09T12:00:03Z")
    assert total == f"1 object, {size} bytes"
    assert (shown.code, shown.stderr) == (0, "")
    folder = tmp_path / "out"
    done = workspace.jobctl("results", "churn", "-o", str(folder), "-s", "local")
    assert done.stdout.splitlines()[1:] == [
        f"  {folder}/model.tar.gz",
        "1 file downloaded",
        total,
    ]
    with tarfile.open(folder / "model.tar.gz") as archive:
        assert archive.getnames() == ["model.json"]
    again = workspace.jobctl("results", "churn", "-o", str(folder), "-s", "local")
    assert again.stdout.splitlines()[2] == "0 files downloaded, 1 there already"
    assert [each.name for each in folder.iterdir()] == ["model.tar.gz"]


def test_records_are_counted(workspace: Workspace, tmp_path: Path) -> None:
    """In, out and in error; the same from the downloaded files. What was there before the run is not its own."""
    s3 = client(workspace, "s3")
    records = [{"userId": "1"}, {"user": "2"}, {"userId": "3"}]
    lines = "".join(f"{json.dumps(record)}\n" for record in records)
    s3.put_object(Bucket="aws-jobs-data", Key="few/users.json", Body=f"{lines}\n".encode())
    deployed(workspace, ("users", _reading("s3://aws-jobs-data/few/users.json")))
    workspace.emulator.advance(100)
    deployed(workspace, ("users", {**_reading("s3://aws-jobs-data/few/"), "generation": 2}))
    s3.put_object(Bucket="aws-jobs-data", Key="few/more.json", Body=b'{"userId": "4"}')
    shown = workspace.jobctl("results", "users", "-s", "local")
    assert shown.code == 0, shown.text
    assert shown.stdout.splitlines()[-1] == "records: 4 in, 2 out, 1 in error"
    folder = tmp_path / "out"
    done = workspace.jobctl("results", "users", "-o", str(folder), "-s", "local")
    assert done.stdout.splitlines()[-1] == "records: 4 in, 2 out, 1 in error"
    assert len((folder / "users.json.out").read_text().splitlines()) == 3


def _reading(path: str) -> dict[str, Any]:
    return jobs.inference(jobInput={"s3DataSource": {"path": path}})


def test_a_shared_folder_has_only_what_is_newer(workspace: Workspace) -> None:
    """Another run's objects are counted, and not shown."""
    deployed(workspace, ("users", jobs.inference()))
    workspace.emulator.advance(100)
    other = jobs.inference(
        jobInput={"s3DataSource": {"path": "s3://aws-jobs-data/personalize/users.json"}},
        solutionVersionArn="arn:aws:personalize:us-east-1:123456789012:solution/similar-items/22222222",
    )
    items = {"s3DataSource": {"path": "s3://aws-jobs-data/personalize/items.json"}}
    other["request"]["jobInput"] = items
    deployed(workspace, ("items", other))
    shown = workspace.jobctl("results", "items", "-s", "local").stdout.splitlines()
    assert shown[1].split()[0] == "items.json.out"
    assert shown[2].endswith("; 1 object there is older")
    assert shown[3] == "records: 30 in, 30 out, 0 in error"


def test_a_transform_jobs_lines_are_counted(workspace: Workspace) -> None:
    """Its service names no single record that failed."""
    deployed(workspace, ("score", read_sample(SAMPLES / "score-churn.yaml")))
    shown = workspace.jobctl("results", "score", "-s", "local").stdout.splitlines()
    assert shown[-1] == "records: 50 in, 50 out, 0 in error"


def test_there_are_no_results(workspace: Workspace) -> None:
    """Of a job that waits for another, is in the queue, has failed, or is not there: said, with exit code 1."""
    workspace.emulator.ask("POST", "pace", {"running": 600})
    workspace.write("churn.json", jobs.service())
    workspace.write("late.json", {**jobs.service(), "dependsOn": ["churn"]})
    workspace.deployed()
    folder = "s3://aws-jobs-output/churn/"
    shown = workspace.jobctl("results", "churn", "-s", "local")
    assert (shown.code, shown.stdout) == (1, "")
    assert shown.stderr == "churn: SUBMITTED; it has no results yet: AWS has not started it\n"
    workspace.emulator.advance(10)
    shown = workspace.jobctl("results", "churn", "-s", "local")
    assert shown.stderr.startswith(f"churn: RUNNING; nothing at {folder}AWSBatchchurn-")
    assert shown.stderr.endswith("/output/ yet\n")
    run = workspace.jobs()["churn"]["jobId"]
    failed = {"status": "FAILED", "reason": "no luck"}
    workspace.emulator.ask("POST", f"jobs/{run}", failed)
    shown = workspace.jobctl("results", "churn", "-s", "local")
    assert shown.stderr.startswith(
        "churn: FAILED: Received status from SageMaker: no luck; nothing at s3://"
    )
    shown = workspace.jobctl("results", "late", "-s", "local")
    assert shown.stderr == (
        "error: late has no results: it is not submitted yet; it waits for churn\n"
    )
    assert workspace.jobctl("results", "nobody", "-s", "local").code == 1


def test_nothing_is_written_outside(workspace: Workspace, tmp_path: Path) -> None:
    """Keys that would lead elsewhere are named; the others are downloaded, and the exit code says it."""
    deployed(workspace, ("users", jobs.inference()))
    s3 = client(workspace, "s3")
    for key in ("../up.json.out", "/etc/x", "link/x", "a\x1b[2Jb"):
        s3.put_object(Bucket="aws-jobs-output", Key=f"users/{key}", Body=b"{}")
    folder, outside = tmp_path / "out", tmp_path / "outside"
    folder.mkdir()
    outside.mkdir()
    (folder / "link").symlink_to(outside)
    done = workspace.jobctl("results", "users", "-o", str(folder), "-s", "local")
    assert done.code == 1
    assert done.stderr.splitlines() == [
        "not downloaded: ../up.json.out: is not the name of a file below a folder; `aws s3 cp` can fetch it",
        "not downloaded: /etc/x: is not the name of a file below a folder; `aws s3 cp` can fetch it",
        "not downloaded: link/x: link is a symbolic link or no folder",
    ]
    assert sorted(each.name for each in folder.iterdir()) == ["a\x1b[2Jb", "link", "users.json.out"]
    assert list(outside.iterdir()) == []
    assert "\x1b" not in done.text
    assert "2 files downloaded" in done.stdout


def test_much_is_counted_only_when_asked(workspace: Workspace, monkeypatch: Any) -> None:
    """A hundred megabytes are not read for a number; --count does it."""
    s3 = client(workspace, "s3")
    deployed(workspace, ("users", jobs.inference()))
    s3.put_object(Bucket="aws-jobs-output", Key="users/big.out", Body=b"\n" * 100_000_001)
    shown = workspace.jobctl("results", "users", "-s", "local").stdout.splitlines()
    assert shown[-1] == "records not counted: 100.0 MB must be read for it (--count does)"
    shown = workspace.jobctl("results", "users", "--count", "-s", "local").stdout.splitlines()
    assert shown[-1] == "records: 30 in, 30 out, 0 in error"


def test_input_that_may_not_be_read_is_said(workspace: Workspace, tmp_path: Path) -> None:
    """The results are listed all the same."""
    deployed(workspace, ("users", jobs.inference()))
    workspace.emulator.ask("POST", "deny", {"only": ["s3:GetObject"]})
    shown = workspace.jobctl("results", "users", "-s", "local")
    assert (shown.code, len(shown.stdout.splitlines())) == (0, 4)
    assert "records not counted: AWS denies s3:GetObject" in shown.stdout
    refused = workspace.jobctl("results", "users", "-o", str(tmp_path / "o"), "-s", "local")
    assert (refused.code, "AWS denies s3:GetObject" in refused.stderr) == (1, True)
