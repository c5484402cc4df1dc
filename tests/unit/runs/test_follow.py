"""Looking at many runs costs few calls, and shows what AWS has now."""

from __future__ import annotations

from collections import Counter
from typing import Any

import pytest

from cli.runs.entries import Entry
from cli.runs.follow import Follower
from components import lifecycle
from components.errors import Denied, Unanswered
from components.kinds import KINDS
from components.redact import Redactor
from tests.fakes.aws import Account, Fault, refusal
from tests.fakes.jobs import inputs

SERVICE = KINDS["ServiceJob"]


def submit(account: Account, name: str, queue: str = "training") -> Entry:
    own = inputs(SERVICE, name=name, identity=f"aws-jobs/dev/{name}")
    own["request"] = {**own["request"], "jobQueue": queue}
    id_, outputs = lifecycle.create(SERVICE, account.aws(), own, lambda text: None)
    return Entry(name, SERVICE, id_, outputs)


def follow(account: Account, secrets: tuple[str, ...] = ()) -> Follower:
    aws = account.aws()
    return Follower(lambda _region: aws, Redactor(secrets))


@pytest.fixture(scope="module")
def fleet() -> tuple[Account, list[Entry]]:
    """200 active runs in two queues, half of them in each, and 150 of other teams'."""
    account = Account()
    entries = [submit(account, f"job-{at}", ("training", "other")[at % 2]) for at in range(200)]
    for entry in entries:
        account.move(entry.id, "RUNNING")
    for entry in entries[:20]:
        account.move(entry.id, "RUNNABLE")
    return account, entries


def test_200_active_runs_take_three_lists_a_queue_and_describe_only_what_changed(
    fleet: tuple[Account, list[Entry]],
) -> None:
    """The first look differs from the state in each run; the second in the two that have changed since."""
    account, entries = fleet
    follower = follow(account)
    follower.look(entries, usual=True)
    account.calls.clear()
    assert len(follower.look(entries)) == 200
    quiet = Counter(account.calls)
    assert quiet["ListServiceJobs"] <= 2 * 3
    assert quiet["DescribeServiceJob"] == 0
    for entry in entries[50:52]:
        account.move(entry.id, "SUCCEEDED")
    account.calls.clear()
    jobs = {job.name: job.status for job in follower.look(entries)}
    assert account.count("DescribeServiceJob") == 2
    assert jobs["job-50"] == jobs["job-51"] == "SUCCEEDED"


def test_what_has_ended_is_not_asked_about() -> None:
    """A stack whose runs have all ended costs no call."""
    account = Account()
    entry = submit(account, "churn")
    account.move(entry.id, "SUCCEEDED")
    follower = follow(account)
    [job] = follower.look([entry])
    account.calls.clear()
    assert [follower.look([entry])[0].status, job.status] == ["SUCCEEDED", "SUCCEEDED"]
    assert account.calls == []


def test_a_waiting_run_has_its_place_and_who_is_before_it() -> None:
    """The snapshot tells the order, the list of waiting jobs their names."""
    account = Account()
    entries = [submit(account, name) for name in ("etl", "forecast", "churn")]
    for entry in entries:
        account.move(entry.id, "RUNNABLE")
    *_, churn = follow(account).look(entries)
    assert (churn.wait.position, churn.where) == (3, "#3 in training")
    assert churn.wait.sentence == "number 3 in queue training, behind etl, forecast"
    assert churn.wait.evidence["ahead"] == ["etl", "forecast"]


def test_who_may_not_see_the_queue_is_told_so() -> None:
    """The status is shown all the same."""
    account = Account()
    entry = submit(account, "churn")
    account.move(entry.id, "RUNNABLE")
    account.faults.append(
        Fault("GetJobQueueSnapshot", "before", refusal("AccessDeniedException", "no", 403))
    )
    [job] = follow(account).look([entry])
    assert job.status == "RUNNABLE"
    assert "not known why" in job.wait.sentence
    assert "GetJobQueueSnapshot" in job.wait.sentence


def test_a_throttled_look_keeps_what_was_known() -> None:
    """The next one asks again."""
    account = Account()
    entry = submit(account, "churn")
    follower = follow(account)
    follower.look([entry])
    account.move(entry.id, "RUNNING")
    account.faults.append(
        Fault("DescribeServiceJob", "before", refusal("ThrottlingException", "slow down"))
    )
    assert follower.look([entry])[0].status == "SUBMITTED"
    assert follower.look([entry])[0].status == "RUNNING"


def test_a_list_without_an_answer_does_not_end_a_long_wait() -> None:
    """What is known stays; only the first look has nothing to show."""
    account = Account()
    entry = submit(account, "churn")
    follower = follow(account)
    account.faults.append(Fault("ListServiceJobs", "before"))
    with pytest.raises(Unanswered):
        follower.look([entry])
    follower.look([entry])
    account.faults.append(Fault("ListServiceJobs", "before"))
    assert follower.look([entry])[0].status == "SUBMITTED"
    assert "batch:ListServiceJobs" in follower.unanswered
    follower.look([entry])
    assert follower.unanswered == ""


def test_runs_that_no_list_shows_are_described_in_turn() -> None:
    """300 newer runs of another team in the queue must not cost a Describe for each of ours at each look."""
    account = Account()
    ours = [submit(account, f"ours-{at}") for at in range(12)]
    for at in range(210):
        submit(account, f"theirs-{at}")
    follower = follow(account)
    follower.look(ours)
    for entry in ours:
        account.move(entry.id, "SUCCEEDED")
    account.calls.clear()
    looks = [{job.name for job in follower.look(ours) if job.phase.ended} for _ in range(3)]
    assert [len(seen) for seen in looks] == [5, 10, 12]
    assert account.count("DescribeServiceJob") == 12
    assert account.count("ListServiceJobs") <= 3 * 3


def test_a_list_that_is_denied_is_an_error() -> None:
    """Nothing can be said then, and the sentence names the permission."""
    account = Account()
    entry = submit(account, "churn")
    account.faults.append(
        Fault("ListServiceJobs", "before", refusal("AccessDeniedException", "no", 403))
    )
    with pytest.raises(Denied, match="batch:ListServiceJobs"):
        follow(account).look([entry])


def test_a_secret_that_aws_says_back_is_hidden() -> None:
    """In the reason of a failure."""
    account = Account()
    entry = submit(account, "churn")
    account.move(entry.id, "FAILED")
    record = account.find(entry.id)
    record.terminated, record.reason = True, "login with hunter2hunter2 failed"
    [job] = follow(account, ("hunter2hunter2",)).look([entry])
    assert job.reason == "login with [secret] failed"


def test_usual_span_is_the_median_of_earlier_runs() -> None:
    """Of the same job, as the lists of a week show them."""
    account = Account()
    entry = submit(account, "churn")
    follower = follow(account)
    follower._spans = {("ServiceJob", "churn"): {"a": 100.0, "b": 300.0, "c": 200.0}}
    [job] = follower.look([entry])
    assert follower.usual_span(job) == 200.0


def test_a_run_of_another_kind_without_queue() -> None:
    """Personalize lists all jobs in one list, and says no more about why one waits."""
    kind = KINDS["BatchInferenceJob"]
    account = Account()
    own: dict[str, Any] = inputs(kind)
    id_, outputs = lifecycle.create(kind, account.aws(), own, lambda text: None)
    [job] = follow(account).look([Entry("churn", kind, id_, outputs)])
    assert "say no more" in job.wait.sentence
