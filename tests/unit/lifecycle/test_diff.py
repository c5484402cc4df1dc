"""Diff and update: what makes another run, and what does not."""

from __future__ import annotations

from typing import Any

import pytest

from components import lifecycle
from components.errors import JobError
from components.kinds import KINDS
from components.lifecycle import diff
from components.run.definition import IDENTITY
from tests.fakes.aws import Account
from tests.fakes.jobs import inputs

SERVICE = KINDS["ServiceJob"]


def state(**others: Any) -> dict[str, Any]:
    return {**inputs(SERVICE), "phase": "SUCCEEDED", "status": "SUCCEEDED", **others}


def with_payload(**fields: Any) -> dict[str, Any]:
    given = inputs(SERVICE)
    given["request"]["serviceRequestPayload"] = {
        **given["request"]["serviceRequestPayload"],
        **fields,
    }
    return given


def test_equal_definitions_are_the_same() -> None:
    """No diff is no step, whatever AWS reports of the run meanwhile."""
    assert diff(SERVICE, "arn", state(statusReason="x"), inputs(SERVICE)).same


def test_what_is_only_shown_of_the_code_is_no_difference() -> None:
    """A state that has no count yet, or another form of the record, is not updated."""
    old = state(code={"sha256": "a", "uri": "s3://b/a.tar.gz", "files": {"a/b.py": "1"}})
    new = inputs(SERVICE, code={"sha256": "a", "uri": "s3://b/a.tar.gz", "files": {}, "count": 1})
    assert diff(SERVICE, "arn", old, new).same
    new["code"]["uri"] = "s3://c/a.tar.gz"
    assert not diff(SERVICE, "arn", old, new).same


@pytest.mark.parametrize(
    ("change", "named"),
    [
        (with_payload(HyperParameters={"eta": "0.3"}), ["request"]),
        (inputs(SERVICE, generation="2026-11-01"), ["generation"]),
        (inputs(SERVICE, period="2026-W48"), ["period"]),
        (inputs(SERVICE, region="eu-west-1"), ["region"]),
        (inputs(SERVICE, watched={"s3://b/k": "etag"}), ["watched"]),
        (inputs(SERVICE, code={"sha256": "a", "files": {}}), ["code"]),
    ],
)
def test_another_definition_is_another_run(change: dict[str, Any], named: list[str]) -> None:
    """Each part of a definition makes another run, and the preview names it."""
    assert diff(SERVICE, "arn", state(), change).replaces == named


@pytest.mark.parametrize(
    "change",
    [
        {"onReplace": "keep"},
        {"onDelete": "terminate"},
        {"identity": "aws-jobs/dev/renamed", "name": "renamed"},
        {"formerly": ["aws-jobs/dev/old"]},
        {"request": {**inputs(SERVICE)["request"], "schedulingPriority": 9}},
        {"request": {**inputs(SERVICE)["request"], "tags": {"team": "ads"}}},
    ],
)
def test_settings_names_and_what_aws_can_change_are_no_new_run(change: dict[str, Any]) -> None:
    """They update in place: no replacement, and not nothing either."""
    found = diff(SERVICE, "arn", state(), inputs(SERVICE, **change))
    assert found.replaces == []
    assert not found.same


def test_a_rotated_secret_is_no_new_run() -> None:
    """A secret leaf counts by its place; the new value is stored without a call."""
    path = ["request.serviceRequestPayload.Environment.TOKEN"]
    old = {**with_payload(Environment={"TOKEN": "one"}), "secretPaths": path, "phase": "SUCCEEDED"}
    new = {**with_payload(Environment={"TOKEN": "two"}), "secretPaths": path}
    assert diff(SERVICE, "arn", old, new).replaces == []


def test_numbers_and_key_order_do_not_matter() -> None:
    """`1` and `1.0` are the same to AWS, and so is any order of keys."""
    given = inputs(SERVICE)
    given["request"] = dict(reversed(given["request"].items()))
    given["request"]["retryStrategy"] = {"attempts": 1.0}
    old = state()
    old["request"]["retryStrategy"] = {"attempts": 1}
    assert diff(SERVICE, "arn", old, given).same


@pytest.mark.parametrize("status", ["STARTING", "RUNNING"])
def test_replacing_a_run_past_the_queue_needs_leave(status: str) -> None:
    """One sentence: the job, since when it runs, the three ways on."""
    old = state(phase="RUNNING", status=status, startedAt="2026-11-22T10:00:00Z", jobName="churn-1")
    with pytest.raises(JobError) as caught:
        diff(SERVICE, "arn", old, inputs(SERVICE, generation=2))
    assert str(caught.value) == (
        f"churn: run churn-1 is {status.lower()} since 2026-11-22T10:00:00Z, and this change needs a"
        " new run; wait until it has ended, or set `onReplace: terminate` or `onReplace: keep`"
        " in the job file"
    )


@pytest.mark.parametrize("leave", ["terminate", "keep"])
def test_with_leave_a_running_run_is_replaced(leave: str) -> None:
    """The file that asks for the new run gives the leave."""
    new = inputs(SERVICE, generation=2, onReplace=leave)
    assert diff(SERVICE, "arn", state(phase="RUNNING"), new).replaces == ["generation"]


def test_a_placeholder_is_replaced_when_nothing_is_waited_for() -> None:
    """Its turn has come: the replacement is a submission."""
    old = {**inputs(SERVICE), "waitingFor": ["prepare"], "phase": "WAITING"}
    assert diff(SERVICE, "waiting/x", old, inputs(SERVICE)).replaces == ["waitingFor"]


def test_a_run_that_waits_for_another_stays_as_it_is() -> None:
    """A dependent that ran is not changed until the other has succeeded again."""
    new = inputs(SERVICE, waitingFor=["prepare"], generation=2)
    assert diff(SERVICE, "arn", state(), new).same


def updated(account: Account, status: str, **others: Any) -> dict[str, Any]:
    id_, olds = lifecycle.create(SERVICE, account.aws(), inputs(SERVICE), lambda text: None)
    account.move(id_, status)
    olds = lifecycle.read(SERVICE, account.aws(), id_, olds) or {}
    return lifecycle.update(SERVICE, account.aws(), id_, olds, inputs(SERVICE, **others))


def test_priority_and_tags_change_in_place() -> None:
    """UpdateServiceJob and TagResource on the same job."""
    account = Account()
    request = {**inputs(SERVICE)["request"], "schedulingPriority": 9, "tags": {"cost": "1"}}
    outputs = updated(account, "RUNNABLE", request=request)
    [job] = account.jobs
    assert job.request["schedulingPriority"] == 9
    assert job.tags["cost"] == "1"
    assert "team" not in job.tags
    assert outputs["request"]["schedulingPriority"] == 9


def test_a_finished_run_is_not_called_for_tags_or_priority() -> None:
    """Nothing would come of it; the state records the new definition."""
    account = Account()
    request = {**inputs(SERVICE)["request"], "schedulingPriority": 9, "tags": {"cost": "1"}}
    outputs = updated(account, "SUCCEEDED", request=request)
    assert account.count("UpdateServiceJob") == account.count("TagResource") == 0
    assert outputs["request"]["tags"] == {"cost": "1"}
    assert outputs["phase"] == "SUCCEEDED"


def test_a_rename_re_tags_a_finished_run() -> None:
    """The identity tag is what finds the run without state."""
    account = Account()
    updated(account, "SUCCEEDED", name="renamed", identity="aws-jobs/dev/renamed")
    assert account.jobs[0].tags[IDENTITY] == "aws-jobs/dev/renamed"
    assert account.count("SubmitServiceJob") == 1


@pytest.mark.parametrize("status", ["RUNNABLE", "SUCCEEDED"])
def test_a_renamed_stack_takes_its_runs_along(status: str) -> None:
    """`stack rename` is an update that re-tags: by the policy that `jobctl iam --formerly` prints, and no other."""
    account = Account()
    submitted = lifecycle.create(SERVICE, account.aws(), inputs(SERVICE), lambda text: None)
    account.move(submitted[0], status)
    olds = lifecycle.read(SERVICE, account.aws(), *submitted) or {}
    account.stack = "prod"
    renamed = inputs(SERVICE, identity="aws-jobs/prod/churn")
    with pytest.raises(AssertionError, match="the deploy role does not allow"):
        lifecycle.update(SERVICE, account.aws(), submitted[0], olds, renamed)
    account.formerly = ("dev",)
    lifecycle.update(SERVICE, account.aws(), submitted[0], olds, renamed)
    assert [job.tags[IDENTITY] for job in account.jobs] == ["aws-jobs/prod/churn"]
