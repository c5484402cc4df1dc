"""A run that was stopped on purpose stands for its definition: nothing is submitted in its place."""

from __future__ import annotations

from components import lifecycle
from components.aws.runs import describe
from components.kinds import KINDS
from components.lifecycle.stop import REASON, stop
from components.run.definition import STOPPED
from tests.fakes.aws import Account
from tests.fakes.jobs import inputs

SERVICE = KINDS["ServiceJob"]


def test_a_stopped_run_is_adopted_where_the_state_was_lost() -> None:
    """Without the mark it would be submitted again, as after a termination by somebody else."""
    account = Account()
    id_, _ = lifecycle.create(SERVICE, account.aws(), inputs(SERVICE), lambda text: None)
    account.move(id_, "RUNNING")
    stop(SERVICE, account.aws(), describe(account.aws(), SERVICE, id_, "churn"), "churn")
    assert (account.jobs[0].status, account.jobs[0].reason) == ("FAILED", REASON)
    [training] = account.trainings.values()
    assert STOPPED in {tag["Key"] for tag in training["Tags"]}
    again, outputs = lifecycle.create(SERVICE, account.aws(), inputs(SERVICE), lambda text: None)
    assert again == id_
    assert (outputs["phase"], outputs["statusReason"]) == ("FAILED", REASON)
    assert len(account.jobs) == 1


def test_another_definition_is_submitted_all_the_same() -> None:
    """The mark is of the run, not of the job: `rerun` changes the definition."""
    account = Account()
    id_, _ = lifecycle.create(SERVICE, account.aws(), inputs(SERVICE), lambda text: None)
    stop(SERVICE, account.aws(), describe(account.aws(), SERVICE, id_, "churn"), "churn")
    other, _ = lifecycle.create(
        SERVICE, account.aws(), inputs(SERVICE, generation=2), lambda text: None
    )
    assert other != id_
