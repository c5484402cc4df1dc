"""What AWS says is shown, and moves no cursor: in outputs, status and previews."""

from __future__ import annotations

from tests.conftest import Workspace
from tests.end_to_end import jobs
from tests.unit.test_printable import HOSTILE, assert_harmless


def test_a_reason_of_aws_is_shown_and_not_obeyed(workspace: Workspace) -> None:
    """A job may fail with whatever its script prints."""
    workspace.write("churn.json", jobs.service())
    workspace.deployed()
    job = workspace.jobs()["churn"]["jobId"]
    workspace.emulator.ask("POST", f"jobs/{job}", {"status": "FAILED", "reason": HOSTILE})
    for words in (["preview", "--diff"], ["refresh", "--yes", "--skip-preview"], ["status"]):
        outcome = workspace.jobctl(*words, "-s", "local")
        assert outcome.code == 0, outcome.text
        assert_harmless(outcome.text)
    assert "evil" in workspace.jobctl("stack", "export", "-s", "local").text
