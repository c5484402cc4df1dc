"""A pull request with something of everything, and the Pulumi CLI's preview of it.

`python -m tests.end_to_end.plan.pull_request` records the CLI's document; without the CLI, the record is used.
"""

from __future__ import annotations

import copy
import json
import re
import sys
import tempfile
from pathlib import Path
from typing import Any

from tests.conftest import NOON, Workspace, project_in
from tests.end_to_end import jobs

RECORD = Path(__file__).parent / "pulumi-preview.json"
SECRET = "correct-horse-battery"
# where the CLI says which file of whose machine made a resource
_PLACES = ("sourcePosition", "stackTrace")
_UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")


def written(document: dict[str, Any], **keys: Any) -> str:
    return json.dumps({**copy.deepcopy(document), **keys}, indent=1)


def pull_request(workspace: Workspace) -> None:
    """Deploy, let one job run and the others end, and change the files."""
    workspace.jobctl("config", "set", "--secret", "-s", "local", "token", SECRET)
    secret = jobs.hyperparameters(token="${config.token}")
    workspace.write("churn.json", written(jobs.service()))
    workspace.write("runs.json", written(jobs.service(), onReplace="terminate"))
    workspace.write("secret.json", written(secret))
    workspace.write("tagged.json", written(jobs.service()))
    workspace.write("users.json", written(jobs.inference()))
    workspace.write("weekly.json", written(jobs.service(), every="week"))
    workspace.deployed()
    workspace.emulator.control.handle("POST", "/_emulator/pace", {"running": None})
    for name, outputs in workspace.jobs().items():
        job = outputs["jobArn"]
        job = job if ":personalize:" in job else job.rpartition("/")[2]
        ended = "ACTIVE" if name == "users" else "SUCCEEDED"
        status = {"runs": "RUNNING", "users": ended}.get(name, ended)
        moved = workspace.emulator.control.handle(
            "POST", f"/_emulator/jobs/{job}", {"status": status}
        )
        assert moved[0] == 200, moved
    changed = jobs.hyperparameters(eta="0.3")
    workspace.write("churn.json", written(changed))
    workspace.write("runs.json", written(changed, onReplace="terminate"))
    workspace.write("secret.json", written(secret, generation=2))
    workspace.write("tagged.json", written(jobs.service(tags={"team": "vision"})))
    workspace.write("weekly.json", written(jobs.service(), every="day"))
    workspace.write("fresh.json", written(jobs.service()))
    workspace.write("after.json", written(jobs.service(), dependsOn=["runs"]))
    (workspace.root / "jobs" / "users.json").unlink()


def without_ids(text: str) -> str:
    """AWS's ids are others in every run."""
    return _UUID.sub("00000000-0000-4000-8000-000000000000", text)


def main() -> int:
    from local.aws.clock import Clock
    from local.aws.server.emulator import Emulator

    with (
        tempfile.TemporaryDirectory() as folder,
        Emulator(clock=Clock(frozen_at=NOON)) as emulator,
    ):
        workspace = project_in(Path(folder), emulator, "pulumi")
        pull_request(workspace)
        words = ["preview", "-s", "local", "--json", "--show-sames", "--non-interactive"]
        document = workspace.jobctl(*words).json
    for step in document["steps"]:
        for state in (step.get("oldState") or {}, step.get("newState") or {}):
            for place in _PLACES:
                state.pop(place, None)
    text = json.dumps(document, indent=1, sort_keys=True, ensure_ascii=False)
    RECORD.write_text(without_ids(text) + "\n", "utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
