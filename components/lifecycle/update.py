"""Update: change in place what AWS can change."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from .. import aws as service
from ..aws import Aws
from ..aws.runs import check_account
from ..errors import Missing, Rejected
from ..kinds import Kind, Phase
from ..run.definition import make_tags, request_tags
from .outputs import is_waiting, make_outputs, select_inputs


def update(
    kind: Kind, aws: Aws, id_: str, olds: Mapping[str, Any], news: Mapping[str, Any]
) -> dict[str, Any]:
    """Change in place what AWS can change, and return the new outputs. No call for a run that has ended,
    except for the tags by which we find it again."""
    job = str(news["name"])
    status = {name: value for name, value in olds.items() if name not in select_inputs(olds)}
    if is_waiting(id_):
        return {**select_inputs(news), **status}
    check_account(aws, id_, job)
    if Phase(olds.get("phase", "RUNNING")).ended:
        _rename_ended(kind, aws, id_, olds, news)
        return {**select_inputs(news), **status}
    before, after = _make_tags(kind, olds), _make_tags(kind, news)
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
        return {**select_inputs(news), **status}
    return make_outputs(kind, {**news, "claimed": olds.get("claimed")}, run)


def _rename_ended(
    kind: Kind, aws: Aws, id_: str, olds: Mapping[str, Any], news: Mapping[str, Any]
) -> None:
    """Give an ended run its new identity: without state, nothing else finds it. Other tags cost no call."""
    if olds.get("identity") == news.get("identity"):
        return
    try:
        service.retag(aws, kind, id_, str(news["name"]), make_tags(kind, news), [])
    except (Missing, Rejected):
        return  # the record has expired, so it would not be found under either name


def _make_tags(kind: Kind, inputs: Mapping[str, Any]) -> dict[str, str]:
    return {**request_tags(kind, inputs.get("request") or {}), **make_tags(kind, inputs)}
