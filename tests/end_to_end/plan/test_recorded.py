"""The plan does not depend on the engine: the Pulumi CLI's recorded preview makes the same one."""

from __future__ import annotations

import json
import re

from tests.conftest import Workspace
from tests.end_to_end.plan.pull_request import RECORD, SECRET, pull_request, without_ids


def test_each_engines_preview_makes_the_plan_of_the_recorded_one(workspace: Workspace) -> None:
    """A pull request of every kind of change has one plan, byte for byte: this engine's preview and the recorded
    preview of the Pulumi CLI differ in AWS's ids alone."""
    pull_request(workspace)
    words = ["plan", "-s", "local", "--format", "json"]
    now = workspace.jobctl(*words)
    recorded = workspace.jobctl(*words, "--from", str(RECORD))
    assert now.code == recorded.code == 0, now.text + recorded.text
    assert undated(without_ids(now.stdout)) == undated(without_ids(recorded.stdout))
    plan = json.loads(now.stdout)
    assert {key: count for key, count in plan["counts"].items() if count} == {
        "submit": 1,
        "rerun": 4,
        "update": 1,
        "defer": 1,
        "terminate": 1,
        "release": 1,
    }
    assert [job["name"] for job in plan["jobs"]] == [
        "runs", "churn", "fresh", "secret", "weekly", "tagged", "after", "users"
    ]  # fmt: skip
    assert SECRET not in now.stdout and SECRET not in RECORD.read_text("utf-8")


def undated(text: str) -> str:
    """The period of `every` is today's, and the job's name on AWS follows from it."""
    text = re.sub(r'\\"\d{4}-(W\d\d|\d\d-\d\d)\\"', "PERIOD", text)
    return re.sub(r"\bweekly-[0-9a-f]{8}\b", "weekly-SUFFIX", text)
