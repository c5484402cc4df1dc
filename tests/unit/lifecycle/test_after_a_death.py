"""What a dead `up` left half done, finished by the next one."""

from __future__ import annotations

from typing import Any

import pytest

from components import lifecycle
from components.errors import JobError
from components.kinds import KINDS
from components.lifecycle import diff
from components.run.definition import RELEASED
from tests.fakes.aws import Account, Fault
from tests.fakes.jobs import inputs
from tests.unit.lifecycle.test_two_records import training_tags

SERVICE = KINDS["ServiceJob"]


def submitted(account: Account, **others: Any) -> tuple[str, dict[str, Any]]:
    return lifecycle.create(SERVICE, account.aws(), inputs(SERVICE, **others), lambda text: None)


def released(account: Account) -> tuple[str, dict[str, Any]]:
    """Removed with `keep` while it ran, by an `up` that died before its state was written."""
    id_, olds = submitted(account, onDelete="keep")
    account.move(id_, "RUNNING")
    olds = lifecycle.read(SERVICE, account.aws(), id_, olds) or {}
    lifecycle.delete(SERVICE, account.aws(), id_, olds, lambda text: None)
    return id_, olds


def half_deleted(account: Account) -> tuple[str, dict[str, Any]]:
    """Released, and then whoever was to terminate it died."""
    id_, olds = submitted(account)
    account.faults = [Fault("TerminateServiceJob", "before")]
    with pytest.raises(JobError, match="the connection ended"):
        lifecycle.delete(SERVICE, account.aws(), id_, olds, lambda text: None)
    return id_, olds


@pytest.mark.parametrize("whole", [False, True])
def test_a_run_whose_end_was_begun_stays_in_the_state_until_it_has_ended(whole: bool) -> None:
    """Else nobody would end it."""
    account = Account()
    id_, olds = half_deleted(account)
    seen = lifecycle.read(SERVICE, account.aws(), id_, olds, whole=whole)
    assert seen is not None
    lifecycle.delete(SERVICE, account.aws(), id_, seen, lambda text: None)
    assert account.jobs[0].terminated
    assert lifecycle.read(SERVICE, account.aws(), id_, olds) is None


@pytest.mark.parametrize("whole", [False, True])
@pytest.mark.parametrize("end", ["", "SUCCEEDED", "FAILED"])
def test_a_run_whose_end_was_begun_stays_where_it_is_declared_again(end: str, whole: bool) -> None:
    """It goes on, or went to its end: another would cost as much again."""
    account = Account()
    id_, olds = half_deleted(account)
    if end:
        account.move(id_, end)
    seen = lifecycle.read(SERVICE, account.aws(), id_, olds, whole=whole) or {}
    assert diff(SERVICE, id_, seen, inputs(SERVICE)).same
    # without the state too
    assert submitted(account)[0] == id_
    assert RELEASED not in account.jobs[0].tags


def test_a_run_whose_end_was_begun_has_its_files_rules_by_then() -> None:
    """It was to be taken from the queue, and costs money now: its end needs leave again, whenever it comes."""
    account = Account()
    id_, olds = half_deleted(account)
    account.move(id_, "RUNNING")
    with pytest.raises(JobError, match="is running"):
        submitted(account, generation=2)
    with pytest.raises(JobError, match="is running"):
        lifecycle.delete(SERVICE, account.aws(), id_, olds, lambda text: None)
    kept = {**olds, "onDelete": "keep"}
    lifecycle.delete(SERVICE, account.aws(), id_, kept, lambda text: None)
    assert not account.jobs[0].terminated
    assert submitted(account)[0] != id_


@pytest.mark.parametrize("whole", [False, True])
def test_a_run_that_was_released_and_went_on_is_the_jobs_where_its_file_is_back(
    whole: bool,
) -> None:
    """The `up` that released it died before its state was written. A finished run is not repeated over that."""
    account = Account()
    id_, olds = released(account)
    for status in ("RUNNING", "SUCCEEDED"):
        account.move(id_, status)
        seen = lifecycle.read(SERVICE, account.aws(), id_, olds, whole=whole)
        assert seen is not None
        assert seen["status"] == status
    # the mark is taken away once it has been seen: without the state the run would be submitted again over it
    assert diff(SERVICE, id_, seen, inputs(SERVICE)).forced
    now = lifecycle.update(SERVICE, account.aws(), id_, seen, inputs(SERVICE))
    assert diff(SERVICE, id_, now, inputs(SERVICE)).same
    assert all(RELEASED not in tags for tags in (account.jobs[0].tags, *training_tags(account)))
    assert submitted(account)[0] == id_


def test_a_run_that_was_released_and_went_on_is_ended_as_its_file_says_by_then() -> None:
    """No list shows its mark, which must not keep the next removal from ending it."""
    account = Account()
    id_, olds = released(account)
    olds = lifecycle.read(SERVICE, account.aws(), id_, {**olds, "onDelete": "terminate"}) or {}
    lifecycle.delete(SERVICE, account.aws(), id_, olds, lambda text: None)
    assert account.jobs[0].terminated


def test_any_update_takes_a_mark_away_that_no_list_shows() -> None:
    account = Account()
    id_, olds = released(account)
    news = inputs(SERVICE, onDelete="terminate")
    lifecycle.update(SERVICE, account.aws(), id_, olds, news)
    assert submitted(account)[0] == id_
    assert all(RELEASED not in tags for tags in (account.jobs[0].tags, *training_tags(account)))


def test_a_newer_run_of_a_name_that_the_file_gives_is_seen_in_the_list() -> None:
    """The run that it replaced is not the job's any more, although it goes on."""
    account = Account()
    request = {**inputs(SERVICE)["request"], "jobName": "mine"}
    id_, olds = submitted(account, request=request, onReplace="keep")
    account.move(id_, "RUNNING")
    olds = lifecycle.read(SERVICE, account.aws(), id_, olds) or {}
    submitted(account, request=request, onReplace="keep", generation=2)
    lifecycle.delete(SERVICE, account.aws(), id_, olds, lambda text: None, superseded_by="keep")
    assert lifecycle.read(SERVICE, account.aws(), id_, olds) is None


def test_a_queue_that_somebody_deletes_during_a_long_up_fails_no_job() -> None:
    account = Account(queues=("training", "other"))
    aws = account.aws()
    lifecycle.create(SERVICE, aws, inputs(SERVICE), lambda text: None)
    account.queues = ("training",)
    account.now += 31
    job = inputs(SERVICE, name="second", identity="aws-jobs/dev/second")
    lifecycle.create(SERVICE, aws, job, lambda text: None)
    assert len(account.jobs) == 2


@pytest.mark.parametrize("whole", [False, True])
def test_an_old_state_leads_to_the_newer_run(whole: bool) -> None:
    """Released with `keep`, and submitted anew since: an old state knows the first alone."""
    account = Account()
    id_, olds = released(account)
    newer, _ = submitted(account)
    assert newer != id_
    assert lifecycle.read(SERVICE, account.aws(), id_, olds, whole=whole) is None
    assert submitted(account)[0] == newer


def test_a_deletion_finds_the_run_that_its_own_process_submitted() -> None:
    """The list that all jobs share is older than that run."""
    account = Account()
    first, olds = submitted(account, onDelete="terminate")
    account.move(first, "RUNNING")
    olds = lifecycle.read(SERVICE, account.aws(), first, olds) or {}
    second, later = lifecycle.create(
        SERVICE,
        account.aws(),
        inputs(SERVICE, onDelete="terminate", generation=1),
        lambda text: None,
        replacing={first},
    )
    aws = account.aws()
    lifecycle.read(SERVICE, aws, second, later)
    changed = inputs(SERVICE, onDelete="terminate", generation=2)
    lifecycle.create(SERVICE, aws, changed, lambda text: None, replacing={second})
    lifecycle.delete(SERVICE, aws, second, later, lambda text: None, superseded_by="refuse")
    lifecycle.delete(SERVICE, aws, first, olds, lambda text: None)
    assert not account.jobs[0].terminated


def test_two_runners_do_not_submit_what_the_other_has_reverted_to() -> None:
    """One read its lists, and then the other replaced the run and came back to it."""
    account = Account()
    first, _ = submitted(account, generation=1)
    slow = account.aws()
    other = inputs(SERVICE, name="other", identity="aws-jobs/dev/other")
    lifecycle.create(SERVICE, slow, other, lambda text: None)
    submitted(account, generation=2)
    again, _ = submitted(account, generation=1)
    assert again != first
    mine, _ = lifecycle.create(SERVICE, slow, inputs(SERVICE, generation=1), lambda text: None)
    assert mine == again


def test_a_newer_run_ends_the_older_ones_that_wait() -> None:
    """With the state lost nobody else would; one past the queue needs leave."""
    account = Account()
    for generation in (1, 2):
        submitted(account, generation=generation)
    assert [job.terminated for job in account.jobs] == [True, False]
    account.move(account.jobs[1].arn, "RUNNING")
    submitted(account, generation=3, onReplace="terminate")
    assert [job.terminated for job in account.jobs] == [True, True, False]


def test_a_newer_run_leaves_alone_what_an_alias_names() -> None:
    """Under the alias another job may be declared still."""
    account = Account()
    submitted(account)
    others = {"name": "attrition", "identity": "aws-jobs/dev/attrition", "generation": 2}
    submitted(account, formerly=["aws-jobs/dev/churn"], **others)
    assert [job.terminated for job in account.jobs] == [False, False]


def test_taking_over_sets_what_aws_can_change() -> None:
    """The file may have changed while nobody knew of the run."""
    account = Account()
    submitted(account)
    changed = inputs(SERVICE)
    changed["request"] = {**changed["request"], "schedulingPriority": 7, "tags": {"team": "vision"}}
    lifecycle.create(SERVICE, account.aws(), changed, lambda text: None)
    [job] = account.jobs
    assert job.tags["team"] == "vision"
    assert account.count("UpdateServiceJob") == 1


def test_a_whole_refresh_shows_a_tag_that_differs_in_aws() -> None:
    """Changed by hand, or by an `up` that died before the state knew."""
    account = Account()
    id_, olds = submitted(account)
    account.jobs[0].tags["team"] = "vision"
    account.jobs[0].tags["somebody"] = "else's"
    seen = lifecycle.read(SERVICE, account.aws(), id_, olds, whole=True) or {}
    assert seen["request"]["tags"] == {"team": "vision"}
    assert not diff(SERVICE, id_, seen, inputs(SERVICE)).same


def test_deleting_what_batch_has_forgotten_marks_its_training_job() -> None:
    """SageMaker knows it for longer, and a later `up` would take it over."""
    account = Account()
    id_, olds = submitted(account)
    account.move(id_, "SUCCEEDED")
    seen = lifecycle.read(SERVICE, account.aws(), id_, olds) or {}
    account.jobs[0].expired = True
    lifecycle.delete(SERVICE, account.aws(), id_, seen, lambda text: None)
    submitted(account)
    assert len(account.jobs) == 2


def test_a_run_that_is_shown_after_the_refused_submission_gets_what_the_file_says() -> None:
    """The state is lost and the list lags: adopted by its token, and tagged as the file has it by now."""
    account = Account()
    id_, _ = submitted(account)
    account.hidden = 2  # two queues
    changed = inputs(SERVICE)
    changed["request"] = {**changed["request"], "schedulingPriority": 7, "tags": {"team": "vision"}}
    again, _ = lifecycle.create(SERVICE, account.aws(), changed, lambda text: None)
    assert again == id_
    assert account.jobs[0].tags["team"] == "vision"
    assert account.count("UpdateServiceJob") == 1


def test_a_released_run_that_is_shown_late_is_followed_by_another() -> None:
    """Its token is refused; the next one is made from it, at once and not after a minute."""
    account = Account()
    id_, olds = submitted(account)
    lifecycle.delete(SERVICE, account.aws(), id_, olds, lambda text: None)
    account.hidden = 2
    again, _ = submitted(account)
    assert again == account.jobs[1].arn
    assert account.paused == []
