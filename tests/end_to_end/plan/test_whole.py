"""The plan of real previews, on each engine, against the emulator."""

from __future__ import annotations

import copy
import json
from pathlib import Path
from typing import Any

from components.jobfile import Context, load
from tests.conftest import Workspace
from tests.end_to_end import jobs
from tests.unit.jobfile.making import expand
from tests.unit.plan.documents import document, inputs, state, step


def plan(workspace: Workspace, *argv: str) -> Any:
    outcome = workspace.jobctl("plan", "-s", "local", "--format", "json", *argv)
    assert outcome.code == 0, outcome.text
    return outcome.json


def test_three_changed_files(workspace: Workspace) -> None:
    """A changed, a new and a removed file are a re-run with its reason and line, a submission, and a job forgotten."""
    workspace.write("churn.json", jobs.service())
    workspace.write("old.json", jobs.inference())
    workspace.write("same.json", jobs.service())
    workspace.deployed()
    assert plan(workspace)["jobs"] == []
    workspace.emulator.advance(3600)
    workspace.write("churn.json", json.dumps(jobs.hyperparameters(eta="0.3"), indent=1))
    workspace.write("fresh.json", jobs.service())
    (workspace.root / "jobs" / "old.json").unlink()
    found = plan(workspace)
    assert [(job["action"], job["name"]) for job in found["jobs"]] == [
        ("rerun", "churn"),
        ("submit", "fresh"),
        ("release", "old"),
    ]
    assert found["counts"]["unchanged"] == 1
    (change,) = found["jobs"][0]["changes"]
    assert change["path"] == "request.serviceRequestPayload.HyperParameters.eta"
    assert (change["old"], change["new"]) == ('"0.1"', '"0.3"')
    source = (workspace.root / "jobs" / "churn.json").read_text("utf-8").splitlines()
    assert '"eta": "0.3"' in source[change["line"] - 1]
    assert ", SUCCEEDED since 2025-10-09T" in found["jobs"][0]["run"]
    assert found["hours"] == {"ml.m5.xlarge": 4.0}
    first, second = (
        workspace.jobctl("plan", "-s", "local", "--format", "markdown").stdout for _ in range(2)
    )
    assert first == second


def test_a_running_job_is_said_to_be_terminated(workspace: Workspace) -> None:
    """A job that runs now is named with since when it runs, and what its replacement does to it."""
    workspace.write("churn.json", jobs.service())
    workspace.deployed()
    run = workspace.jobs()["churn"]["jobId"]
    workspace.emulator.control.handle("POST", f"/_emulator/jobs/{run}", {"status": "RUNNING"})
    workspace.write("churn.json", {**jobs.hyperparameters(eta="0.3"), "onReplace": "terminate"})
    found = plan(workspace)
    (job,) = found["jobs"]
    assert (job["effect"], job["ends"]) == ("TERMINATED (onReplace: terminate)", "RUNNING")
    assert ", RUNNING since 2025-10-09T" in job["run"]
    assert found["counts"]["terminate"] == 1


def test_what_the_preview_refuses_is_the_plans_error(workspace: Workspace) -> None:
    """A run that may not be replaced stops the preview; the plan says why, and its exit code is 1."""
    workspace.write("churn.json", jobs.service())
    workspace.deployed()
    run = workspace.jobs()["churn"]["jobId"]
    workspace.emulator.control.handle("POST", f"/_emulator/jobs/{run}", {"status": "RUNNING"})
    workspace.write("churn.json", jobs.hyperparameters(eta="0.3"))
    target = workspace.root / "plan.md"
    outcome = workspace.jobctl(
        "plan", "-s", "local", "--format", "markdown", "--output", str(target)
    )
    assert outcome.code == 1
    assert "onReplace" in target.read_text("utf-8")


def test_a_secret_is_in_no_format(workspace: Workspace) -> None:
    """A secret of the stack's config, new or changed, is in no plan and no summary."""
    secret = "correct-horse-battery"
    workspace.jobctl("config", "set", "--secret", "-s", "local", "password", secret)
    document = jobs.hyperparameters(token="${config.password}")
    workspace.write("churn.json", document)
    texts = [
        workspace.jobctl("plan", "-s", "local", "--format", name).text
        for name in ("text", "markdown", "json")
    ]
    workspace.deployed()
    workspace.write("churn.json", {**copy.deepcopy(document), "generation": 2})
    texts += [workspace.jobctl("plan", "-s", "local", "--format", "markdown").text]
    texts += [
        workspace.jobctl("summary", "-s", "local", *word).text for word in ([], ["--preview"])
    ]
    assert "churn" in texts[0] and "churn" in texts[-1]
    assert all(secret not in text for text in texts)


def test_200_job_files_and_their_places(tmp_path: Path) -> None:
    """Each of 200 changed files has the place of its change in the plan, and the comment fits."""
    from cli.planning import markdown
    from cli.planning.build import build
    from cli.planning.preview import read

    steps = []
    for number in range(200):
        name = f"job-{number}"
        (tmp_path / f"{name}.json").write_text(
            json.dumps(jobs.hyperparameters(eta="0.3"), indent=1), "utf-8"
        )
        new = inputs(name)
        new["request"]["serviceRequestPayload"]["HyperParameters"]["eta"] = "0.3"
        steps.append(step("replace", name, old=state(inputs(name)), new=new))
    text = document(*steps)
    files, _ = load([tmp_path], tmp_path)
    found = build(read(text), expand(files, Context("dev", any_config=True))[0], {})
    assert len(markdown.render(found)) < 65_536
    assert all(job.changes[0].line > 1 and job.line == job.changes[0].line for job in found.jobs)
