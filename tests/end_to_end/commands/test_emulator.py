"""`jobctl emulator`: one process a project, found again whatever happened meanwhile."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

from cli.project.emulator_process import Emulator, answers
from cli.project.stack import find_project

ROOT = Path(__file__).resolve().parents[3]


@pytest.fixture
def root(tmp_path: Path) -> Iterator[Path]:
    (tmp_path / "Pulumi.yaml").write_text("name: aws-jobs\n", "utf-8")
    yield tmp_path
    Emulator(find_project(tmp_path)).stop()


def begin(root: Path, *argv: str) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "cli", "-C", str(root), "emulator", *argv]
    return subprocess.Popen(
        command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )


def command(root: Path, *argv: str) -> tuple[int, str, str]:
    process = begin(root, *argv)
    out, err = process.communicate(timeout=300)
    return process.returncode, out, err


def recorded(root: Path) -> dict[str, object]:
    document: dict[str, object] = json.loads((root / ".local/emulator/run.json").read_text("utf-8"))
    return document


def is_taken(endpoint: str) -> bool:
    """Whether a process other than this project's emulator has the port."""
    with socket.socket() as mine:
        mine.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            mine.bind(("127.0.0.1", int(endpoint.rpartition(":")[2])))
        except OSError:
            return True
    return False


def test_its_whole_life(root: Path) -> None:
    """Start waits until it answers, a second start finds it, status tells of it, stop ends it."""
    assert command(root, "status", "--json") == (
        1,
        "",
        "error: no emulator is running; start it with ./jobctl emulator start\n",
    )
    code, out, _ = command(root, "start")
    endpoint = str(recorded(root)["endpoint"])
    assert (code, out) == (0, f"AWS emulator on {endpoint}\n")
    assert endpoint.startswith("http://127.0.0.1:")
    assert command(root, "start") == (
        0,
        f"the AWS emulator is already running on {endpoint}\n",
        "",
    )
    code, out, _ = command(root, "status", "--json")
    status = json.loads(out)
    assert (code, list(status)) == (
        0,
        [
            *("endpoint", "region", "queues", "solutionVersions", "buckets", "roles"),
            *("regions", "token"),
        ],
    )
    assert (status["endpoint"], status["region"]) == (endpoint, "us-east-1")
    assert {"training", "training-fair", "training-quota", "training-disabled"} <= set(
        status["queues"]
    )
    assert len(status["solutionVersions"]) == 3
    assert {"aws-jobs-data", "aws-jobs-output"} <= set(status["buckets"])
    role = "arn:aws:iam::123456789012:role/SageMakerExecutionRole"
    assert role in status["roles"]
    assert f" {role}\n" in command(root, "status")[1]
    assert command(root, "status", "--port") == (0, f"{endpoint.rpartition(':')[2]}\n", "")
    assert answers(endpoint, status["token"])
    assert command(root, "stop") == (0, "stopped\n", "")
    assert not answers(endpoint, status["token"])
    assert command(root, "stop") == (0, "no emulator was running\n", "")
    # what a shell has exported stays true, unless somebody has taken the port meanwhile
    again = command(root, "start")[1]
    assert again == f"AWS emulator on {endpoint}\n" or is_taken(endpoint)


def test_nobody_else_reads_its_files(root: Path) -> None:
    """The record, the log, the token and the jobs are in folders of their owner's alone."""
    command(root, "start")
    folder = root / ".local/emulator"
    token = folder / "state/token"
    assert token.read_text("ascii") == Emulator(find_project(root)).status()["token"]
    modes = {path: path.stat().st_mode & 0o777 for path in (folder, folder / "state", token)}
    assert modes == {folder: 0o700, folder / "state": 0o700, token: 0o600}


def test_killed_process_does_not_mislead(root: Path) -> None:
    """A record that a kill left behind is seen through, even if its process id is another's by now."""
    command(root, "start")
    file = root / ".local/emulator/run.json"
    os.kill(int(str(recorded(root)["pid"])), signal.SIGKILL)
    file.write_text(json.dumps({**recorded(root), "pid": os.getpid()}), "utf-8")
    emulator = Emulator(find_project(root))
    deadline = time.monotonic() + 120
    while emulator.recorded_endpoint() and time.monotonic() < deadline:
        pass
    assert emulator.recorded_endpoint() == ""
    assert command(root, "stop") == (0, "no emulator was running\n", "")
    code, out, _ = command(root, "start")
    assert (code, out.startswith("AWS emulator on ")) == (0, True)


def test_two_starts_at_once_give_one_emulator(root: Path) -> None:
    """Whoever comes second waits for the first one's."""
    both = [begin(root, "start"), begin(root, "start")]
    said = [process.communicate(timeout=300)[0] for process in both]
    assert [process.returncode for process in both] == [0, 0]
    endpoints = {line.split()[-1] for line in said}
    assert endpoints == {recorded(root)["endpoint"]}


def test_port_that_is_taken_is_a_sentence(root: Path) -> None:
    """A port that was asked for and is another's is an error that names it."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = str(taken.getsockname()[1])
        code, out, err = command(root, "start", "--port", port)
    assert (code, out) == (1, "")
    assert err.startswith(
        f"error: the emulator did not start: The emulator cannot serve on port {port}: "
    )


def test_jobs_outlive_the_process(root: Path) -> None:
    """What was made before a stop is there after the next start."""
    command(root, "start")
    endpoint = str(recorded(root)["endpoint"])
    with urllib.request.urlopen(urllib.request.Request(f"{endpoint}/kept-bucket", method="PUT")):
        pass
    command(root, "stop")
    command(root, "start")
    with urllib.request.urlopen(f"{recorded(root)['endpoint']}/kept-bucket") as answer:
        assert b"kept-bucket" in answer.read()


def test_foreground_is_found_by_other_commands(root: Path) -> None:
    """`emulator run` serves until it is told to stop; `status` finds it meanwhile."""
    process = begin(root, "run")
    assert process.stdout is not None
    line = process.stdout.readline()
    assert line.startswith("AWS emulator on http://127.0.0.1:")
    deadline = time.monotonic() + 120
    while not (found := command(root, "status", "--port"))[1] and time.monotonic() < deadline:
        pass
    assert found == (0, line.strip().rpartition(":")[2] + "\n", "")
    assert command(root, "start")[1] == line.replace(
        "AWS emulator on", "the AWS emulator is already running on"
    )
    assert command(root, "stop") == (0, "stopped\n", "")
    process.communicate(timeout=300)


def test_the_region_of_the_job_files_is_seeded(root: Path) -> None:
    """A local stack without a region previews job files of another one: what they refer to is there."""
    (root / "Pulumi.yaml").write_text((ROOT / "Pulumi.yaml").read_text("utf-8"), "utf-8")
    (root / "Pulumi.local.yaml").write_text('config:\n  aws-jobs:emulator: "true"\n', "utf-8")
    for name in ("__main__.py", "components", "schemas"):
        (root / name).symlink_to(ROOT / name)
    (root / ".venv").symlink_to(sys.prefix)
    (root / "jobs").mkdir()
    text = (
        (ROOT / "jobs" / "churn-xgboost.yaml").read_text("utf-8").replace("us-east-1", "eu-west-1")
    )
    text = text.replace("s3://aws-jobs-data/", "s3://aws-jobs-data-eu-west-1/")
    text = text.replace("s3://aws-jobs-output/", "s3://aws-jobs-output-eu-west-1/")
    (root / "jobs" / "churn.yaml").write_text(text, "utf-8")
    assert command(root, "start")[0] == 0
    env = {**os.environ, "JOBCTL_ENGINE": "embedded", "PULUMI_HOME": str(root / "home")}
    for _ in range(2):
        preview = [sys.executable, "-m", "cli", "-C", str(root), "preview", "-s", "local"]
        done = subprocess.run(preview, cwd=ROOT, env=env, capture_output=True, text=True)
        assert done.returncode == 0, done.stdout + done.stderr
    assert "eu-west-1" in json.loads(command(root, "status", "--json")[1])["regions"]
