"""The second service's records of runs (SageMaker behind Batch): by our tags, and by the names that they were given.

No page of AWS says that a request's tags reach those records, or when; the names do.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from ..errors import Denied, JobError, Missing
from ..kinds import Call, Kind, Phase
from ..run.definition import DIGEST, IDENTITY, digest, format_tags, parse_tags
from ..run.submission import list_identities, list_payload_names, make_payload_name
from ..wire import pick
from .client import Aws
from .runs import Run, arn_id, describe, is_gone, linked_run, to_milliseconds
from .shared import Item, PageReader, SharedList


def search_linked(aws: Aws, kind: Kind, how: str, value: str, job: str) -> Iterator[Run]:
    """Yield the second service's runs whose identity `Equals` or `Contains` the value, the newest first.

    https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_Filter.html; nothing where the caller may not.
    """
    if kind.link is None:
        return
    values = {"tag": IDENTITY, "how": how, "value": value}
    try:
        for item in aws.pages(kind.link.service, kind.link.search, values, job=job):
            record = item.get(kind.link.search.params["Resource"]) or {}
            tags = parse_tags(kind.link, record.get(kind.link.tags.field))
            yield linked_run(kind, record, tags)
    except Denied:
        return


def find_linked(aws: Aws, kind: Kind, inputs: Mapping[str, Any]) -> list[Run]:
    """Return the second service's runs of a job, the newest first, whatever became of them, and whoever's they are now.

    A caller without the permission gets nothing: the record has expired, and that is all we know.
    """
    if kind.link is None:
        return []
    job = str(inputs["name"])
    found: dict[str, Run] = {}
    for identity in list_identities(inputs):
        if not _may_have(aws, kind, identity):
            continue
        for run in search_linked(aws, kind, "Equals", identity, job):
            if run.tags.get(IDENTITY) == identity:
                found[run.arn] = run
    for run in _find_by_name(aws, kind, inputs, frozenset(found)):
        found[run.arn] = run
    return sorted(found.values(), key=lambda run: -run.created)


def _may_have(aws: Aws, kind: Kind, identity: str) -> bool:
    """Say whether the second service may have runs of an identity, as far as its stack's list that all jobs share says.

    What that list shows is asked for again: tags change.
    """
    link = kind.link
    assert link is not None
    stack = f"{identity.rpartition('/')[0]}/"
    values = {"tag": IDENTITY, "how": "Contains", "value": stack}
    record = link.search.params["Resource"]
    read = _read_allowed(aws, link.service, link.search, values)
    arn = f"{record}.{link.listing.fields['arn']}"
    shared = aws.share(f"{kind.name}.search.{stack}", lambda: SharedList(read, arn))
    items = shared.read_all() if shared else None
    [wanted] = format_tags(link, {IDENTITY: identity})
    field = f"{record}.{link.tags.field}"
    return items is None or any(wanted in (pick(each, field) or []) for each in items)


def _read_allowed(aws: Aws, service: str, call: Call, values: Mapping[str, Any]) -> PageReader:
    """Return what reads a list's pages; a list that the caller may not read is empty."""

    def read(token: str) -> tuple[Sequence[Item], str]:
        try:
            return aws.read_page(service, call, values, token)
        except Denied:
            return [], ""

    return read


def _find_by_name(
    aws: Aws, kind: Kind, inputs: Mapping[str, Any], known: frozenset[str]
) -> Iterator[Run]:
    """Yield the runs that tags do not show: by the names inside the payload, which end in the identity's mark."""
    assert kind.link is not None
    job, same = str(inputs["name"]), digest(kind, inputs) if inputs.get("request") else ""
    for identity, (part, pattern) in list_payload_names(kind, inputs).items():
        for name, arn, _ in _list_by_name(aws, kind, part, job):
            ours = pattern.fullmatch(read_given_name(kind, name))
            if ours is None or arn in known:
                continue
            run = _describe_if_there(aws, kind, arn, job)
            if run is None:
                continue
            # the name has the start of the digest; a tag, where there is one, all of it
            whole = same if same.startswith(ours[1]) else ours[1]
            yield replace(run, tags={IDENTITY: identity, DIGEST: whole, **run.tags})


def _list_by_name(
    aws: Aws, kind: Kind, part: str, job: str, since: datetime | None = None
) -> Iterator[tuple[str, str, float]]:
    """Yield (name, ARN, created) of the second service's records, the newest first; nothing where it is not allowed."""
    link = kind.link
    assert link is not None
    fields, call = link.listing.fields, link.listing.call
    everyone = _read_allowed(aws, link.service, call, {"part": link.prefix, "since": None})
    shared = (
        None
        if since
        else aws.share(f"{kind.name}.named", lambda: SharedList(everyone, fields["arn"]))
    )
    items: Iterable[Item] | None = shared.read_all() if shared else None
    if items is None:
        items = aws.pages(link.service, call, {"part": part, "since": since}, job=job)
    try:
        for item in items:
            name = str(item.get(fields["name"], ""))
            if part in name:
                yield name, str(item[fields["arn"]]), to_milliseconds(item.get(fields["created"]))
    except Denied:
        return


def read_given_name(kind: Kind, name: str) -> str:
    """Return the name inside the payload, of the name that the first service made of it; nothing of another name."""
    made = rf"{kind.link.prefix}(.+?)-?[0-9a-f]{{32}}" if kind.link else r"(?!)"
    found = re.fullmatch(made, name)
    return found[1] if found else ""


def find_newest_attempt(aws: Aws, kind: Kind, olds: Mapping[str, Any], job: str) -> Run | None:
    """Return the second service's newest record of the run that `olds` shows: its attempts share a name."""
    link, payload = kind.link, kind.payload
    if link is None or payload is None:
        return None
    known, identity = str(olds.get(link.arn_output) or ""), olds.get("identity")
    same = olds.get("digest")
    body = (olds.get("request") or {}).get(payload.field)
    own = str(body.get(payload.name_field) or "") if isinstance(body, Mapping) else ""
    if known and olds.get("phase") in (Phase.SUCCEEDED.value, Phase.FAILED.value):
        # the run's last; a later run may share the name
        return _describe_if_there(aws, kind, known, job)
    given = read_given_name(kind, known.rpartition("/")[2]) or own or make_payload_name(kind, olds)
    created = str(olds.get("createdAt") or "")
    since = datetime.fromisoformat(created.replace("Z", "+00:00")) if created else None
    for name, arn, _ in _list_by_name(aws, kind, given, job, since):
        if read_given_name(kind, name) != given:
            continue
        run = _describe_if_there(aws, kind, arn, job)
        if run is None:
            continue
        # a name that the file gives may be another job's too
        owner = run.tags.get(IDENTITY, "" if own and arn != known else identity)
        if owner == identity and (not same or run.tags.get(DIGEST, same) == same):
            return run
    if known:
        return _describe_if_there(aws, kind, known, job)
    # from before names had a mark: the tags alone say it
    begun = to_milliseconds(since)
    for run in search_linked(aws, kind, "Equals", str(identity), job):
        if same and run.tags.get(DIGEST) == same and run.created >= begun:
            return run
    return None


def find_record(aws: Aws, kind: Kind, arn: str) -> Run | None:
    """Describe a record of the second service, without its tags; nothing where it is gone or not this caller's."""
    assert kind.link is not None
    try:
        record = aws.call(kind.link.service, kind.link.describe, {"name": arn_id(arn)})
    except Denied:
        return None
    except JobError as error:
        if is_gone(error):
            return None
        raise
    return linked_run(kind, record, {})


def _describe_if_there(aws: Aws, kind: Kind, arn: str, job: str) -> Run | None:
    """Describe a record of the second service; nothing where it has been deleted."""
    try:
        return describe(aws, kind, arn, job)
    except Missing:
        return None
