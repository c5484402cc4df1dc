"""What a person may get wrong: one clear sentence, exit code 1, and nothing submitted."""

from __future__ import annotations

from typing import Any

import pytest
import yaml

from tests.conftest import Workspace
from tests.end_to_end import jobs

DISABLED, FAIR, QUOTA = "training-disabled", "training-fair", "training-quota"


def without(document: dict[str, Any], *path: str) -> dict[str, Any]:
    inner = document
    for key in path[:-1]:
        inner = inner[key]
    del inner[path[-1]]
    return document


def refused(workspace: Workspace, *said: str, **env: str) -> None:
    """`up` ends with exit code 1 and all of these words, without a traceback and without a submission."""
    outcome = workspace.up(**env)
    assert outcome.code == 1, outcome.text
    for words in said:
        assert words in outcome.text, outcome.text
    assert "Traceback" not in outcome.text
    assert workspace.submissions() == 0


BAD_FILES: dict[str, tuple[dict[str, Any], tuple[str, ...]]] = {
    "unknown kind": (
        {**jobs.service(), "kind": "ServiceJobs"},
        ("churn.json:1:", "kind", "ServiceJob"),
    ),
    "missing field": (jobs.service(jobQueue=None), ("churn.json:1:", "jobQueue")),
    "missing field in the payload": (
        without(jobs.service(), "request", "serviceRequestPayload", "RoleArn"),
        ("churn.json:1:", "serviceRequestPayload", "RoleArn"),
    ),
    "wrong type": (
        jobs.service(retryStrategy={"attempts": "two"}),
        ("churn.json:1:", "request.retryStrategy.attempts", "two"),
    ),
    "too many attempts": (
        jobs.service(retryStrategy={"attempts": 11}),
        ("churn.json:1:", "request.retryStrategy.attempts", "11", "10"),
    ),
    "unknown queue": (
        jobs.service(jobQueue="trainning"),
        ("churn.json:1:", "request.jobQueue", "trainning"),
    ),
    "disabled queue": (
        jobs.service(jobQueue=DISABLED),
        ("churn.json:1:", "request.jobQueue", "DISABLED"),
    ),
    "queue of another type": (
        jobs.service(jobQueue="containers"),
        ("churn.json:1:", "request.jobQueue", "SAGEMAKER_TRAINING"),
    ),
    "missing shareIdentifier": (jobs.service(jobQueue=FAIR), ("churn.json:1:", "shareIdentifier")),
    "forbidden shareIdentifier": (
        jobs.service(shareIdentifier="research"),
        ("churn.json:1:", "request.shareIdentifier"),
    ),
    "missing quotaShareName": (jobs.service(jobQueue=QUOTA), ("churn.json:1:", "quotaShareName")),
    "forbidden quotaShareName": (
        jobs.service(quotaShareName="team-a"),
        ("churn.json:1:", "request.quotaShareName"),
    ),
    "unknown solution version": (
        jobs.inference(
            solutionVersionArn="arn:aws:personalize:us-east-1:123456789012:solution/none/99999999"
        ),
        ("churn.json:1:", "request.solutionVersionArn", "solution/none/99999999"),
    ),
}


# the program finds these, whoever runs it; of each sort one is proved with either engine below
EMBEDDED = pytest.mark.parametrize("engine", ["embedded"], indirect=True)


@EMBEDDED
@pytest.mark.parametrize("mistake", list(BAD_FILES))
def test_mistake_in_a_file(workspace: Workspace, mistake: str) -> None:
    """The sentence names file, line and field, and what would be right; the good file beside it waits."""
    document, said = BAD_FILES[mistake]
    workspace.write("churn.json", document)
    workspace.write("good.json", jobs.service())
    refused(workspace, *said)


@EMBEDDED
def test_file_that_is_not_json(workspace: Workspace) -> None:
    """The line of the mistake is named."""
    workspace.write("churn.json", '{"kind": "ServiceJob",\n "request": {,}\n}')
    refused(workspace, "churn.json:2")


@EMBEDDED
def test_file_that_is_not_yaml(workspace: Workspace) -> None:
    """The line of the mistake is named."""
    workspace.write("churn.yaml", "kind: ServiceJob\nrequest:\n  a: [1\nb: 2\n")
    refused(workspace, "churn.yaml:4")


@EMBEDDED
def test_two_files_with_one_name(workspace: Workspace) -> None:
    """Both files are named."""
    workspace.write("churn.json", jobs.service())
    workspace.write("other.json", {**jobs.service(), "name": "churn"})
    refused(workspace, "churn.json", "other.json")


def test_all_mistakes_at_once(workspace: Workspace) -> None:
    """One run reports every file's mistakes."""
    workspace.write("a.json", jobs.service(jobQueue=None))
    workspace.write("b.json", jobs.service(retryStrategy={"attempts": 11}))
    refused(workspace, "a.json:1:", "b.json:1:")


def test_expired_token(workspace: Workspace) -> None:
    """The sentence says how to log in."""
    workspace.write("churn.json", jobs.service())
    refused(
        workspace,
        "expired",
        "aws sso login",
        AWS_ACCESS_KEY_ID="EXPIRED",
        AWS_SECRET_ACCESS_KEY="x",
    )


def test_unknown_key(workspace: Workspace) -> None:
    """Credentials that AWS does not know are not called expired."""
    workspace.write("churn.json", jobs.service())
    refused(
        workspace,
        "does not accept these credentials",
        AWS_ACCESS_KEY_ID="INVALID",
        AWS_SECRET_ACCESS_KEY="x",
    )


def test_access_denied(workspace: Workspace) -> None:
    """The sentence names the job's file and line, the permission that is missing, and what prints all of them."""
    workspace.emulator.control.handle(
        "POST", "/_emulator/deny", {"only": ["batch:SubmitServiceJob"]}
    )
    workspace.write("churn.yaml", yaml.safe_dump(jobs.service()))
    refused(
        workspace,
        "error: stopped: jobs/churn.yaml:2:1: request: AWS denies batch:SubmitServiceJob to this caller "
        "(./jobctl iam prints what its role needs): ",
    )


def test_a_request_that_aws_refuses(workspace: Workspace) -> None:
    """What no look before could find is said at its line; where the line stands is in no state, and no change."""
    (workspace.root / "Pulumi.local.yaml").write_text(
        "config:\n  aws-jobs:emulator: true\n  aws-jobs:preflight: false\n", "utf-8"
    )
    text = yaml.safe_dump(jobs.service(jobQueue="trainning"))
    workspace.write("churn.yaml", text)
    line = text.splitlines().index("  jobQueue: trainning") + 1
    refused(
        workspace,
        f"error: stopped: jobs/churn.yaml:{line}:3: request.jobQueue: AWS refused batch:SubmitServiceJob: "
        "Job queue trainning does not exist",
    )
    text = text.replace("trainning", "training")
    workspace.write("churn.yaml", text)
    workspace.deployed()
    assert "churn.yaml" not in workspace.jobctl("stack", "export", "-s", "local").stdout
    workspace.write("churn.yaml", f"# a line more\n{text}")
    assert workspace.preview() == []


@EMBEDDED
def test_code_that_may_not_be_uploaded(workspace: Workspace) -> None:
    """The job file's `code` is named."""
    (workspace.root / "src").mkdir()
    (workspace.root / "src" / "train.py").write_text("print(1)\n", "utf-8")
    workspace.write(
        "churn.json", {**jobs.service(), "code": {"dir": "../src", "entryPoint": "train.py"}}
    )
    workspace.emulator.control.handle("POST", "/_emulator/deny", {"only": ["s3:PutObject"]})
    refused(workspace, "jobs/churn.json:1:", ": code: AWS denies s3:PutObject to this caller")


def test_no_credentials(workspace: Workspace) -> None:
    """On a stack for which jobctl brings none, the sentence says how to get some."""
    (workspace.root / "Pulumi.plain.yaml").write_text("config:\n  aws:region: us-east-1\n", "utf-8")
    workspace.write("churn.json", jobs.service())
    backend = workspace.root / "backend"
    backend.mkdir()
    env = {
        "PULUMI_BACKEND_URL": backend.as_uri(),
        "PULUMI_CONFIG_PASSPHRASE": "test",
        "PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION": "true",
        "PULUMI_SKIP_UPDATE_CHECK": "true",
        "AWS_EC2_METADATA_DISABLED": "true",
    }
    assert workspace.jobctl("stack", "init", "plain", **env).code == 0
    outcome = workspace.jobctl("up", "-s", "plain", "--yes", "--skip-preview", **env)
    assert outcome.code == 1
    assert "no AWS credentials" in outcome.text
    assert "Traceback" not in outcome.text
    assert workspace.submissions() == 0


@EMBEDDED
def test_no_emulator(workspace: Workspace) -> None:
    """Where none was started, the sentence says how to start one."""
    workspace.write("churn.json", jobs.service())
    workspace.env.pop("AWS_ENDPOINT_URL")
    outcome = workspace.up()
    assert outcome.code == 1
    assert outcome.stderr.splitlines()[-1] == (
        "error: no emulator is running for the stack 'local' (aws-jobs:emulator in Pulumi.local.yaml); "
        "start it with ./jobctl emulator start"
    )


@EMBEDDED
def test_emulator_that_has_gone(workspace: Workspace) -> None:
    """Where nothing answers at the endpoint any more, no job is tried."""
    workspace.write("churn.json", jobs.service())
    outcome = workspace.up(AWS_ENDPOINT_URL="http://127.0.0.1:1")
    assert outcome.code == 1
    assert (
        "error: nothing answers at http://127.0.0.1:1, the emulator is not running;"
        in outcome.stderr
    )
