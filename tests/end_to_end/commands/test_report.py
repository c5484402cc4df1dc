"""`jobctl report`: a page of a stack's runs, or the same as JSON."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.conftest import Workspace
from tests.end_to_end import jobs

SECRET = "hunter22-never-shown"
ALL = ("--since", "99999d")


@pytest.fixture
def ran(workspace: Workspace) -> Workspace:
    """A stack with a run that succeeded at its second attempt, one of Personalize, and one that waits for it."""
    done = workspace.jobctl("config", "set", "--secret", "token", SECRET, "-s", "local")
    assert done.code == 0, done.text
    document = jobs.service()
    jobs.payload(document)["HyperParameters"]["token"] = "${config.token}"
    workspace.write("churn.json", document)
    workspace.write("users.json", jobs.inference())
    workspace.write("after.json", {**jobs.service(), "dependsOn": ["churn"]})
    workspace.deployed()
    workspace.emulator.advance(2)
    [job] = [each for each in workspace.jobs().values() if ":batch:" in each.get("jobArn", "")]
    reason = f"AlgorithmError: {SECRET} is not a token"
    failed = {"status": "FAILED", "attempt": True, "reason": reason, "hold": False}
    workspace.emulator.ask("POST", f"jobs/{job['jobArn'].rpartition('/')[2]}", failed)
    workspace.emulator.advance(7200)
    return workspace


def read_runs(workspace: Workspace, *argv: str) -> dict[str, dict[str, Any]]:
    outcome = workspace.jobctl("report", "-s", "local", "--json", *argv)
    assert outcome.code == 0, outcome.text
    assert SECRET not in outcome.text
    return {row["name"]: row for row in outcome.json["runs"]}


def test_report_shows_what_ran_and_what_it_used(ran: Workspace) -> None:
    """Each attempt with its billed hours; a job that waits for another has no run yet."""
    runs = read_runs(ran, *ALL)
    assert set(runs) == {"churn", "users"}
    churn = runs["churn"]
    assert [each["phase"] for each in churn["attemptList"]] == ["FAILED", "SUCCEEDED"]
    assert churn["billed"] is True
    assert 0 < churn["instanceHours"] < churn["ceilingHours"] == 2
    assert churn["createdAt"].startswith("2025-10-09T12:00:0")
    assert churn["tags"] == {"team": "growth"}
    assert "[secret] is not a token" in churn["attemptList"][0]["reason"]


def test_page_is_written_where_it_is_asked_for(ran: Workspace, tmp_path: Path) -> None:
    """One file, and a line that says what is in it."""
    path = tmp_path / "page.html"
    outcome = ran.jobctl("report", "-s", "local", "-o", str(path), *ALL)
    assert outcome.code == 0, outcome.text
    assert outcome.stdout.startswith(f"wrote {path}: 2 runs since ")
    page = path.read_text("utf-8")
    assert "<title>Jobs of aws-jobs/local</title>" in page
    assert SECRET not in page


def test_what_ended_before_is_left_out(ran: Workspace) -> None:
    """The emulator's clock stands in the past."""
    assert read_runs(ran, "--since", "1d") == {}


def test_a_period_that_is_none(workspace: Workspace) -> None:
    """It says what would be one."""
    outcome = workspace.jobctl("report", "-s", "local", "--since", "a month")
    assert (outcome.code, outcome.stderr) == (
        1,
        "error: --since a month: expected a time ago, such as 90s, 10m, 1h or 2d, or a moment, such as "
        "2026-11-28T00:12:05Z\n",
    )
