"""A pull request from end to end: the workflow files themselves, run on the embedded engine and the emulator."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from local.aws.server.emulator import Emulator
from tests.conftest import ROOT
from tests.end_to_end import jobs
from tests.end_to_end.gitops.github import GitHub
from tests.end_to_end.gitops.runner import Run, Runner, git

PULL_REQUEST = {
    "pull_request": {"number": 7, "head": {"repo": {"full_name": "acme/jobs"}}},
    "repository": {"full_name": "acme/jobs"},
}
FROM_A_FORK = {"pull_request": {"number": 7, "head": {"repo": {"full_name": "someone/jobs"}}}}
SECRET = "correct-horse-battery"
SETTINGS = """\
config:
  aws:region: us-east-1
  aws-jobs:prices: {ml.m5.xlarge: 0.23}
"""
PASSPHRASE = "PULUMI_CONFIG_PASSPHRASE"


def make_target(backend: str, stack: str, environment: str) -> dict[str, str]:
    """A stack's entry of `.github/stacks.yaml`."""
    role = "arn:aws:iam::123456789012:role/{}-" + stack
    return {
        "region": "us-east-1",
        "backend": backend,
        "previewRole": role.format("preview"),
        "deployRole": role.format("deploy"),
        "environment": environment,
    }


@pytest.fixture
def github() -> Iterator[GitHub]:
    with GitHub() as running:
        yield running


class Team:
    """A repository on GitHub, and AWS behind it."""

    def __init__(self, folder: Path, emulator: Emulator, github: GitHub) -> None:
        self.root = folder / "repository"
        self.emulator = emulator
        self.github = github
        self.root.mkdir()
        for name in ("components", "cli", "local", "schemas", ".github"):
            ignored = shutil.ignore_patterns("__pycache__")
            shutil.copytree(ROOT / name, self.root / name, ignore=ignored)
        for name in ("jobctl", "Pulumi.yaml", "__main__.py", ".gitignore"):
            shutil.copy(ROOT / name, self.root / name)
        (self.root / "jobs").mkdir()
        git(self.root, "init", "--quiet", "--initial-branch", "main")
        self.secrets: dict[str, dict[str, str]] = {}
        self.targets: dict[str, dict[str, str]] = {}
        self.add_stack("prod", "production")
        self.commit({})
        self.runner = Runner(
            self.root,
            folder / "runner",
            self.secrets,
            github.api,
            {
                "AWS_ENDPOINT_URL": emulator.endpoint,
                "AWS_ACCESS_KEY_ID": "test",
                "AWS_SECRET_ACCESS_KEY": "test",
            },
        )

    def add_stack(self, stack: str, environment: str) -> None:
        """Write the stack's settings, its entry in the workflows' file and its environment's passphrase."""
        (self.root / f"Pulumi.{stack}.yaml").write_text(SETTINGS, "utf-8")
        state = self.root.parent / f"state-{stack}"
        state.mkdir()
        self.targets[stack] = make_target(state.as_uri(), stack, environment)
        (self.root / ".github" / "stacks.yaml").write_text(json.dumps(self.targets), "utf-8")
        self.secrets[environment] = {PASSPHRASE: f"of {stack}"}

    def init(self, stack: str = "prod") -> None:
        """What a person does once: create the stack, and commit its settings with their salt and a secret."""
        self.jobctl(stack, "stack", "init", stack)
        self.jobctl(stack, "config", "set", "-s", stack, "--secret", "token", SECRET)

    def jobctl(self, stack: str, *words: str) -> None:
        done = subprocess.run(
            [sys.executable, "-m", "cli", "-C", str(self.root), *words],
            cwd=ROOT,
            env={
                "PATH": os.environ["PATH"],
                "HOME": str(self.root.parent),
                "JOBCTL_ENGINE": "embedded",
                "PULUMI_BACKEND_URL": self.targets[stack]["backend"],
                **self.secrets[self.targets[stack]["environment"]],
                **self.runner.aws,
            },
            capture_output=True,
            text=True,
            timeout=300,
        )
        assert done.returncode == 0, done.stderr

    def commit(self, files: dict[str, Any]) -> str:
        """Write job files (`None` removes one) and commit; the commit's hash."""
        for name, content in files.items():
            path = self.root / "jobs" / name
            if content is None:
                path.unlink()
            else:
                path.write_text(json.dumps(content, indent=1), "utf-8")
        git(self.root, "add", "--all")
        git(self.root, "commit", "--quiet", "--allow-empty", "--message", "jobs")
        return git(self.root, "rev-parse", "HEAD")

    def run(self, workflow: str, event: str, commit: str, payload: Any = None) -> Run:
        return self.runner.run(workflow, event, commit, payload or {})

    def job(self, name: str) -> dict[str, Any]:
        """AWS's newest service job whose name begins so, as its API lists it."""
        batch = self.aws("batch")
        found = batch.list_service_jobs(
            jobQueue="training", filters=[{"name": "JOB_NAME", "values": [f"{name}-*"]}]
        )
        return dict(found["jobSummaryList"][0])

    def aws(self, service: str) -> Any:
        import boto3

        return boto3.client(
            service,
            region_name="us-east-1",
            endpoint_url=self.emulator.endpoint,
            aws_access_key_id="test",
            aws_secret_access_key="test",
        )


@pytest.fixture
def team(tmp_path: Path, emulator: Emulator, github: GitHub) -> Team:
    found = Team(tmp_path, emulator, github)
    (tmp_path / "setup").mkdir()
    return found


def good(run: Run) -> Run:
    assert not run.failed, "\n".join(f"{step.command}\n{step.text}" for step in run.failed)
    return run


def test_a_pull_request_from_its_first_push_to_its_drift(team: Team, github: GitHub) -> None:
    """One comment is posted and then updated, a merge runs `up`, and a job that is terminated behind our back opens
    one issue, which closes when the job has run again."""
    team.init()
    first = team.commit(
        {
            "churn.json": jobs.service(),
            "keyed.json": jobs.hyperparameters(token="${config.token}"),
            "old.json": jobs.service(),
            "users.json": jobs.inference(),
        }
    )
    run = good(team.run("deploy.yml", "push", first))
    assert [step.command for step in run.steps] == [
        "./jobctl stacks",
        "./jobctl plan",
        "./jobctl up --yes --skip-preview",
        "./jobctl summary",
    ]
    assert team.job("churn")["jobId"] in run.summary
    assert re.search(r"\n```mermaid\n(.*\n)+  section churn\n  queued :\d", run.summary)
    team.emulator.advance(3600)

    git(team.root, "checkout", "--quiet", "-b", "change")
    pushed = team.commit(
        {
            "churn.json": jobs.hyperparameters(eta="0.3"),
            "old.json": None,
            "fresh.json": jobs.service(),
        }
    )
    run = good(team.run("preview.yml", "pull_request", pushed, PULL_REQUEST))
    assert len(github.comments) == 1
    body = github.comments[0]["body"]
    assert body.startswith("<!-- aws-jobs plan: aws-jobs.prod -->\n")
    assert "submit 1, re-run 1, unknown 1, release 1" in body
    assert "depends on secrets" in body
    assert "&#34;0.1&#34;" in body and "&#34;0.3&#34;" in body
    assert f'href="https://github.com/acme/jobs/blob/{pushed}/jobs/churn.json#L' in body
    assert "at most 4 instance-hours (4 h ml.m5.xlarge), 0.92" in body
    assert '"0.1" => "0.3"' in run.summary
    assert SECRET not in body + run.summary

    pushed = team.commit({"churn.json": jobs.hyperparameters(eta="0.5")})
    good(team.run("preview.yml", "pull_request", pushed, PULL_REQUEST))
    assert len(github.comments) == 1
    assert "&#34;0.5&#34;" in github.comments[0]["body"]
    assert "&#34;0.3&#34;" not in github.comments[0]["body"]
    assert [method for method, _ in github.requests] == ["GET", "POST", "GET", "PATCH"]

    git(team.root, "checkout", "--quiet", "main")
    git(team.root, "merge", "--quiet", "--no-ff", "--message", "merge", "change")
    merged = git(team.root, "rev-parse", "HEAD")
    earlier = team.job("churn")["jobId"]
    good(team.run("deploy.yml", "push", merged))
    assert team.job("churn")["jobId"] != earlier
    assert team.job("fresh")["status"] == "SUBMITTED"

    run = good(team.run("drift.yml", "schedule", merged))
    assert github.issues == []
    team.aws("batch").terminate_service_job(jobId=team.job("churn")["jobId"], reason="by hand")
    team.emulator.advance(60)
    for _ in range(2):
        good(team.run("drift.yml", "schedule", merged))
        assert [issue["state"] for issue in github.issues] == ["open"]
    assert "churn" in github.issues[0]["body"] and "by hand" in github.issues[0]["body"]

    again = team.commit({"churn.json": {**jobs.hyperparameters(eta="0.5"), "generation": 2}})
    good(team.run("deploy.yml", "push", again))
    good(team.run("drift.yml", "schedule", again))
    assert [issue["state"] for issue in github.issues] == ["closed"]


def test_a_mistake_is_annotated_and_never_planned(team: Team, github: GitHub) -> None:
    """A wrong job file fails the check with an annotation at its line; no comment is written without a plan."""
    pushed = team.commit({"churn.json": jobs.service(retryStrategy={"attempts": 11})})
    run = team.run("preview.yml", "pull_request", pushed, PULL_REQUEST)
    validate = "./jobctl validate --format github"
    assert [step.command for step in run.failed] == [validate, "exit 1"]
    assert "::error file=jobs/churn.json,line=" in run.failed[0].text
    assert github.requests == []


def test_a_fork_is_validated_and_gets_no_secret(team: Team, github: GitHub) -> None:
    """A pull request from a fork runs `validate` alone, which needs neither AWS nor a token."""
    pushed = team.commit({"churn.json": jobs.service()})
    run = good(team.run("preview.yml", "pull_request", pushed, FROM_A_FORK))
    assert [step.command for step in run.steps] == [
        "./jobctl validate --format github",
        "./jobctl stacks --touched",
    ]
    assert github.requests == []


def test_a_mistake_fails_the_required_check(team: Team, github: GitHub) -> None:
    """`planned`, which the branch's protection asks for, fails with the plan of a stack."""
    pushed = team.commit({"churn.json": jobs.service()})  # the stack was never created
    run = team.run("preview.yml", "pull_request", pushed, PULL_REQUEST)
    assert run.failed[-1].command == "exit 1"


def test_two_stacks_are_planned_where_touched_and_deployed_in_their_order(
    team: Team, github: GitHub
) -> None:
    """Each with its own role, backend and passphrase. What fails in dev after a merge never reaches prod; the morning's
    run of prod does not depend on dev."""
    team.targets.clear()
    (team.root.parent / "state-prod").rmdir()
    for stack, environment in (("dev", "dev"), ("prod", "production")):
        team.add_stack(stack, environment)
        team.init(stack)
    merged = team.commit({"churn.json": jobs.service()})
    run = good(team.run("deploy.yml", "push", merged))
    roles = [team.targets[stack]["deployRole"] for stack in ("dev", "prod")]
    assert run.roles == roles
    assert [step.command for step in run.steps].count("./jobctl up --yes --skip-preview") == 2
    found = team.aws("batch").list_service_jobs(jobQueue="training", jobStatus="SUBMITTED")
    assert len(found["jobSummaryList"]) == 2

    git(team.root, "checkout", "--quiet", "-b", "dev-only")
    settings = team.root / "Pulumi.dev.yaml"
    settings.write_text(settings.read_text("utf-8").replace("0.23", "0.25"), "utf-8")
    run = good(team.run("preview.yml", "pull_request", team.commit({}), PULL_REQUEST))
    assert run.roles == [team.targets["dev"]["previewRole"]]
    assert [comment["body"].split("\n")[0] for comment in github.comments] == [
        "<!-- aws-jobs plan: aws-jobs.dev -->"
    ]

    git(team.root, "checkout", "--quiet", "main")
    eta = {"request": {"serviceRequestPayload": {"HyperParameters": {"eta": "0.3"}}}}
    tried = team.commit({"churn.json": {**jobs.service(), "stacks": {"dev": eta}}})
    good(team.run("deploy.yml", "schedule", tried))
    promoted = team.commit({"churn.json": jobs.hyperparameters(eta="0.3")})
    github.comments.clear()
    good(team.run("preview.yml", "pull_request", promoted, PULL_REQUEST))
    of_dev, of_prod = (comment["body"] for comment in github.comments)
    assert "re-run 1" in of_prod and "re-run" not in of_dev

    team.secrets["dev"][PASSPHRASE] = "wrong"
    assert team.run("deploy.yml", "push", merged).roles == roles[:1]
    run = team.run("deploy.yml", "schedule", merged)
    assert run.roles == roles
    assert [step.command for step in run.failed] == ["./jobctl plan"]
