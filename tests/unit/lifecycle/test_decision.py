"""What the plan says becomes of a run is what the provider does to it, in every case."""

from __future__ import annotations

import itertools
from typing import Any

import pytest

from cli.planning.effects import find_effect
from cli.planning.preview import JobSteps
from components import lifecycle
from components.errors import JobError
from components.kinds import KINDS, Kind
from components.lifecycle.outputs import select_inputs
from components.run.definition import RELEASED
from tests.fakes.aws import Account
from tests.fakes.jobs import inputs

RULES = ("refuse", "terminate", "keep")
STATUSES = [
    (kind, status)
    for kind in KINDS.values()
    for status, phase in kind.record.statuses.items()
    if phase.ended or status not in kind.record.stopped  # for those see test_delete.py
]
EACH = pytest.mark.parametrize(
    ("kind", "status"), STATUSES, ids=[f"{kind.name}-{status}" for kind, status in STATUSES]
)


def find_outcome(account: Account, before: int) -> str:
    """What the first run of the account has become."""
    job = account.jobs[0]
    if job.terminated:
        return "terminated"
    if RELEASED in job.tags:
        return "released"
    return "refused" if len(account.jobs) == before else "left"


def expect(action: str, ends: str) -> str:
    """What a plan's effect comes to."""
    if action == "refuse":
        return "refused"
    return "terminated" if ends else "released"


def start(kind: Kind, status: str, **others: Any) -> tuple[Account, str, dict[str, Any]]:
    """A run in a status, and its outputs as the refresh before the step has them."""
    account = Account()
    id_, olds = lifecycle.create(kind, account.aws(), inputs(kind, **others), lambda text: None)
    account.move(id_, status)
    now = lifecycle.read(kind, account.aws(), id_, olds)
    assert now is not None
    return account, id_, now


def make_steps(kind: Kind, op: str, now: dict[str, Any], new: dict[str, Any]) -> JobSteps:
    return JobSteps("churn", kind, op, now, select_inputs(now), now, new)


@EACH
@pytest.mark.parametrize(("rule", "allowed"), list(itertools.product(RULES, (False, True))))
def test_a_removal(kind: Kind, status: str, rule: str, allowed: bool) -> None:
    """Every status, every `onDelete`, with and without the stack's allowTerminate."""
    account, id_, now = start(kind, status, onDelete=rule)
    effect = find_effect(make_steps(kind, "delete", now, {}), allowed)
    ended_before = account.jobs[0].terminated
    try:
        lifecycle.delete(kind, account.aws(), id_, now, lambda text: None, may_terminate=allowed)
    except JobError:
        assert RELEASED not in account.jobs[0].tags
    assert not ended_before
    assert find_outcome(account, 1) == expect(effect.action, effect.ends)
    if rule == "keep" and effect.ends:
        assert effect.ends == "QUEUED"  # the stack's setting does not override `keep`


@EACH
@pytest.mark.parametrize("rule", RULES)
def test_a_replacement(kind: Kind, status: str, rule: str) -> None:
    """Every status, every `onReplace`: diff, create, delete, as the engine calls them."""
    account, id_, now = start(kind, status)
    new = inputs(kind, generation=2, onReplace=rule)
    effect = find_effect(make_steps(kind, "replace", now, new), False)
    try:
        assert lifecycle.diff(kind, id_, now, new).replaces == ["generation"]
    except JobError:
        assert find_outcome(account, 1) == "refused" == expect(effect.action, effect.ends)
        return
    lifecycle.create(kind, account.aws(), new, lambda text: None)
    lifecycle.delete(kind, account.aws(), id_, now, lambda text: None, superseded_by=rule)
    assert len(account.jobs) == 2
    assert find_outcome(account, 1) == expect(effect.action, effect.ends)
