"""`jobctl history`: every run that AWS still knows, and what made each a new run."""

from __future__ import annotations

from tests.conftest import Workspace
from tests.end_to_end import jobs


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
    workspace.write("churn.json", {**jobs.hyperparameters(eta="0.3"), "generation": "v 2"})
    deployed(workspace)
    (workspace.root / "jobs" / "churn.json").unlink()
    deployed(workspace)
    workspace.write("churn.json", {**jobs.hyperparameters(eta="0.3"), "generation": "v 2"})
    deployed(workspace)
    said = workspace.jobctl("history", "churn", "-s", "local").stdout.splitlines()
    assert [line for line in said if line.startswith("    ")] == [
        "    same definition; the previous run was released (its file was removed, or another run came in between)",
        "    generation: none -> v_2",
        '    request.serviceRequestPayload.HyperParameters.eta: "0.1" -> "0.3"',
        "    first run that AWS still knows",
    ]
    assert said[-2].startswith("2025-10-09T12:00:00Z  SUCCEEDED (released)  churn-")


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
        ["first run that AWS still knows"],
    ]


def test_no_secret_is_told(workspace: Workspace) -> None:
    """AWS shows the value to everyone in the account; we do not. Its place is named."""
    secret = "hunter22-never-shown"
    done = workspace.jobctl("config", "set", "--secret", "token", secret, "-s", "local")
    assert done.code == 0, done.text
    document = jobs.service()
    jobs.payload(document)["Environment"] = {"TOKEN": "plain-at-first"}
    workspace.write("churn.json", document)
    deployed(workspace)
    jobs.payload(document)["Environment"] = {"TOKEN": "${config.token}"}
    workspace.write("churn.json", document)
    deployed(workspace)
    outcome = workspace.jobctl("history", "churn", "-s", "local")
    assert (
        "    request.serviceRequestPayload.Environment.TOKEN: [secret] -> [secret]\n"
        in outcome.stdout
    )
    assert secret not in outcome.text


def test_job_that_never_was(workspace: Workspace) -> None:
    """A name that is nearly one of the stack's is taken for a slip; any other has no runs."""
    workspace.write("churn.json", jobs.service())
    outcome = workspace.jobctl("history", "chrun", "-s", "local")
    assert (outcome.code, outcome.stderr) == (
        1,
        "error: there is no job `chrun` in the stack 'local'; did you mean `churn`?\n",
    )
    outcome = workspace.jobctl("history", "nothing", "-s", "local")
    assert (outcome.code, outcome.stdout) == (0, "AWS knows no runs of nothing\n")
