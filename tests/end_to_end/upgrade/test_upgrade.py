"""A state that the commit before the rooms wrote previews no change: what is stored in states is a contract.

`state.json` was written by that commit's embedded engine (dc3915e) for `jobs/`: finished runs of both kinds, and a
placeholder that waits. Nothing of it is known to AWS any more, as after a month.
"""

from __future__ import annotations

import shutil
from pathlib import Path

from tests.conftest import Workspace

HERE = Path(__file__).parent


def test_an_old_state_previews_no_change(cold_workspace: Workspace) -> None:
    """Import paths, types, inputs, digests, outputs: each of them would show as a step."""
    shutil.copytree(HERE / "jobs", cold_workspace.root / "jobs", dirs_exist_ok=True)
    stacks = cold_workspace.root / ".local" / "pulumi" / ".pulumi" / "stacks" / "aws-jobs"
    stacks.mkdir(parents=True)
    shutil.copy(HERE / "state.json", stacks / "local.json")
    outcome = cold_workspace.jobctl("preview", "-s", "local", "--expect-no-changes")
    assert outcome.code == 0, outcome.text
    jobs = cold_workspace.jobs()
    assert {name: job["phase"] for name, job in jobs.items()} == {
        "churn-xgboost": "SUCCEEDED",
        "never": "SUCCEEDED",
        "recommend-users": "SUCCEEDED",
        "second": "WAITING",
    }
