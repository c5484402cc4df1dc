"""Update: change in place what AWS can change."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from .. import aws as service
from ..aws import Aws, Run
from ..aws.linked import find_linked
from ..aws.runs import check_account
from ..errors import Missing
from ..kinds import Kind, Phase
from ..run.definition import IDENTITY, RELEASED, make_tags, request_tags
from .outputs import is_waiting, make_outputs, select_inputs


def update(
    kind: Kind, aws: Aws, id_: str, olds: Mapping[str, Any], news: Mapping[str, Any]
) -> dict[str, Any]:
    """Change in place what AWS can change, and return the new outputs. No call for a run that has ended,
    except for the tags by which we find it again."""
    job = str(news["name"])
    own = (*select_inputs(olds), "released")
    status = {name: value for name, value in olds.items() if name not in own}
    if is_waiting(id_):
        return {**select_inputs(news), **status}
    check_account(aws, id_, job)
    if olds.get("released") and (run := _find_run(kind, aws, id_, olds)):
        service.mark(aws, kind, run, job, {}, [RELEASED])
    if olds.get("identity") != news.get("identity"):
        _move_identity(kind, aws, id_, olds, news)
    if Phase(olds.get("phase", "RUNNING")).ended:
        return {**select_inputs(news), **status}
    before, after = _make_tags(kind, olds), _make_tags(kind, news)
    wanting = {key: value for key, value in after.items() if before.get(key) != value}
    gone = sorted(before.keys() - after.keys())
    try:
        service.retag(aws, kind, id_, job, wanting, gone)
        for name in kind.request.in_place:
            value = (news.get("request") or {}).get(name)
            if value is not None and value != (olds.get("request") or {}).get(name):
                service.set_in_place(aws, kind, id_, job, name, value)
        run = service.describe(aws, kind, id_, job)
    except Missing:
        return {**select_inputs(news), **status}
    if run.released:
        service.mark(aws, kind, run, job, {}, [RELEASED])
    return make_outputs(kind, {**news, "claimed": olds.get("claimed")}, run)


def _find_run(kind: Kind, aws: Aws, id_: str, olds: Mapping[str, Any]) -> Run | None:
    """Return the run as its service knows it, or by its training job where that has forgotten it."""
    job = str(olds["name"])
    try:
        return service.describe(aws, kind, id_, job)
    except Missing:
        return service.find_newest_attempt(aws, kind, olds, job)


def _move_identity(
    kind: Kind, aws: Aws, id_: str, olds: Mapping[str, Any], news: Mapping[str, Any]
) -> None:
    """Give a job's runs its new identity, on each record that AWS has of them.

    Without state nothing else finds them, and a new job under the old name would take them for its own.
    """
    job, former = str(news["name"]), {**olds, "adopt": None, "formerly": None}
    if run := _find_run(kind, aws, id_, olds):
        service.mark(aws, kind, run, job, make_tags(kind, news))
    identity = {IDENTITY: str(news["identity"])}
    for earlier in (*service.read_history(aws, kind, former), *find_linked(aws, kind, former)):
        if earlier.arn != id_ and earlier.tags.get(IDENTITY) == olds.get("identity"):
            service.mark(aws, kind, earlier, job, identity)


def _make_tags(kind: Kind, inputs: Mapping[str, Any]) -> dict[str, str]:
    return {**request_tags(kind, inputs.get("request") or {}), **make_tags(kind, inputs)}
