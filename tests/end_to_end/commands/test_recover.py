"""`jobctl recover`: what AWS has of a stack, and the live runs that nothing declares."""

from __future__ import annotations

import shutil

from tests.conftest import Workspace
from tests.end_to_end import jobs

TERMINATE = "batch:TerminateServiceJob"


def lose_state(workspace: Workspace) -> None:
    """As after a lost disk: no checkpoint, no backup."""
    shutil.rmtree(workspace.root / ".local" / "pulumi")


def recover(workspace: Workspace, *argv: str) -> dict[str, list[str]]:
    """Standing by job, the newest run first."""
    outcome = workspace.jobctl("recover", "-s", "local", "--json", *argv)
    assert outcome.code == 0, outcome.text
    found: dict[str, list[str]] = {}
    for row in outcome.json:
        found.setdefault(row["job"], []).append(row["standing"])
    return found


def test_lost_state(workspace: Workspace) -> None:
    """What ran and runs is listed as unknown to the state; the next `up` submits nothing, and all is known again."""
    workspace.write("churn.json", jobs.service())
    workspace.write("users.json", jobs.inference())
    workspace.deployed()
    lose_state(workspace)
    said = workspace.jobctl("recover", "-s", "local").stdout.splitlines()
    assert [line.rpartition("  ")[2] for line in said[:2]] == ["the next up adopts it"] * 2
    assert said[2:] == [
        "2 runs in AWS",
        "2 unknown to the state; ./jobctl up -s local adopts them and submits nothing",
    ]
    workspace.deployed()
    assert workspace.submissions() == 2
    assert recover(workspace) == {"churn": ["in the state"], "users": ["in the state"]}


def test_expired_record_is_known_to_the_second_service(workspace: Workspace) -> None:
    """Batch forgets after a week; SageMaker's Search answers by the same tags."""
    workspace.write("churn.json", jobs.service())
    workspace.deployed()
    workspace.emulator.advance(7200)
    id_ = workspace.jobs()["churn"]["jobArn"].rpartition("/")[2]
    workspace.emulator.ask("DELETE", f"jobs/{id_}")
    lose_state(workspace)
    assert recover(workspace) == {"churn": ["the next up adopts it"]}


def test_live_run_that_nothing_declares(workspace: Workspace) -> None:
    """A submission whose file was reverted before the state knew of it is named, and ended only when asked to."""
    workspace.write("churn.json", jobs.service())
    workspace.write("other.json", jobs.service())
    workspace.deployed()
    lose_state(workspace)
    (workspace.root / "jobs" / "churn.json").unlink()
    said = workspace.jobctl("recover", "-s", "local").stdout.splitlines()
    assert said[0].endswith("no file and no state entry matches it")
    assert (
        said[-1]
        == "1 not declared by any file; ./jobctl recover -s local --terminate terminates them"
    )
    assert workspace.calls(TERMINATE) == []
    outcome = workspace.jobctl("recover", "-s", "local", "--terminate")
    assert outcome.code == 0, outcome.text
    assert outcome.stdout.splitlines()[-1].endswith(" terminated")
    assert len(workspace.calls(TERMINATE)) == 1
    assert recover(workspace) == {"churn": ["released"], "other": ["the next up adopts it"]}


def test_other_stacks_runs_are_not_ours(workspace: Workspace) -> None:
    """Another stack of the project shares the queue: its runs are neither listed nor ended."""
    workspace.write("churn.json", jobs.service())
    workspace.deployed()
    text = (workspace.root / "Pulumi.local.yaml").read_text("utf-8")
    (workspace.root / "Pulumi.local2.yaml").write_text(text, "utf-8")
    outcome = workspace.jobctl("recover", "-s", "local2", "--terminate")
    assert outcome.code == 0, outcome.text
    assert outcome.stdout == "AWS has no runs of the stack 'local2'\n"
    assert workspace.calls(TERMINATE) == []


def test_references_to_the_platform_are_known(workspace: Workspace) -> None:
    """A run is found by the definition that the platform's values make, for `recover` and `history` as for `up`."""
    document = jobs.service()
    payload = document["request"]["serviceRequestPayload"]
    payload["OutputDataConfig"]["S3OutputPath"] = "s3://aws-jobs-output/churn/"
    workspace.write("churn.json", document)
    workspace.deployed()
    lose_state(workspace)
    payload["OutputDataConfig"]["S3OutputPath"] = "s3://${platform.bucket}/churn/"
    workspace.write("churn.json", document)
    settings = workspace.root / "Pulumi.local.yaml"
    with settings.open("a") as file:
        file.write("  aws-jobs:platform: {bucket: {name: aws-jobs-output}}\n")
    assert recover(workspace) == {"churn": ["the next up adopts it"]}
    outcome = workspace.jobctl("history", "churn", "-s", "local", "--json")
    assert outcome.code == 0, outcome.text
    assert [row["status"] for row in outcome.json] != []


def test_what_ends_a_stack_needs_no_right_job_files(workspace: Workspace) -> None:
    """`refresh`, `wait` and `destroy` go by the state: a broken file does not stand in their way."""
    workspace.write("churn.json", jobs.service())
    workspace.deployed()
    workspace.emulator.advance(7200)
    workspace.write("broken.yaml", "kind: [")
    for argv in (["refresh", "--yes"], ["wait"], ["destroy", "--yes"]):
        outcome = workspace.jobctl(*argv, "-s", "local")
        assert outcome.code == 0, outcome.text
