"""The workflow files: short, pinned, with least permissions, and right in the eyes of the usual checkers."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.conftest import ROOT

FOLDER = ROOT / ".github" / "workflows"
FILES = sorted(FOLDER.glob("*.yml"))
ACTIONLINT = "github.com/rhysd/actionlint/cmd/actionlint@v1.7.7"
# Python's scripts lie beside its executable, on PATH or not
SCRIPTS = Path(sys.executable).parent


def workflow(path: Path) -> dict[str, Any]:
    return dict(yaml.load(path.read_text("utf-8"), yaml.BaseLoader))


def steps(path: Path) -> list[dict[str, Any]]:
    return [step for job in workflow(path)["jobs"].values() for step in job["steps"]]


def check(*command: str) -> None:
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stdout + done.stderr


def test_the_four_workflows_are_there() -> None:
    """preview, deploy, drift and ci."""
    assert [path.stem for path in FILES] == ["ci", "deploy", "drift", "preview"]


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_a_workflow_is_short_because_jobctl_has_the_logic(path: Path) -> None:
    """About 30 lines, each command one call, no expression in a shell command."""
    assert len(path.read_text("utf-8").splitlines()) <= 36
    for step in steps(path):
        if "run" in step:
            assert re.fullmatch(
                r"\./jobctl [a-z][a-z .-]*|\.ci/run|make (crash|adversary|fuzz)", step["run"]
            )


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_actions_are_pinned_by_a_commit(path: Path) -> None:
    """Every action is named by its commit, with the release beside it for people."""
    for line in path.read_text("utf-8").splitlines():
        if "uses:" in line:
            assert re.search(r"uses: [\w/-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+", line)


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_a_token_may_do_nothing_that_no_job_names(path: Path) -> None:
    """No permission for the whole workflow; a job names its own, and none may write the repository's contents."""
    document = workflow(path)
    assert document["permissions"] == {}
    for job in document["jobs"].values():
        assert job["permissions"]["contents"] == "read"


def test_only_one_deployment_at_a_time_and_none_is_stopped() -> None:
    """Deployments wait for each other, none is cancelled midway, and an environment approves them."""
    document = workflow(FOLDER / "deploy.yml")
    assert document["concurrency"] == {"group": "deploy", "cancel-in-progress": "false"}
    assert [job["environment"] for job in document["jobs"].values()] == ["production"]
    assert set(document["on"]) == {"push", "schedule", "workflow_dispatch"}


def test_a_fork_never_meets_a_secret() -> None:
    """Jobs of a pull request that have a secret or an AWS role do not run for forks; no privileged event is used."""
    jobs = workflow(FOLDER / "preview.yml")["jobs"]
    same = "github.event.pull_request.head.repo.full_name == github.repository"
    for job in jobs.values():
        if "secrets." in str(job) or "id-token" in str(job):
            assert job["if"] == same
    assert not any("pull_request_target" in path.read_text("utf-8") for path in FILES)


def test_only_who_approved_meets_the_passphrase() -> None:
    """Nobody approves what runs for a pull request or in the environment `preview`: it holds no secret, and previews
    without them."""
    for path in FILES:
        for job in workflow(path)["jobs"].values():
            if "secrets." in str(job):
                assert job["environment"] == "production"
            for command in (step.get("run", "") for step in job["steps"]):
                previews = re.search("jobctl (plan|drift|summary --preview)", command)
                assert not previews or (job["environment"] == "production") != (
                    "--without-secrets" in command
                )


def test_githubs_schema_accepts_them() -> None:
    """check-jsonschema's schema of workflows."""
    command = [str(SCRIPTS / "check-jsonschema"), "--builtin-schema", "vendor.github-workflows"]
    check(*command, *map(str, FILES))


def test_zizmor_finds_nothing() -> None:
    """zizmor's audits, without the network."""
    check(str(SCRIPTS / "zizmor"), "--offline", "--no-progress", str(FOLDER))


@pytest.mark.skipif(not shutil.which("go"), reason="actionlint is a Go module, and there is no go")
def test_actionlint_finds_nothing() -> None:
    """actionlint, where `go` is on PATH and has the module or can fetch it."""
    have = subprocess.run(
        ["go", "run", ACTIONLINT, "-version"], cwd=ROOT, capture_output=True, text=True, timeout=300
    )
    if have.returncode != 0:
        pytest.skip(f"go cannot fetch actionlint: {have.stderr.strip()[-120:]}")
    check("go", "run", ACTIONLINT, "-shellcheck=", "-pyflakes=", *map(str, FILES))
