"""How a run in AWS stands to the files and the state."""

from __future__ import annotations

import pytest

from cli.runs.judge import Declared, judge_runs
from components.aws import Run
from components.kinds import KINDS, Phase
from components.run.definition import DIGEST, IDENTITY, RELEASED

KIND = KINDS["ServiceJob"]
FILE = Declared("churn", frozenset({"p/s/churn", "p/s/old"}), "d1")


def a_run(
    arn: str, digest: str = "d1", phase: Phase = Phase.RUNNING, created: float = 1, **tags: str
) -> Run:
    own = {IDENTITY: "p/s/churn", DIGEST: digest, **tags}
    return Run(arn, arn, created, phase, phase.value, tags=own)


def standing(
    *runs: Run,
    file: Declared = FILE,
    state: frozenset[str] = frozenset(),
    settled: frozenset[str] = frozenset(),
) -> list[str]:
    found = judge_runs([(KIND, run) for run in runs], [file], state, settled)
    return [f"{each.run.arn}: {each.standing}" for each in found]


@pytest.mark.parametrize("identity", ["p/s/churn", "p/s/old"])
def test_newest_run_of_the_files_definition_is_taken_over(identity: str) -> None:
    """Under its identity, or one that the file's aliases name."""
    run = a_run("a", **{IDENTITY: identity})
    assert standing(run) == ["a: the next up adopts it"]


def test_older_run_of_the_same_definition_is_not(identity: str = "p/s/churn") -> None:
    """Of two live runs of one definition the newest stands for it, and the other one costs money for nothing."""
    assert standing(a_run("old", created=1), a_run("new", created=2)) == [
        "new: the next up adopts it",
        "old: no file and no state entry matches it",
    ]


def test_state_knows_its_run_whatever_the_file_says() -> None:
    """A file that has changed since is the next `up`'s business."""
    assert standing(a_run("a", "d0"), state=frozenset({"a"})) == ["a: in the state"]


def test_live_run_of_a_definition_that_was_reverted() -> None:
    """The state has the file's run, so nothing stands for this one any more."""
    runs = a_run("mine", created=1), a_run("a", "d0", created=2)
    assert standing(*runs, state=frozenset({"mine"}), settled=frozenset({"churn"})) == [
        "a: no file and no state entry matches it",
        "mine: in the state",
    ]


def test_live_run_of_another_definition_that_the_state_does_not_know() -> None:
    """The next `up` meets it as a change does."""
    assert standing(a_run("a", "d0")) == [
        "a: its file has changed; the next up replaces it as onReplace says"
    ]


def test_newer_run_than_the_one_of_an_old_state_is_not_adopted() -> None:
    """The state has a run of the file's definition, so `up` looks for no other; both say the same."""
    runs = a_run("old", phase=Phase.SUCCEEDED, created=1), a_run("new", created=2)
    assert standing(*runs, state=frozenset({"old"}), settled=frozenset({"churn"})) == [
        "new: newer than the state's run; up looks for it once the file changes",
        "old: in the state",
    ]


def test_ended_run_is_only_history() -> None:
    """It costs nothing."""
    assert standing(a_run("a", "d0", Phase.SUCCEEDED)) == ["a: an earlier run"]


def test_released_run_is_left_alone() -> None:
    """A run that goes on as its file said is nobody's orphan."""
    run = a_run("a", "d0", **{RELEASED: "2026-11-22T00:00:00Z"})
    assert standing(run) == ["a: released"]


def test_end_that_was_begun_is_still_to_be_made() -> None:
    """Whoever released the run to end it died in between, and it goes on: it is still ours."""
    mark = {RELEASED: "2026-11-22T00:00:00Z ending"}
    assert standing(a_run("a", **mark)) == ["a: the next up adopts it"]
    [found] = judge_runs([(KIND, a_run("a", **mark))], [], frozenset())
    assert found.orphan


def test_job_that_waits_for_another_has_no_orphan() -> None:
    """What its definition will be is not known yet, so nothing can be said against its run."""
    file = Declared("churn", frozenset({"p/s/churn"}), "")
    assert standing(a_run("a", "d0"), file=file) == ["a: its job waits for another job"]
