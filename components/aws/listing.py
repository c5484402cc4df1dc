"""What lists show of runs: by the names of one job, or from the list of a scope (a queue) that all jobs share."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timezone
from typing import Any

from ..errors import Denied, Rejected
from ..kinds import Kind, Phase
from ..run.submission import list_job_names, list_names, split_name
from ..wire import pick
from .client import Aws
from .runs import Run, arn_id, is_terminated, read_outputs, to_milliseconds
from .shared import Item, SharedList


@dataclass(frozen=True)
class Listed:
    """What a list call says of a job that may be ours. Of one that is not `certain` the tags decide.

    `linked` is the ARN of its newest record at the second service. `given` says that its name is the file's own.
    """

    arn: str
    created: float
    phase: Phase
    certain: bool
    linked: str = ""
    given: bool = False


def list_runs(aws: Aws, kind: Kind, inputs: Mapping[str, Any]) -> list[Listed]:
    """List by name what may be this job's runs, the newest first."""
    names, job = list_names(kind, inputs), str(inputs["name"])
    found: dict[str, Listed] = {}
    prefixes = [each.prefix for each in names]
    starts = tuple(prefix.rstrip("*") for prefix in prefixes)
    for item in _list_items(aws, kind, prefixes, job):
        name = str(item.get(kind.listing.fields["name"], ""))
        if not name.startswith(starts):
            continue
        certain = any(each.ours.fullmatch(name) for each in names)
        if certain or any(each.possible.fullmatch(name) for each in names):
            listed = read_listed(kind, item, certain=certain)
            given = any(each.prefix == name for each in names)
            found[listed.arn] = replace(listed, given=given)
    # stable: AWS lists the newest first, which settles equal times
    return sorted(found.values(), key=lambda each: -each.created)


def _list_items(aws: Aws, kind: Kind, prefixes: list[str], job: str) -> Iterator[Mapping[str, Any]]:
    """Yield the listed runs whose names may begin so: from the list of a scope that all jobs share, or by name."""
    for scope in list_scopes(aws, kind, job):
        shared = share_runs(aws, kind, scope)
        try:
            items = shared.read_all(always=not kind.listing.filters_names) if shared else None
        except Rejected:
            items = None
        if items is not None:
            yield from items
            continue
        try:
            for prefix in prefixes if kind.listing.filters_names else prefixes[:1]:
                values = _make_values(scope, prefix)
                yield from aws.pages(kind.service, kind.listing.call, values, job=job)
        except Rejected:
            if scope in _ask_for_scopes(aws, kind, job):
                raise
            # somebody has deleted the queue meanwhile


def share_runs(aws: Aws, kind: Kind, scope: str) -> SharedList | None:
    """Return the list of all runs in a scope (a queue's ARN or name), whoever's they are, that all jobs share."""
    listing = kind.listing
    beginning = datetime.fromtimestamp(0, timezone.utc)
    values = {**_make_values(scope, "*"), "since": beginning, "milliseconds": "0"}
    call = listing.recent or listing.call

    def read(token: str) -> tuple[Sequence[Item], str]:
        return aws.read_page(kind.service, call, values, token)

    def name_job(item: Item) -> tuple[str, str]:
        return split_name(str(item.get(listing.fields["name"], "")))

    arn = listing.fields["arn"]
    return aws.share(f"{kind.name}.runs.{arn_id(scope)}", lambda: SharedList(read, arn, name_job))


def read_listed(kind: Kind, item: Mapping[str, Any], *, certain: bool) -> Listed:
    """Read an item of the list call."""
    fields = kind.listing.fields
    return Listed(
        str(item[fields["arn"]]),
        to_milliseconds(item.get(fields["created"])),
        kind.phase(str(item.get(kind.record.status_field, ""))),
        certain,
        str(pick(item, kind.record.outputs[kind.link.arn_output], "")) if kind.link else "",
    )


def make_list_values(
    aws: Aws, kind: Kind, prefixes: Sequence[str], job: str
) -> Iterator[dict[str, Any]]:
    """Yield what to list: each name prefix in each scope."""
    for scope in list_scopes(aws, kind, job):
        yield from (_make_values(scope, prefix) for prefix in prefixes)


def _make_values(scope: str, prefix: str) -> dict[str, Any]:
    return {"scope": scope, "prefix": prefix, "start": prefix.rstrip("*") or None}


def list_scopes(aws: Aws, kind: Kind, job: str) -> list[str]:
    """Return the scopes (queues) where runs may be; one without a name where the kind has none.

    They are asked for once a process: a queue made meanwhile holds no run of ours yet.
    """
    return aws.remembered(f"{kind.name}.scopes", lambda: _ask_for_scopes(aws, kind, job))


def _ask_for_scopes(aws: Aws, kind: Kind, job: str) -> list[str]:
    listing = kind.listing
    if listing.scopes is None:
        return [""]
    return [
        str(item[listing.scope_field])
        for item in aws.pages(kind.service, listing.scopes, {}, job=job)
        if all(item.get(key) == value for key, value in listing.scope_filter.items())
    ]


def find_listed(
    aws: Aws, kind: Kind, inputs: Mapping[str, Any], arn: str, scope: str
) -> Run | None:
    """Return a job's run as the list of its scope (its queue) shows it, without tags.

    `None` where asking for it alone is cheaper, or where the job has a newer one: it may not be the job's any more.
    """
    shared = share_runs(aws, kind, scope)
    if shared is None:
        return None
    try:
        item = shared.find(arn)
    except (Denied, Rejected):
        # a role that may describe, and not list; a queue that is no more
        shared.give_up()
        return None
    if item is None or shared.has_newer(arn, list_job_names(kind, inputs)):
        return None
    status = str(item.get(kind.record.status_field, ""))
    return Run(
        arn=arn,
        name=str(item.get(kind.listing.fields["name"], "")),
        created=to_milliseconds(item.get(kind.listing.fields["created"])),
        phase=kind.phase(status),
        status=status,
        terminated=is_terminated(kind, status, item),
        outputs=read_outputs(kind, item),
    )
