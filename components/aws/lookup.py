"""Find runs: by the names that a service lists, then by our tags; by tags alone where a second service is asked."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ..errors import Denied, Missing
from ..kinds import Kind, Phase
from ..run.definition import IDENTITY
from ..run.submission import name_patterns
from .client import Aws
from .runs import Run, describe, find_adopted, linked_run, to_milliseconds


@dataclass(frozen=True)
class Listed:
    """What a list call says of a job that may be ours: its name is like ours, its tags are not known."""

    arn: str
    created: float
    phase: Phase


def list_runs(aws: Aws, kind: Kind, inputs: Mapping[str, Any]) -> list[Listed]:
    """List by name what may be this job's runs, the newest first."""
    job = str(inputs["name"])
    found: dict[str, Listed] = {}
    patterns = name_patterns(kind, inputs)
    calls = patterns if kind.listing.filters_names else patterns[:1]
    for values in make_list_values(aws, kind, [prefix for prefix, _ in calls], job):
        for item in aws.pages(kind.service, kind.listing.call, values, job=job):
            name = str(item.get(kind.listing.fields["name"], ""))
            if any(pattern.fullmatch(name) for _, pattern in patterns):
                arn = str(item[kind.listing.fields["arn"]])
                phase = kind.phase(str(item.get(kind.record.status_field, "")))
                created = to_milliseconds(item.get(kind.listing.fields["created"]))
                found[arn] = Listed(arn, created, phase)
    # stable: AWS lists the newest first, which settles equal times
    return sorted(found.values(), key=lambda each: -each.created)


def read_history(
    aws: Aws, kind: Kind, inputs: Mapping[str, Any], known: Sequence[Listed] | None = None
) -> Iterator[Run]:
    """Yield the runs of this job that its own service still knows, the newest first.

    Lists by name (or takes what is `known`), then asks each candidate for its tags: another team's job may have a
    like name.
    """
    job = str(inputs["name"])
    identities = {inputs["identity"], *(inputs.get("formerly") or ())}
    candidates = {
        each.arn: each.created
        for each in (list_runs(aws, kind, inputs) if known is None else known)
    }
    # an adopted run may have any name
    taken_over = find_adopted(aws, kind, inputs) if inputs.get("adopt") else None
    taken_arn = taken_over.arn if taken_over else ""
    if taken_over:
        candidates[taken_arn] = taken_over.created
    for arn in sorted(candidates, key=lambda arn: -candidates[arn]):
        try:
            run = taken_over if arn == taken_arn and taken_over else describe(aws, kind, arn, job)
        except Missing:
            continue
        if run.tags.get(IDENTITY) in identities:
            yield run


def make_list_values(
    aws: Aws, kind: Kind, prefixes: list[str], job: str
) -> Iterator[dict[str, Any]]:
    """Yield what to list: each name prefix in each place where runs may lie.

    The places are asked for once a process: a queue made meanwhile holds no run of ours yet.
    """
    if kind.listing.scopes is None:
        yield from ({"prefix": prefix, "start": prefix.rstrip("*") or None} for prefix in prefixes)
        return
    scopes = aws.remembered(
        f"{kind.name}.scopes",
        lambda: [
            str(item[kind.listing.scope_field])
            for item in aws.pages(
                kind.service, kind.listing.scopes or kind.listing.call, {}, job=job
            )
            if all(item.get(key) == value for key, value in kind.listing.scope_filter.items())
        ],
    )
    yield from ({"scope": scope, "prefix": prefix} for scope in scopes for prefix in prefixes)


def list_linked(aws: Aws, kind: Kind, identities: list[str], job: str) -> Iterator[Run]:
    """Yield the runs that only the second service still knows, by our tags, the newest first.

    A caller without the permission gets nothing: the record has expired, and that is all we know.
    """
    for identity in identities:
        yield from (
            run
            for run in search_linked(aws, kind, "Equals", identity, job)
            if run.tags.get(IDENTITY) == identity
        )


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
            pairs = {tag["Key"]: tag.get("Value", "") for tag in record.get("Tags") or []}
            yield linked_run(kind, record, pairs)
    except Denied:
        return


def find_newest_run(
    aws: Aws, kind: Kind, inputs: Mapping[str, Any], known: Sequence[Listed] | None = None
) -> Run | None:
    """Return the job's newest run, whatever became of it, or nothing if AWS knows none."""
    for run in read_history(aws, kind, inputs, known):
        return run
    identities = [str(inputs["identity"]), *(inputs.get("formerly") or ())]
    for run in list_linked(aws, kind, identities, str(inputs["name"])):
        return run
    return None


def count_live(aws: Aws, kind: Kind) -> int:
    """Count the account's runs of a kind that wait or run, whoever's they are."""
    items = aws.pages(kind.service, kind.listing.call, {"prefix": "*"})
    statuses = (str(item.get(kind.record.status_field, "")) for item in items)
    return sum(not kind.phase(status).ended for status in statuses)
