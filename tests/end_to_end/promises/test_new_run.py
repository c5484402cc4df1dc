"""What is a new run, and what must not happen before somebody said so."""

from __future__ import annotations

from collections import Counter

import pytest

from local.aws.batch.models import ServiceJobBackend
from local.aws.batch.submit import submit
from local.aws.server import extend
from tests.crash.play import put, strike
from tests.crash.stack import Stack

SERVICE, INFERENCE = "ServiceJob", "BatchInferenceJob"
CHANGES = {
    "SubmitServiceJob",
    "TerminateServiceJob",
    "TagResource",
    "UntagResource",
    "UpdateServiceJob",
    "CreateBatchInferenceJob",
}


def test_a_revert_is_a_new_run(stack: Stack) -> None:
    """A, B, A again: three runs, the last one alone lives."""
    for which in ("A", "B", "A"):
        put(stack, SERVICE, which)
        assert stack.up().code == 0
    first, second, third = stack.runs()
    assert (first.live, second.live, third.live) == (False, False, True)
    assert first.digest == third.digest != second.digest
    assert stack.preview().code == 0


@pytest.mark.parametrize("step", ["SubmitServiceJob 1 !", "TagResource 1 !"])
def test_a_revert_after_an_up_that_died_in_between_is_a_new_run(stack: Stack, step: str) -> None:
    """The old run was to be ended and B is in AWS: A is neither adopted nor lost."""
    put(stack, SERVICE, "A")
    assert stack.up().code == 0
    put(stack, SERVICE, "B")
    struck = strike(stack, step, "engine")
    assert stack.up().code == -9
    assert struck
    stack.faults.look = lambda call: None
    assert stack.run("cancel", "--yes").code == 0
    assert stack.up().code == 0  # with B still: what died is finished
    put(stack, SERVICE, "A")
    assert stack.up().code == 0
    first, second, third = stack.runs()
    assert (first.live, second.live, third.live) == (False, False, True)
    assert first.digest == third.digest != second.digest


@pytest.mark.parametrize("kind", [SERVICE, INFERENCE])
def test_destroy_then_up_is_a_new_run(stack: Stack, kind: str) -> None:
    """What was released is never adopted."""
    put(stack, kind, "A")
    assert stack.up().code == 0
    assert stack.run("destroy", "--yes", "--skip-preview").code == 0
    assert stack.resources() == []
    assert stack.up().code == 0
    first, second = stack.runs()
    assert first.released
    assert not second.released
    assert first.digest == second.digest
    assert first.name != second.name or kind == SERVICE


def test_personalize_jobs_go_on_and_destroy_says_so(stack: Stack) -> None:
    """There is no stop and no delete: the job goes on, and the state forgets it."""
    put(stack, INFERENCE, "A")
    assert stack.up().code == 0
    done = stack.run("destroy", "--yes", "--skip-preview")
    assert done.code == 0
    assert "keeps running in AWS" in done.text
    [run] = stack.runs()
    assert run.live
    assert run.released
    assert stack.resources() == []


@pytest.mark.parametrize("status", ["SCHEDULED", "STARTING", "RUNNING"])
def test_replacing_a_run_past_the_queue_needs_leave(stack: Stack, status: str) -> None:
    """Preview and `up` stop with one sentence; nothing was submitted, marked or ended by then."""
    put(stack, SERVICE, "A")
    assert stack.up().code == 0
    stack.move(stack.runs()[0], status)
    put(stack, SERVICE, "B")
    stack.forget_calls()
    for done in (stack.run("preview"), stack.up()):
        assert done.code == 1
        assert f"is {status.lower()} since" in done.text
        for way in ("wait until it has ended", "onReplace: terminate", "onReplace: keep"):
            assert way in done.text
        assert "Traceback" not in done.text
    assert not set(stack.calls()) & CHANGES
    assert [run.status for run in stack.runs()] == [status]


def test_removing_a_run_past_the_queue_needs_leave(stack: Stack) -> None:
    """`up` without the file and `destroy` stop with one sentence, and nothing is ended."""
    put(stack, SERVICE, "A")
    assert stack.up().code == 0
    stack.move(stack.runs()[0], "RUNNING")
    put(stack, SERVICE, "")
    stack.forget_calls()
    for done in (stack.up(), stack.run("destroy", "--yes", "--skip-preview")):
        assert done.code == 1
        assert "is running since" in done.text
        for way in ("wait", "onDelete: terminate", "onDelete: keep", "aws-jobs:allowTerminate"):
            assert way in done.text
        assert "Traceback" not in done.text
    assert not set(stack.calls()) & CHANGES
    assert [run.status for run in stack.runs()] == ["RUNNING"]


def test_a_replacement_that_cannot_be_submitted_leaves_all_as_it_was(stack: Stack) -> None:
    """The old run lives, unmarked, and the state has it as before."""
    put(stack, SERVICE, "A")
    assert stack.up().code == 0
    assert stack.run("refresh", "--yes").code == 0
    before = stack.resources()
    put(stack, SERVICE, "B")
    refusal = {"code": "ClientException", "status": 400, "message": "no such thing"}
    stack.emulator.ask(
        "POST", "faults", {"operation": "SubmitServiceJob", "kind": "error", **refusal}
    )
    done = stack.up()
    assert done.code == 1
    assert "no such thing" in done.text
    [run] = stack.runs()
    assert run.live
    assert not run.released
    [held], [was] = stack.resources(), before
    assert (held["id"], held["inputs"], held["outputs"]) == (
        was["id"],
        was["inputs"],
        was["outputs"],
    )


def test_other_teams_jobs_change_neither_result_nor_cost(stack: Stack) -> None:
    """5,000 jobs of others in the queue, 50 pages of them: some pages more, and no other call."""

    def calls() -> Counter[str]:
        stack.forget_calls()
        put(stack, SERVICE, "A")
        assert stack.up().code == 0
        put(stack, SERVICE, "B")
        assert stack.up().code == 0
        return Counter(stack.calls())

    alone = calls()
    stack.clear()
    [backend] = [each for each in extend.backends() if isinstance(each, ServiceJobBackend)]
    for number in range(5000):
        submit(
            backend,
            {
                "jobName": f"other-{number}",
                "jobQueue": "training-fair",
                "shareIdentifier": "research",
                "serviceJobType": "SAGEMAKER_TRAINING",
                "serviceRequestPayload": "{}",
            },
        )
    crowded = calls()
    more = crowded - alone
    assert set(more) <= {"ListServiceJobs", "DescribeServiceJob"}
    assert more.total() <= 10, more
    assert stack.preview().code == 0
