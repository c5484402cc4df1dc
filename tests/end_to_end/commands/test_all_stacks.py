"""`status` and `report` over every stack of a project."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.conftest import Workspace
from tests.end_to_end import jobs

UNREAD = "prod: not read: "


@pytest.fixture
def fleet(workspace: Workspace) -> Workspace:
    """Two stacks with the same jobs, and one that nobody has deployed."""
    settings = (workspace.root / "Pulumi.local.yaml").read_text("utf-8")
    (workspace.root / "Pulumi.dev.yaml").write_text(settings, "utf-8")
    (workspace.root / "Pulumi.prod.yaml").write_text("config: {aws:region: us-east-1}\n", "utf-8")
    workspace.write("churn.json", jobs.service())
    workspace.write("after.json", {**jobs.service(), "dependsOn": ["churn"]})
    for name in ("dev", "local"):
        outcome = workspace.jobctl("up", "-s", name, "--yes", "--skip-preview")
        assert outcome.code == 0, outcome.text
    return workspace


def test_status_of_all_stacks(fleet: Workspace) -> None:
    """One table; what cannot be read is one line on stderr."""
    outcome = fleet.jobctl("status", "--all-stacks")
    assert outcome.code == 0, outcome.text
    head, *rows, last = outcome.stdout.splitlines()
    assert head.startswith("STACK  NAME")
    assert [row.split()[0] for row in rows if not row.startswith(" ")] == ["dev"] * 2 + [
        "local"
    ] * 2
    assert last.endswith(": 4 jobs in 2 stacks, 2 waiting, 2 queued")
    [line] = outcome.stderr.splitlines()
    assert line.startswith(UNREAD)
    rows = fleet.jobctl("status", "--all-stacks", "--json").json
    assert {(row["stack"], row["name"]) for row in rows} == {
        (stack, name) for stack in ("dev", "local") for name in ("churn", "after")
    }
    assert "stack" not in fleet.jobctl("status", "-s", "dev", "--json").json[0]


def test_report_of_all_stacks(fleet: Workspace, tmp_path: Path) -> None:
    """A run is called by its stack and its job."""
    fleet.emulator.advance(7200)
    outcome = fleet.jobctl("report", "--all-stacks", "--json", "--since", "99999d")
    assert outcome.stderr.startswith(UNREAD)
    assert outcome.json["stacks"] == ["dev", "local"]
    assert sorted((run["stack"], run["name"]) for run in outcome.json["runs"]) == [
        ("dev", "churn"),
        ("local", "churn"),
    ]
    path = tmp_path / "page.html"
    outcome = fleet.jobctl("report", "--all-stacks", "-o", str(path), "--since", "99999d")
    assert (outcome.code, outcome.stdout.startswith(f"wrote {path}: 2 runs")) == (0, True)
    page = path.read_text("utf-8")
    assert "<title>Jobs of aws-jobs: dev, local</title>" in page
    assert "dev/churn" in page
    assert "<option>stack</option>" in page


def test_a_job_is_of_one_stack(workspace: Workspace) -> None:
    """It says how to name it; two ways to name stacks are wrong usage."""
    outcome = workspace.jobctl("status", "churn", "--all-stacks")
    assert (outcome.code, outcome.stderr) == (
        1,
        "error: --all-stacks has no JOB: name the stack with -s STACK\n",
    )
    assert workspace.jobctl("report", "-s", "local", "--all-stacks").code == 2
