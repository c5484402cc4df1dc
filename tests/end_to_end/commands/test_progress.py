"""`status`, `watch`, `queue`, `stop` and `summary` against the emulator, as a person calls them."""

from __future__ import annotations

from tests.conftest import Workspace
from tests.end_to_end import jobs


def submit(workspace: Workspace, *names: str) -> dict[str, str]:
    """Deploy jobs that stay in the queue; their ids by name."""
    workspace.emulator.ask("POST", "pace", {"runnable": None, "running": None})
    for name in names:
        workspace.write(f"{name}.json", jobs.service())
    workspace.deployed()
    return {name: job["jobArn"].rpartition("/")[2] for name, job in workspace.jobs().items()}


def test_status_asks_aws_and_leaves_the_state(workspace: Workspace) -> None:
    """What AWS has now, without an `up` or a refresh; `--offline` shows what the state has."""
    id_ = submit(workspace, "churn")["churn"]
    workspace.emulator.ask("POST", f"jobs/{id_}", {"status": "RUNNING"})
    [now] = workspace.jobctl("status", "-s", "local", "--json").json
    [before] = workspace.jobctl("status", "-s", "local", "--json", "--offline").json
    assert (now["phase"], now["attempt"]) == ("RUNNING", 1)
    assert before["phase"] == "QUEUED"
    assert before["asOf"] <= now["asOf"]
    assert workspace.jobs()["churn"]["phase"] == "QUEUED"


def test_page_of_a_failed_job(workspace: Workspace) -> None:
    """AWS's reason, the end of the log, the next command."""
    id_ = submit(workspace, "churn")["churn"]
    workspace.emulator.ask("POST", f"jobs/{id_}", {"status": "RUNNING"})
    workspace.emulator.ask("POST", f"jobs/{id_}", {"status": "FAILED", "reason": "out of memory"})
    text = workspace.jobctl("status", "churn", "-s", "local").stdout
    assert "FAILED" in text
    assert "out of memory" in text
    assert "the last lines of its log:" in text
    assert "./jobctl rerun churn" in text


def test_a_name_that_the_state_does_not_have(workspace: Workspace) -> None:
    """The nearest is offered."""
    submit(workspace, "churn")
    outcome = workspace.jobctl("status", "chrn", "-s", "local")
    assert outcome.code == 1
    assert "has no job `chrn`; did you mean `churn`?" in outcome.stderr


def test_queue_marks_our_jobs_and_their_order(workspace: Workspace) -> None:
    """Both wait: one is first."""
    ids = submit(workspace, "churn", "defects")
    for id_ in ids.values():
        workspace.emulator.ask("POST", f"jobs/{id_}", {"status": "RUNNABLE"})
    text = workspace.jobctl("queue", "-s", "local").stdout
    assert text.startswith("training: ENABLED; first in, first out")
    assert "#1" in text and "#2" in text
    assert "0 runs past the queue, 2 waiting; 2 of this stack (*)" in text
    [queue] = workspace.jobctl("queue", "training", "-s", "local", "--json").json
    assert {run["job"] for run in queue["runs"]} == {"churn", "defects"}
    assert workspace.jobctl("queue", "nowhere", "-s", "local").code == 1


def test_watch_ends_when_all_have_ended(workspace: Workspace) -> None:
    """A line a change; exit code 1 and the log's end where a run has failed."""
    ids = submit(workspace, "churn", "defects")
    workspace.emulator.ask("POST", f"jobs/{ids['churn']}", {"status": "SUCCEEDED"})
    workspace.emulator.ask("POST", f"jobs/{ids['defects']}", {"status": "FAILED", "reason": "no"})
    outcome = workspace.jobctl("watch", "-s", "local")
    assert outcome.code == 1
    assert "  churn: SUCCEEDED" in outcome.stdout
    assert "defects: failed: no" in outcome.stdout
    assert workspace.jobctl("watch", "churn", "-s", "local").code == 0


def test_a_watch_that_times_out_leaves_the_jobs_alone(workspace: Workspace) -> None:
    """It says what goes on and how to see it again."""
    submit(workspace, "churn")
    outcome = workspace.jobctl("watch", "-s", "local", "--timeout", "1s")
    assert outcome.code == 0
    assert "still going: churn; ./jobctl watch -s local shows them again" in outcome.stdout


def test_a_stopped_run_is_not_run_again_and_the_plan_says_so(workspace: Workspace) -> None:
    """Neither by the next `up` nor after a lost state; `rerun` would."""
    submit(workspace, "churn")
    assert workspace.jobctl("stop", "churn", "-s", "local").code == 1  # nobody can be asked
    outcome = workspace.jobctl("stop", "churn", "-s", "local", "--yes")
    assert (outcome.code, "stopping" in outcome.stdout) == (0, True), outcome.text
    assert workspace.up().code == 0
    assert workspace.submissions() == 1
    plan = workspace.jobctl("plan", "-s", "local").stdout
    assert "stopped by jobctl stop; `up` does not run it again" in plan
    again = workspace.jobctl("stop", "churn", "-s", "local", "--yes")
    assert "nothing to stop: its run has ended" in again.stderr


def test_a_run_that_batch_has_forgotten_is_stopped_by_its_training_job(
    workspace: Workspace,
) -> None:
    """As `status` shows it."""
    id_ = submit(workspace, "churn")["churn"]
    workspace.emulator.ask("POST", f"jobs/{id_}", {"status": "RUNNING"})
    workspace.emulator.ask("DELETE", f"jobs/{id_}")
    outcome = workspace.jobctl("stop", "churn", "-s", "local", "--yes")
    assert outcome.code == 0, outcome.text
    assert len(workspace.calls("sagemaker:StopTrainingJob")) == 1


def test_a_run_that_nobody_knows_the_end_of_is_no_success(workspace: Workspace) -> None:
    """Batch has forgotten it before it started: neither AWS nor we can say what became of it."""
    id_ = submit(workspace, "churn")["churn"]
    workspace.emulator.ask("DELETE", f"jobs/{id_}")
    outcome = workspace.jobctl("watch", "-s", "local")
    assert outcome.code == 1
    assert "  churn: record expired; final status unknown" in outcome.stdout
    assert workspace.jobctl("wait", "-s", "local").code == 1


def test_summary_is_text_in_a_terminal(workspace: Workspace) -> None:
    """Markdown only for a workflow's page."""
    submit(workspace, "churn")
    text = workspace.jobctl("summary", "-s", "local").stdout
    assert "<code>" not in text
    assert "churn" in text and "AWS was not asked" in text
