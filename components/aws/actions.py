"""What is done to a run, the same for every kind: submit, tag, release, change in place, terminate."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from email.utils import parsedate_to_datetime
from typing import Any

from ..errors import Rejected
from ..kinds import Kind
from ..run.definition import DIGEST, ENDING, IDENTITY, RELEASED, format_tags
from .client import Aws
from .runs import Run, arn_id, format_time, is_gone, is_linked, list_attempts, read_outputs


def submit(aws: Aws, kind: Kind, request: Mapping[str, Any], job: str) -> Run:
    """Submit, and return the new run as far as AWS's answer shows it. Never waits.

    The next refresh describes it: a second call for each submission would wait at AWS's rate too.
    """
    begun = aws.clock()
    answer = aws.call(
        kind.service,
        kind.request.submit,
        job=job,
        kind=kind,
        request=request,
        once=True,
        rate=kind.request.submit_rate,
    )
    name, status = str(request[kind.request.name_field]), next(iter(kind.record.statuses))
    shown = read_outputs(kind, {kind.request.name_field: name, **answer})
    # by AWS's clock, and no later than its own time, because records are looked for from then on
    now = aws.clock()
    shown["createdAt"] = format_time(((_answered(answer) or now) - (now - begun)) * 1000)
    # nothing that a list shows is newer
    arn, created = str(answer[kind.listing.fields["arn"]]), float("inf")
    return Run(arn, name, created, kind.phase(status), status, outputs=shown)


def _answered(answer: Mapping[str, Any]) -> float:
    """Return when AWS answered, by its own clock, in seconds; 0 where the answer does not tell."""
    headers = (answer.get("ResponseMetadata") or {}).get("HTTPHeaders") or {}
    try:
        return parsedate_to_datetime(headers["date"]).timestamp()
    except (KeyError, ValueError):
        return 0


def retag(
    aws: Aws, kind: Kind, arn: str, job: str, tags: Mapping[str, str], gone: Collection[str] = ()
) -> None:
    """Set these tags on one record, and take the `gone` ones away."""
    linked = kind.link if is_linked(kind, arn) else None
    owner = linked or kind
    known = None if linked else kind  # the second service's errors are others
    if tags:
        values = {"arn": arn, "tags": format_tags(owner, tags)}
        aws.call(owner.service, owner.tags.add, values, job=job, kind=known)
    if gone:
        values = {"arn": arn, "keys": sorted(gone)}
        aws.call(owner.service, owner.tags.remove, values, job=job, kind=known)


def mark(
    aws: Aws, kind: Kind, run: Run, job: str, tags: Mapping[str, str], gone: Collection[str] = ()
) -> None:
    """Set tags of ours on every record of a run: its own, and the second service's, which outlive it.

    Those get the run's identity as well, should its tags not have reached them.
    """
    retag(aws, kind, run.arn, job, tags, gone)
    ours = {name: run.tags[name] for name in (IDENTITY, DIGEST) if name in run.tags}
    for attempt in sorted(list_attempts(kind, run) - {run.arn}):
        try:
            retag(aws, kind, attempt, job, {**ours, **tags}, gone)
        except Rejected as error:
            if not is_gone(error):
                raise


def release(aws: Aws, kind: Kind, run: Run, job: str, *, ending: bool = False) -> None:
    """Mark that the run is no longer this job's, so that a later `up` of the same definition is a new run.

    `ending` says in the mark that it is to be ended next, should whoever does it die in between.
    """
    mark(
        aws,
        kind,
        run,
        job,
        {RELEASED: format_time(aws.clock() * 1000) + (ENDING if ending else "")},
    )


def set_in_place(aws: Aws, kind: Kind, arn: str, job: str, name: str, value: Any) -> None:
    """Change a field that AWS can change on a submitted job; only the second service's run has no such field."""
    if is_linked(kind, arn):
        return
    values = {"id": arn_id(arn), "arn": arn, "value": value}
    aws.call(kind.service, kind.request.in_place[name], values, job=job, kind=kind)


def terminate(aws: Aws, kind: Kind, arn: str, job: str, reason: str) -> None:
    """End a run that waits or runs. `reason` is shown by AWS's console."""
    if kind.link is not None and is_linked(kind, arn):
        aws.call(kind.link.service, kind.link.terminate, {"name": arn_id(arn)}, job=job)
        return
    assert kind.terminate is not None
    values = {"id": arn_id(arn), "arn": arn, "name": arn_id(arn), "reason": reason}
    aws.call(kind.service, kind.terminate, values, job=job, kind=kind)
