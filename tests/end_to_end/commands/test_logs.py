"""`jobctl logs`: what a job's containers have written, on all nodes, and what comes."""

from __future__ import annotations

import contextlib
import os
import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import pytest

from cli.__main__ import main
from cli.display.spans import parse_since
from cli.runs import logs as runs_logs
from cli.runs.logs import LogView
from components.aws import Aws, describe
from components.aws.logs import Line, LogReader
from components.errors import JobError
from components.kinds import KINDS
from local.aws.server.emulator import Emulator
from tests.conftest import NOON, Workspace
from tests.emulator.conftest import make_client
from tests.emulator.samples import service_job
from tests.end_to_end import jobs

SERVICE = KINDS["ServiceJob"]
TWO = {"InstanceType": "ml.m5.xlarge", "InstanceCount": 2, "VolumeSizeInGB": 30}
ARN = "arn:aws:sagemaker:us-east-1:123456789012:training-job"


def running(workspace: Workspace, seconds: float, **payload: Any) -> None:
    """Deploy a job that has run for so long."""
    workspace.emulator.ask("POST", "pace", {"running": 600})
    document = jobs.service()
    jobs.payload(document).update(payload)
    workspace.write("churn.json", document)
    workspace.deployed()
    workspace.emulator.advance(1.5 + seconds)


def run_id(workspace: Workspace) -> str:
    return str(workspace.jobs()["churn"]["jobId"])


def test_lines_go_out_and_the_rest_beside_them(workspace: Workspace) -> None:
    """Each line with its moment, of two nodes in turn with which; the attempt is told on stderr."""
    running(workspace, 1, ResourceConfig=TWO)
    shown = workspace.jobctl("logs", "churn", "-s", "local")
    assert shown.code == 0, shown.text
    lines = shown.stdout.splitlines()
    assert re.fullmatch(r"2025-10-09T12:00:01Z \[1\] Starting \S+ on algo-1 of 2", lines[0])
    assert lines[1].startswith("2025-10-09T12:00:01Z [1] Invoking training with hyperparameters")
    assert lines[2].startswith("2025-10-09T12:00:01Z [2] Starting")
    assert lines[-1].startswith("2025-10-09T12:00:02Z [2] [8]#011train-logloss:")
    assert re.fullmatch(r"churn: attempt 1, AWSBatchchurn-\S+, RUNNING\n", shown.stderr)
    second = workspace.jobctl("logs", "churn", "--node", "2", "-s", "local").stdout.splitlines()
    assert second == [line for line in lines if "[2] " in line[:26]]


def test_a_failed_attempt_is_asked_for(workspace: Workspace) -> None:
    """The newest attempt is shown, an earlier one by its number; neither hides why the other ended."""
    running(workspace, 3)
    reason = "Received status from SageMaker: AlgorithmError: bad label 3"
    failed = {"status": "FAILED", "reason": reason, "attempt": True, "hold": False}
    workspace.emulator.ask("POST", f"jobs/{run_id(workspace)}", failed)
    workspace.emulator.advance(3)
    first = workspace.jobctl("logs", "churn", "--attempt", "1", "-s", "local")
    assert (first.code, first.stdout.splitlines()[-1][21:]) == (0, "AlgorithmError: bad label 3")
    assert "Traceback (most recent call last):" in first.stdout
    assert first.stderr.endswith(f"ended: {reason}\n")
    second = workspace.jobctl("logs", "churn", "-s", "local")
    assert "Traceback" not in second.stdout
    assert second.stderr.startswith("churn: attempt 2, ")
    third = workspace.jobctl("logs", "churn", "--attempt", "3", "-s", "local")
    assert (third.code, third.stderr) == (
        1,
        "error: churn: no attempt 3; it has made 2 attempts\n",
    )


def test_a_job_without_a_log_says_why(workspace: Workspace) -> None:
    """One that waits in its queue or for another job, one whose service writes none, one that is not there."""
    workspace.emulator.ask("POST", "pace", {"runnable": 600})
    workspace.write("churn.json", jobs.service())
    workspace.write("late.json", {**jobs.service(), "dependsOn": ["churn"]})
    workspace.write("users.json", jobs.inference())
    workspace.deployed()
    workspace.emulator.advance(0.5)
    answers = {
        "churn": (
            "churn has no log yet. It is RUNNABLE: next in queue training; sagemaker-training: 0 of 100 instances in"
            " use by this queue\n"
        ),
        "late": "error: late has no log: it is not submitted yet; it waits for churn\n",
        "users": (
            "users: an Amazon Personalize batch inference job writes no log. It is CREATE PENDING\n"
        ),
        "chur": "error: the state of 'local' has no job `chur`; did you mean `churn`?\n",
    }
    for job, words in answers.items():
        shown = workspace.jobctl("logs", job, "-s", "local")
        assert (shown.code, shown.stdout, shown.stderr) == (1, "", words)


def test_an_expired_run_still_has_its_log(workspace: Workspace) -> None:
    """When Batch has forgotten the run, its training job leads to the log."""
    running(workspace, 700)
    workspace.jobctl("refresh", "-s", "local", "--yes")
    workspace.emulator.ask("DELETE", f"jobs/{run_id(workspace)}")
    shown = workspace.jobctl("logs", "churn", "-s", "local")
    assert shown.code == 0, shown.text
    assert "Model artifact written to" in shown.stdout.splitlines()[-1]


def test_no_secret_is_shown(workspace: Workspace) -> None:
    """SageMaker's containers write their hyperparameters: a secret setting among them is hidden."""
    secret = "hunter22-never-shown"
    done = workspace.jobctl("config", "set", "--secret", "token", secret, "-s", "local")
    assert done.code == 0, done.text
    running(workspace, 1, HyperParameters={"token": "${config.token}"})
    shown = workspace.jobctl("logs", "churn", "-s", "local")
    assert shown.code == 0, shown.text
    assert secret not in shown.text
    assert '"token": "[secret]"' in shown.stdout


def test_since(workspace: Workspace) -> None:
    """A moment leaves out what is older; one after the newest line leaves nothing, and that is said."""
    running(workspace, 5)
    shown = workspace.jobctl("logs", "churn", "--since", "2025-10-09T12:00:04Z", "-s", "local")
    assert [line[:20] for line in shown.stdout.splitlines()] == [
        "2025-10-09T12:00:04Z",
        "2025-10-09T12:00:05Z",
    ]
    shown = workspace.jobctl("logs", "churn", "--since", "2025-10-09T13:00:00Z", "-s", "local")
    assert (shown.code, shown.stdout) == (1, "")
    assert shown.stderr.endswith("churn: nothing was written since then\n")


@contextlib.contextmanager
def environment(env: Mapping[str, str]) -> Iterator[None]:
    """Be a process of this environment; a command changes its own."""
    kept = dict(os.environ)
    os.environ.clear()
    os.environ.update(env)
    try:
        yield
    finally:
        os.environ.clear()
        os.environ.update(kept)


def test_an_interrupted_follower_says_how_to_go_on(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Ctrl-C leaves the job alone; the command that it prints begins after the last line that was shown."""
    running(workspace, 5, ResourceConfig=TWO)
    monkeypatch.chdir(workspace.root)

    def interrupt(seconds: float) -> None:
        raise KeyboardInterrupt

    endpoint = workspace.emulator.endpoint
    aws = Aws("us-east-1", lambda service, *_: make_client(endpoint, service), sleep=interrupt)
    monkeypatch.setattr("cli.commands.logs.connect_to_run", lambda *_: aws)
    with environment(workspace.env):
        code = main(["logs", "churn", "-f", "--node", "2", "-s", "local"])
    assert code == 130
    shown = capsys.readouterr()
    assert shown.out.splitlines()[-1].startswith("2025-10-09T12:00:05Z [2] [21]")
    assert shown.err.splitlines()[-1] == (
        "churn keeps running in AWS; to continue: "
        "./jobctl logs churn -f --node 2 --since 2025-10-09T12:00:06Z -s local"
    )
    assert workspace.calls("batch:TerminateServiceJob") == []


class Terminal:
    """What a follower shows and says, and a clock that goes on while it sleeps."""

    def __init__(self, emulator: Emulator, arn: str, **options: Any) -> None:
        self.emulator = emulator
        self.lines: list[Line] = []
        self.said: list[str] = []
        self.pauses: list[float] = []
        self.happens: dict[int, Callable[[], Any]] = {}
        aws = Aws(
            "us-east-1",
            lambda service, *_: make_client(emulator.endpoint, service),
            sleep=self.sleep,
        )
        logs = SERVICE.logs
        assert logs is not None
        self.view = LogView(
            job="churn",
            kind=SERVICE,
            look=lambda: describe(aws, SERVICE, arn, "churn"),
            open_log=lambda name: LogReader(aws, logs, name),
            show=lambda line, _: self.lines.append(line),
            say=self.said.append,
            sleep=self.sleep,
            **options,
        )

    def sleep(self, seconds: float) -> None:
        self.pauses.append(seconds)
        self.emulator.advance(seconds)
        self.happens.pop(len(self.pauses), lambda: None)()


@pytest.fixture
def submit(emulator: Emulator) -> Callable[..., str]:
    emulator.ask("POST", "pace", {"runnable": 10, "running": 20})
    batch = make_client(emulator.endpoint, "batch")
    return lambda **changes: str(batch.submit_service_job(**service_job(**changes))["jobArn"])


def test_following_goes_from_the_queue_to_the_end(
    emulator: Emulator, submit: Callable[..., str]
) -> None:
    """It says what is waited for, each word once; then every line comes once, and the end is told."""
    terminal = Terminal(emulator, submit())
    terminal.view.follow()
    assert terminal.said[:2] == [
        "churn has no log yet. It is SUBMITTED",
        "churn has no log yet. It is RUNNABLE",
    ]
    assert terminal.said[-1] == "churn: SUCCEEDED"
    again = Terminal(emulator, terminal.view.look().arn)
    assert again.view.show_all()
    assert terminal.lines == again.lines
    assert terminal.lines[-1].text.startswith("Model artifact written to")
    assert terminal.pauses[:3] == [2.0, 3.0, 4.5]
    assert terminal.pauses[-1] == runs_logs.LATE


def test_following_goes_on_with_the_next_attempt(
    emulator: Emulator, submit: Callable[..., str]
) -> None:
    """An interruption ends one stream and begins another; none of its lines is lost."""
    arn = submit(retryStrategy={"attempts": 2})
    job = arn.rpartition("/")[2]
    terminal = Terminal(emulator, arn)
    failed = {"status": "FAILED", "attempt": True, "hold": False}
    terminal.happens[5] = lambda: emulator.ask("POST", f"jobs/{job}", failed)
    terminal.view.follow()
    told = [text for text in terminal.said if "attempt" in text]
    assert [text.partition(",")[0] for text in told] == ["churn: attempt 1", "churn: attempt 2"]
    texts = [line.text for line in terminal.lines]
    assert texts.count("AlgorithmError: forced to fail") == 1
    assert sum(text.startswith("Invoking") for text in texts) == 2
    assert terminal.said[-1] == "churn: SUCCEEDED"
    one = Terminal(emulator, arn, attempt=1)
    one.view.follow()
    assert [line.text for line in one.lines][-1] == "AlgorithmError: forced to fail"
    assert len(one.pauses) == 1


def test_following_a_job_that_never_starts(emulator: Emulator, submit: Callable[..., str]) -> None:
    """It ends with the reason."""
    arn = submit()
    terminal = Terminal(emulator, arn)
    stop = {"status": "FAILED", "reason": "not needed"}
    terminal.happens[2] = lambda: emulator.ask("POST", f"jobs/{arn.rpartition('/')[2]}", stop)
    terminal.view.follow()
    assert terminal.said[-1] == "churn has no log: it never started. It is FAILED: not needed"
    assert terminal.lines == []


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("90s", NOON - 90),
        ("10m", NOON - 600),
        ("1h", NOON - 3600),
        ("2d", NOON - 172_800),
        ("2025-10-09T12:00:00Z", NOON),
        ("2025-10-09T14:00:00+02:00", NOON),
        ("2025-10-09T12:00:00", NOON),
    ],
)
def test_since_is_a_time_ago_or_a_moment(text: str, seconds: float) -> None:
    """A moment without a zone is UTC."""
    assert parse_since(text, NOON) == seconds


@pytest.mark.parametrize("text", ["", "h", "1w", "yesterday", "-1h", "1h "])
def test_since_refuses_anything_else(text: str) -> None:
    """The message says what would be right."""
    with pytest.raises(JobError, match="expected a time ago"):
        parse_since(text, NOON)
