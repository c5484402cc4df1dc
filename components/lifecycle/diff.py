"""Diff and update: what a changed definition means for the run that there is."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from .. import aws as service
from ..aws import Aws
from ..aws.runs import check_account
from ..errors import JobError, Missing, Rejected
from ..kinds import Kind, Phase
from ..run.definition import canonical, changed, our_tags, request_tags
from .outputs import declared, is_waiting, outputs_of


@dataclass(frozen=True)
class Difference:
    """`replaces` names the inputs that make another run; `same` says that nothing at all differs.

    `forced` is a replacement that no input shows: a placeholder whose turn has come, a run whose
    end was begun.
    """

    replaces: list[str]
    same: bool = False
    forced: bool = False


def difference(
    kind: Kind, id_: str, olds: Mapping[str, Any], news: Mapping[str, Any]
) -> Difference:
    """Compare pure data. Raises `JobError` where a run that costs money would need leave to be replaced."""
    if is_waiting(id_):
        if news.get("waitingFor"):
            return Difference([], same=_same(olds, news))
        return Difference(["waitingFor"], forced=not olds.get("waitingFor"))
    replaces = changed(kind, olds, news)
    if olds.get("ending") and not news.get("waitingFor"):
        return Difference(["request"], forced=True)
    if replaces and news.get("waitingFor"):
        return Difference([], same=True)
    if replaces:
        _refuse(olds, news)
        return Difference(replaces)
    return Difference([], same=_same(olds, news))


def _same(olds: Mapping[str, Any], news: Mapping[str, Any]) -> bool:
    return canonical(declared(olds)) == canonical(declared(news))


def _refuse(olds: Mapping[str, Any], news: Mapping[str, Any]) -> None:
    if news.get("onReplace", "refuse") != "refuse" or olds.get("phase") != Phase.RUNNING.value:
        return
    since = olds.get("startedAt") or olds.get("scheduledAt") or olds.get("createdAt")
    raise JobError(
        f"{news['name']}: its run {olds.get('jobName', '')} is {str(olds.get('status', '')).lower()}"
        f"{f' since {since}' if since else ''}, and this change needs another run; wait until it has"
        " ended, or write `onReplace: terminate` or `onReplace: keep` into its file"
    )


def update(
    kind: Kind, aws: Aws, id_: str, olds: Mapping[str, Any], news: Mapping[str, Any]
) -> dict[str, Any]:
    """Change in place what AWS can change, and return the new outputs. No call for a run that has ended,
    except for the tags by which we find it again."""
    job = str(news["name"])
    status = {name: value for name, value in olds.items() if name not in declared(olds)}
    if is_waiting(id_):
        return {**declared(news), **status}
    check_account(aws, id_, job)
    if Phase(olds.get("phase", "RUNNING")).ended:
        _rename_ended(kind, aws, id_, olds, news)
        return {**declared(news), **status}
    before, after = _tags(kind, olds), _tags(kind, news)
    wanting = {key: value for key, value in after.items() if before.get(key) != value}
    gone = sorted(before.keys() - after.keys())
    try:
        if wanting or gone:
            service.retag(aws, kind, id_, job, wanting, gone)
        for name in kind.request.in_place:
            value = (news.get("request") or {}).get(name)
            if value is not None and value != (olds.get("request") or {}).get(name):
                service.set_in_place(aws, kind, id_, job, name, value)
        run = service.describe(aws, kind, id_, job)
    except Missing:
        return {**declared(news), **status}
    return outputs_of(kind, {**news, "claimed": olds.get("claimed")}, run)


def _rename_ended(
    kind: Kind, aws: Aws, id_: str, olds: Mapping[str, Any], news: Mapping[str, Any]
) -> None:
    """Give an ended run its new identity: without state, nothing else finds it. Other tags cost no call."""
    if olds.get("identity") == news.get("identity"):
        return
    try:
        service.retag(aws, kind, id_, str(news["name"]), our_tags(kind, news), [])
    except (Missing, Rejected):
        return  # the record has expired, so it would not be found under either name


def _tags(kind: Kind, inputs: Mapping[str, Any]) -> dict[str, str]:
    return {**request_tags(kind, inputs.get("request") or {}), **our_tags(kind, inputs)}
