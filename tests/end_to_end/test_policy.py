"""A policy of the project stops every command that could submit."""

from __future__ import annotations

from pathlib import Path

from tests.conftest import Workspace
from tests.end_to_end import jobs

ROOT = Path(__file__).resolve().parents[2]


def test_a_mandatory_policy_stops_validate_preview_and_up(workspace: Workspace) -> None:
    """A violation has its line in all three commands, beside the other mistakes, and nothing is submitted."""
    (workspace.root / "policy").mkdir()
    example = ROOT / "policy" / "examples" / "required-tags.yaml"
    (workspace.root / "policy" / "tags.yaml").write_text(example.read_text("utf-8"), "utf-8")
    workspace.write("churn.json", jobs.service(tags=None))
    workspace.write("wrong.json", jobs.service(retryStrategy={"attempts": 11}))
    for command in (
        ("validate", "-s", "local"),
        ("preview", "-s", "local"),
        ("up", "-s", "local", "--yes"),
    ):
        outcome = workspace.jobctl(*command)
        assert outcome.code != 0
        assert "every job needs the tag team" in outcome.text
        assert "11 is more than the maximum of 10" in outcome.text
    assert workspace.submissions() == 0
