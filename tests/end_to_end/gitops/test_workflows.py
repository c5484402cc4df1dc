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
    """About 40 lines, each command one call, no expression in a shell command."""
    assert len(path.read_text("utf-8").splitlines()) <= 46
    for step in steps(path):
        if "run" in step:
            assert re.fullmatch(
                r"\./jobctl [a-z][a-z .-]*|\.ci/run|exit 1"
                r"|make (crash|adversary fuzz|test-clients test-moto|bench-check)",
                step["run"],
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


def test_only_one_deployment_of_a_stack_at_a_time_and_none_is_stopped() -> None:
    """A stack's deployments wait for each other and for no other stack's; none is cancelled midway, not even by another
    stack's failure, because only one runs at a time; the stack's environment approves them."""
    document = workflow(FOLDER / "deploy.yml")
    assert "concurrency" not in document
    up = document["jobs"]["up"]
    assert up["concurrency"] == {
        "group": "deploy-${{ matrix.stack }}",
        "cancel-in-progress": "false",
    }
    assert up["strategy"]["max-parallel"] == "1"
    assert up["environment"] == "${{ matrix.environment }}"
    assert set(document["on"]) == {"push", "schedule", "workflow_dispatch"}


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_a_stack_has_its_own_role_backend_and_region(path: Path) -> None:
    """All of them from the one file of settings, and no variable of the repository's beside it."""
    text = path.read_text("utf-8")
    assert "vars." not in text
    for job in workflow(path)["jobs"].values():
        if "id-token" in str(job["permissions"]):
            [given] = [step["with"] for step in job["steps"] if "role-to-assume" in str(step)]
            role = "deployRole" if path.stem == "deploy" else "previewRole"
            assert given["role-to-assume"] == f"${{{{ matrix.{role} }}}}"
            assert given["aws-region"] == "${{ matrix.region }}"
            assert job["env"]["PULUMI_STACK"] == "${{ matrix.stack }}"
            assert job["env"]["PULUMI_BACKEND_URL"] == "${{ matrix.backend }}"


def test_what_a_change_touches_is_asked_of_a_merge_commit_with_its_parents() -> None:
    """A checkout of depth 1 knows no parent to compare with."""
    validate = workflow(FOLDER / "preview.yml")["jobs"]["validate"]["steps"]
    assert validate[0]["with"]["fetch-depth"] == "2"
    assert validate[-1]["run"] == "./jobctl stacks --touched"


def test_one_check_stands_for_the_plans_of_all_stacks() -> None:
    """`planned` is required by the branch's protection: it fails when a plan fails, and is skipped otherwise."""
    jobs = workflow(FOLDER / "preview.yml")["jobs"]
    assert jobs["planned"]["needs"] == "plan"
    assert jobs["planned"]["if"] == "${{ failure() || cancelled() }}"
    assert [step["run"] for step in jobs["planned"]["steps"]] == ["exit 1"]


def test_a_fork_never_meets_a_secret() -> None:
    """Jobs of a pull request that have a secret or an AWS role do not run for forks; no privileged event is used."""
    jobs = workflow(FOLDER / "preview.yml")["jobs"]
    same = "github.event.pull_request.head.repo.full_name == github.repository"
    for job in jobs.values():
        if "secrets." in str(job) or "id-token" in str(job):
            assert job["if"].split(" && ")[0] == same
    assert not any("pull_request_target" in path.read_text("utf-8") for path in FILES)


def test_only_who_approved_meets_the_passphrase() -> None:
    """Nobody approves what runs for a pull request or in the environment `preview`: it holds no secret, and previews
    without them."""
    approved = "${{ matrix.environment }}"
    for path in FILES:
        for job in workflow(path)["jobs"].values():
            if "secrets." in str(job):
                assert job["environment"] == approved
                assert path.stem == "deploy"
            for command in (step.get("run", "") for step in job["steps"]):
                previews = re.search("jobctl (plan|drift|summary --preview)", command)
                assert not previews or job["environment"] in (approved, "preview")
                assert not previews or (job["environment"] == approved) != (
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
