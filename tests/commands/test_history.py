"""`jobctl history`: every run that AWS still knows, and what made each a new run."""

from __future__ import annotations

from tests.conftest import Workspace
from tests.whole import jobs


def because(workspace: Workspace, job: str = "churn") -> list[list[str]]:
    """The reasons, the newest run first."""
    outcome = workspace.jobctl("history", job, "-s", "local", "--json")
    assert outcome.code == 0, outcome.text
    return [row["newBecause"] for row in outcome.json]


def deployed(workspace: Workspace) -> None:
    workspace.deployed()
    workspace.emulator.advance(7200)


def test_each_run_says_what_made_it_new(workspace: Workspace) -> None:
    """A changed field with its values, a generation, and the same definition after its file was away."""
    workspace.write("churn.json", jobs.service())
    deployed(workspace)
    workspace.write("churn.json", jobs.hyperparameters(eta="0.3"))
    deployed(workspace)
    workspace.write("churn.json", {**jobs.hyperparameters(eta="0.3"), "generation": "v 2"})
    deployed(workspace)
    (workspace.root / "jobs" / "churn.json").unlink()
    deployed(workspace)
    workspace.write("churn.json", {**jobs.hyperparameters(eta="0.3"), "generation": "v 2"})
    deployed(workspace)
    reasons = [
        [
            "the same definition again: the run before was released (its file removed, or another run between)"
        ],
        ["generation: none -> v_2"],
        ['request.serviceRequestPayload.HyperParameters.eta: "0.1" -> "0.3"'],
        ["the first run that AWS still knows"],
    ]
    assert because(workspace) == reasons
    first = workspace.jobctl("history", "churn", "-s", "local").stdout.splitlines()[-2:]
    assert first[0].startswith("2025-10-09T12:00:00Z  SUCCEEDED (released)  churn-")
    assert first[1] == "    the first run that AWS still knows"


def test_expired_run_is_still_told(workspace: Workspace) -> None:
    """SageMaker's record says the same of the run that Batch has forgotten, and no attempt counts twice."""
    workspace.write("churn.json", jobs.service())
    deployed(workspace)
    first = workspace.jobs()["churn"]["jobArn"].rpartition("/")[2]
    workspace.write("churn.json", jobs.hyperparameters(eta="0.3"))
    deployed(workspace)
    workspace.emulator.ask("DELETE", f"jobs/{first}")
    changed = 'request.serviceRequestPayload.HyperParameters.eta: "0.1" -> "0.3"'
    assert [reasons[:1] for reasons in because(workspace)] == [
        [changed],
        ["the first run that AWS still knows"],
    ]


def test_no_secret_is_told(workspace: Workspace) -> None:
    """Its place is named, never its value; of a job that is gone no value is shown at all."""
    secret = "hunter22-never-shown"
    assert workspace.jobctl("config", "set", "--secret", "token", secret, "-s", "local").code == 0
    document = jobs.service()
    jobs.payload(document)["Environment"] = {"TOKEN": "plain-at-first"}
    workspace.write("churn.json", document)
    deployed(workspace)
    jobs.payload(document)["Environment"] = {"TOKEN": "${config.token}"}
    workspace.write("churn.json", document)
    deployed(workspace)
    path = "request.serviceRequestPayload.Environment.TOKEN"
    assert because(workspace)[0] == [f"{path}: [secret] -> [secret]"]
    (workspace.root / "jobs" / "churn.json").unlink()
    deployed(workspace)
    assert because(workspace)[0] == [f"{path}: changed"]
    said = workspace.jobctl("history", "churn", "-s", "local").text
    assert secret not in said


def test_job_that_never_was(workspace: Workspace) -> None:
    """A name that is nearly one of the stack's is taken for a slip; any other has no runs."""
    workspace.write("churn.json", jobs.service())
    workspace.deployed()
    outcome = workspace.jobctl("history", "chrun", "-s", "local")
    assert (outcome.code, outcome.stderr) == (
        1,
        "error: there is no job `chrun` in the stack 'local'; did you mean `churn`?\n",
    )
    outcome = workspace.jobctl("history", "nothing", "-s", "local")
    assert (outcome.code, outcome.stdout) == (0, "AWS knows no run of nothing\n")
