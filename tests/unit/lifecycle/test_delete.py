"""Delete: released first, ended only with leave."""

from __future__ import annotations

from typing import Any

import pytest

from components import lifecycle
from components.errors import JobError
from components.kinds import KINDS
from components.run.definition import RELEASED
from tests.fakes.aws import Account, Fault, refusal
from tests.fakes.jobs import inputs

SERVICE, INFERENCE = KINDS["ServiceJob"], KINDS["BatchInferenceJob"]


def submitted(account: Account, **others: Any) -> tuple[str, dict[str, Any]]:
    return lifecycle.create(SERVICE, account.aws(), inputs(SERVICE, **others), lambda text: None)


def replaced(account: Account, old: str, **others: Any) -> None:
    """A newer run, as after a preview that approved the replacement of the old one."""
    given = inputs(SERVICE, **others)
    lifecycle.create(SERVICE, account.aws(), given, lambda text: None, replacing=[old])


def delete(account: Account, id_: str, olds: dict[str, Any], **others: Any) -> list[str]:
    said: list[str] = []
    kind = SERVICE if ":batch:" in id_ else INFERENCE
    lifecycle.delete(kind, account.aws(), id_, olds, said.append, **others)
    return said


def test_a_job_that_waits_in_the_queue_is_released_and_terminated() -> None:
    """It costs nothing yet, so no leave is needed."""
    account = Account()
    delete(account, *submitted(account))
    assert account.jobs[0].terminated
    assert RELEASED in account.jobs[0].tags


def test_a_running_job_is_refused_before_anything_is_touched() -> None:
    """One sentence: the job, since when it runs, the ways on."""
    account = Account()
    id_, olds = submitted(account)
    account.move(id_, "RUNNING")
    with pytest.raises(
        JobError, match=r"churn: run churn-\w{8}-\w{4} is running since 2025.*onDelete"
    ):
        delete(account, id_, olds)
    assert RELEASED not in account.jobs[0].tags
    assert not account.jobs[0].terminated


def test_a_running_job_is_terminated_with_leave() -> None:
    """`onDelete: terminate` in its file, or the stack's allowTerminate."""
    for others, setting in (({"onDelete": "terminate"}, False), ({}, True)):
        account = Account()
        id_, olds = submitted(account, **others)
        account.move(id_, "RUNNING")
        delete(account, id_, olds, may_terminate=setting)
        assert account.jobs[0].terminated


@pytest.mark.parametrize("rule", ["terminate", "keep"])
def test_a_run_that_somebody_is_stopping_is_released_and_not_stopped_again(rule: str) -> None:
    """SageMaker refuses a second stop, and the removal must not fail over it."""
    kind = KINDS["TransformJob"]
    account = Account()
    id_, olds = lifecycle.create(
        kind, account.aws(), inputs(kind, onDelete=rule), lambda text: None
    )
    account.move(id_, "Stopping")
    said: list[str] = []
    lifecycle.delete(kind, account.aws(), id_, olds, said.append)
    assert RELEASED in account.jobs[0].tags
    assert account.count("StopTransformJob") == 0
    assert said == []


def test_keep_releases_a_running_job_and_says_so() -> None:
    """`onDelete: keep`: it keeps running in AWS and is no longer ours."""
    account = Account()
    id_, olds = submitted(account, onDelete="keep")
    account.move(id_, "RUNNING")
    [said] = delete(account, id_, olds)
    assert "keeps running in AWS" in said
    assert not account.jobs[0].terminated
    assert RELEASED in account.jobs[0].tags


def test_a_finished_job_is_released_and_its_training_job_too() -> None:
    """SageMaker's record outlives Batch's, so it carries the mark as well: destroy then up is a new run."""
    account = Account()
    id_, olds = submitted(account)
    account.move(id_, "SUCCEEDED")
    delete(account, id_, olds)
    [training] = account.trainings.values()
    assert RELEASED in {tag["Key"] for tag in training["Tags"]}
    account.jobs[0].expired = True
    submitted(account)
    assert len(account.jobs) == 2


def test_an_expired_record_is_nothing_to_delete() -> None:
    """AWS has forgotten it: no error, no call beyond the look."""
    account = Account()
    id_, olds = submitted(account)
    account.jobs[0].expired = True
    delete(account, id_, olds)
    assert account.count("TerminateServiceJob") == 0


def test_a_refused_release_is_an_error_and_nothing_is_terminated() -> None:
    """Without the mark, a later `up` would adopt what was deleted."""
    account = Account()
    id_, olds = submitted(account)
    denied = refusal("AccessDeniedException", "not authorized to perform batch:TagResource")
    account.faults = [Fault("TagResource", "before", denied)]
    with pytest.raises(JobError, match="AWS denies batch:TagResource"):
        delete(account, id_, olds)
    assert not account.jobs[0].terminated


@pytest.mark.parametrize(
    ("on_replace", "status", "terminated"),
    [
        ("refuse", "RUNNABLE", True),
        ("refuse", "RUNNING", False),
        ("keep", "RUNNING", False),
        ("terminate", "RUNNING", True),
    ],
)
def test_a_superseded_run_ends_as_the_newer_definition_says(
    on_replace: str, status: str, terminated: bool
) -> None:
    """The new file's `onReplace` counts, not the old one's: it is what the preview showed."""
    account = Account()
    id_, olds = submitted(account)
    account.move(id_, status)
    replaced(account, id_, generation=2, onReplace=on_replace)
    delete(account, id_, olds)
    assert account.jobs[0].terminated is terminated
    assert RELEASED in account.jobs[0].tags
    assert not account.jobs[1].terminated


def test_a_run_taken_over_again_is_left_alone_by_its_old_entry() -> None:
    """A pending deletion of before the state was lost does not end the run that is declared again."""
    account = Account()
    id_, olds = submitted(account)
    submitted(account)
    [said] = delete(account, id_, olds, declared=True)
    assert "adopted again" in said
    assert not account.jobs[0].terminated


def test_a_personalize_job_is_released_and_goes_on() -> None:
    """Personalize has no stop and no delete; the log says so."""
    account = Account()
    id_, olds = lifecycle.create(INFERENCE, account.aws(), inputs(INFERENCE), lambda text: None)
    [said] = delete(account, id_, olds)
    assert "cannot be stopped" in said
    assert RELEASED in account.jobs[0].tags


def test_another_account_is_refused() -> None:
    """Credentials of another account touch nothing."""
    account = Account()
    id_, olds = submitted(account)
    foreign = id_.replace("123456789012", "999999999999")
    with pytest.raises(JobError, match="its run is in account 999999999999"):
        delete(account, foreign, olds)


@pytest.mark.parametrize(("on_replace", "terminated"), [("terminate", True), ("refuse", False)])
def test_a_run_superseded_in_another_queue_is_no_removal(on_replace: str, terminated: bool) -> None:
    """Its successor is looked for in every training queue of the region."""
    account = Account()
    id_, olds = submitted(account)
    account.move(id_, "RUNNING")
    request = {**inputs(SERVICE)["request"], "jobQueue": "other"}
    replaced(account, id_, request=request, onReplace=on_replace)
    delete(account, id_, olds)
    assert account.jobs[0].terminated is terminated


def test_a_replacement_that_was_seen_needs_no_search() -> None:
    """The process that diffed knows the new `onReplace`: a changed `jobName` hides the successor from lists."""
    account = Account()
    id_, olds = submitted(account)
    account.move(id_, "RUNNING")
    delete(account, id_, olds, superseded_by="keep")
    assert not account.jobs[0].terminated
    assert RELEASED in account.jobs[0].tags


def test_a_training_job_that_batch_never_knew_is_stopped_by_sagemaker() -> None:
    """One adopted while it ran: `onDelete: terminate` ends it where it is known."""
    account = Account()
    id_, _ = submitted(account)
    account.move(id_, "RUNNING")
    training = next(iter(account.trainings.values()))
    training["Tags"], account.jobs[:] = [], []
    account.adopted = (training["TrainingJobArn"],)
    arn, olds = submitted(account, adopt=training["TrainingJobArn"], onDelete="terminate")
    lifecycle.delete(SERVICE, account.aws(), arn, olds, lambda text: None)
    assert training["TrainingJobStatus"] == "Stopped"
    assert RELEASED in {tag["Key"] for tag in training["Tags"]}
