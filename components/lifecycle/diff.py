"""Diff: what a changed definition means for the run that there is."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ..errors import JobError
from ..kinds import Kind, Phase
from ..run.definition import canonical, find_changes
from .decision import Action, decide_replacement, make_refusal
from .outputs import CODE_SHOWN, is_waiting, select_inputs


@dataclass(frozen=True)
class Difference:
    """`replaces` names the inputs that make another run; `same` says that nothing at all differs.

    `forced` is a change that no input shows: a placeholder whose turn has come, a release to be taken back.
    """

    replaces: list[str]
    same: bool = False
    forced: bool = False


def diff(kind: Kind, id_: str, olds: Mapping[str, Any], news: Mapping[str, Any]) -> Difference:
    """Compare pure data. Raises `JobError` where a run that costs money would need leave to be replaced."""
    if is_waiting(id_):
        if news.get("waitingFor"):
            return Difference([], same=_is_same(olds, news))
        return Difference(["waitingFor"], forced=not olds.get("waitingFor"))
    replaces = find_changes(kind, olds, news)
    if replaces and news.get("waitingFor"):
        return Difference([], same=True)
    if replaces:
        phase = Phase(olds.get("phase", "RUNNING"))
        decision = decide_replacement(kind, phase, str(news.get("onReplace", "refuse")))
        if decision.action is Action.REFUSE:
            raise JobError(make_refusal(str(news["name"]), olds, decision))
        return Difference(replaces)
    if olds.get("released") and not news.get("waitingFor"):
        return Difference([], forced=True)
    return Difference([], same=_is_same(olds, news))


def _is_same(olds: Mapping[str, Any], news: Mapping[str, Any]) -> bool:
    return canonical(_select_meaning(olds)) == canonical(_select_meaning(news))


def _select_meaning(properties: Mapping[str, Any]) -> dict[str, Any]:
    """Return the inputs without what is only shown of the packed code: its hash says all of it."""
    found = select_inputs(properties)
    if isinstance(found.get("code"), Mapping):
        found["code"] = {
            name: value for name, value in found["code"].items() if name not in CODE_SHOWN
        }
    return found
