"""A preview that can decrypt nothing, on each engine: exact for what needs no secret, and silent about the rest."""

from __future__ import annotations

import copy
from typing import Any

import pytest

from tests.conftest import Outcome, Workspace
from tests.end_to_end import jobs

VALUE = "correct-horse-battery"
OF_THE_TEAM = {"PULUMI_CONFIG_PASSPHRASE": "of the team"}
ANOTHER = {"PULUMI_CONFIG_PASSPHRASE": "of somebody else"}


def with_arguments(*arguments: str, **keys: Any) -> dict[str, Any]:
    """A job with a list in which a secret may be: Pulumi keeps that whole list secret."""
    found = copy.deepcopy({**jobs.service(), **keys})
    algorithm = found["request"]["serviceRequestPayload"]["AlgorithmSpecification"]
    algorithm["ContainerArguments"] = list(arguments)
    return found


@pytest.fixture
def deployed(cold_workspace: Workspace) -> Workspace:
    workspace = cold_workspace
    """A stack with a secret, its jobs submitted; afterwards the files are changed."""
    workspace.write("argument.json", with_arguments("--token", "${config.token}"))
    workspace.write("listed.json", with_arguments("--token", "${config.token}"))
    workspace.write("plain.json", jobs.service())
    workspace.write("same.json", jobs.service())
    workspace.write("secret.json", jobs.hyperparameters(token="${config.token}"))
    workspace.write("gone.json", jobs.hyperparameters(token="${config.token}"))
    set_ = workspace.jobctl(
        "config", "set", "--secret", "-s", "local", "token", VALUE, **OF_THE_TEAM
    )
    assert set_.code == 0, set_.text
    up = workspace.up(**OF_THE_TEAM)
    assert up.code == 0, up.text
    workspace.emulator.advance(3600)
    workspace.write("plain.json", jobs.hyperparameters(eta="0.3"))
    workspace.write("argument.json", with_arguments("--token", "${config.token}", "--more"))
    workspace.write("after.json", {**jobs.service(), "dependsOn": ["secret"]})
    workspace.write("new.json", jobs.hyperparameters(token="${config.token}"))
    (workspace.root / "jobs" / "gone.json").unlink()
    return workspace


def plan(workspace: Workspace, *argv: str, **env: str) -> Outcome:
    return workspace.jobctl("plan", "-s", "local", *argv, **env)


def test_it_is_exact_but_for_what_depends_on_a_secret(deployed: Workspace) -> None:
    """With another passphrase than the stack's: changes, a removed job with a secret and a dependent of one are as
    with the stack's; a job whose definition has a secret is neither changed nor unchanged."""
    failed = plan(deployed, "--format", "json", **ANOTHER)
    assert failed.code == 1 and "incorrect passphrase" in failed.text
    settings = (deployed.root / "Pulumi.local.yaml").read_text("utf-8")
    found = plan(deployed, "--format", "json", "--without-secrets", **ANOTHER)
    assert found.code == 0, found.text
    exact = plan(deployed, "--format", "json", **OF_THE_TEAM).json
    by_name = {job["name"]: job for job in found.json["jobs"]}
    unknown = {name for name, job in by_name.items() if job["action"] == "unknown"}
    assert unknown == {"argument", "listed", "secret", "new"}
    assert found.json["counts"]["unknown"] == 4
    assert found.json["counts"]["unchanged"] == 1
    assert {name for name, job in by_name.items() if job["action"] != "unknown"} == {
        "after",
        "gone",
        "plain",
    }
    for job in exact["jobs"]:
        if job["name"] not in unknown:
            assert by_name[job["name"]] == job
    assert {name: by_name[name]["cause"] for name in unknown} == {
        "argument": "hidden-changed",
        "listed": "hidden-same",
        "secret": "hidden-same",
        "new": "hidden-new",
    }
    assert (deployed.root / "Pulumi.local.yaml").read_text("utf-8") == settings
    assert not list((deployed.root / ".local").glob("preview-*"))
    submitted = deployed.submissions()
    up = deployed.up(AWS_JOBS_WITHOUT_SECRETS="true", **OF_THE_TEAM)
    assert up.code != 0 and "AWS_JOBS_WITHOUT_SECRETS is for previews only" in up.text
    assert deployed.submissions() == submitted
