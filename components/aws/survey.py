"""What there is in an account beyond one job's runs: the queues, a queue's jobs, everything of a stack."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timezone
from itertools import islice
from typing import Any

from ..errors import Missing
from ..kinds import Kind
from ..run.definition import IDENTITY
from ..run.submission import split_name
from .client import Aws
from .linked import search_linked
from .listing import make_list_values, read_listed
from .runs import Run, describe, list_attempts, read_outputs, to_milliseconds

ALL = "*"
PAGES = 2  # of 100 runs: what a look at one queue may cost


def list_queues(aws: Aws, kind: Kind) -> list[str]:
    """Name the queues that take jobs of this kind, sorted."""
    return sorted(
        {values["scope"].rpartition("/")[2] for values in make_list_values(aws, kind, [ALL], "")}
    )


def list_newest(aws: Aws, kind: Kind, queue: str) -> Iterator[tuple[Run, int]]:
    """Yield the newest run of each name in a queue, whoever's it is, and the number of older ones.

    Each is described, which Batch answers for as long as it keeps the record (about a week after its end).
    """
    items: dict[str, list[dict[str, Any]]] = {}
    for item in aws.pages(kind.service, kind.listing.call, {"scope": queue, "prefix": ALL}):
        items.setdefault(str(item[kind.listing.fields["name"]]), []).append(item)
    for same in items.values():
        newest = max(
            same, key=lambda item: to_milliseconds(item.get(kind.listing.fields["created"]))
        )
        if run := _describe(aws, kind, str(newest[kind.listing.fields["arn"]])):
            yield run, len(same) - 1


@dataclass(frozen=True)
class Glance:
    """What a list shows of a run, whoever's it is: its status, and the outputs that a list has too."""

    arn: str
    name: str
    created: float
    status: str
    outputs: Mapping[str, Any]


def list_recent(aws: Aws, kind: Kind, queue: str, since: float) -> Iterator[Glance]:
    """Yield the runs of a queue that were made after `since` (seconds), the newest first, from at most `PAGES` pages.

    `queue` is empty for a kind that has none. A page is asked for when the reader gets there.
    """
    listing = kind.listing
    moment = datetime.fromtimestamp(since, timezone.utc)
    values = {"scope": queue, "since": moment, "milliseconds": str(int(since * 1000))}
    items = aws.pages(kind.service, listing.recent or listing.call, {**values, "prefix": ALL})
    for item in islice(items, PAGES * 100):
        yield Glance(
            str(item[listing.fields["arn"]]),
            str(item.get(listing.fields["name"], "")),
            to_milliseconds(item.get(listing.fields["created"])),
            str(item.get(kind.record.status_field, "")),
            read_outputs(kind, item),
        )


def list_stack_runs(
    aws: Aws, kind: Kind, stack: str, names: frozenset[str] = frozenset(), since: float = 0
) -> Iterator[Run]:
    """Yield the runs whose identity is of `project/stack`: first the service's own, then the second service's.

    With `since`, in milliseconds, without those that were made before it and have ended.

    The service's lists show names and no tags. A name that is neither of our making (`<job>-<8 hexadecimal>-<4>`) nor
    among `names` is another's and costs no call; should such a run be the stack's all the same, then the second
    service names it by its tags as soon as it runs.
    """
    seen: set[str] = set()
    passed_over: dict[str, str] = {}
    for values in make_list_values(aws, kind, [ALL], ""):
        for item in aws.pages(kind.service, kind.listing.call, values):
            listed = read_listed(kind, item, certain=False)
            old = listed.phase.ended and listed.created < since
            if old and not listed.linked:
                continue
            name = str(item.get(kind.listing.fields["name"], ""))
            if split_name(name)[0] == name and name not in names:
                passed_over[listed.linked] = listed.arn
            elif (run := _describe(aws, kind, listed.arn)) and run.arn not in seen:
                seen |= {run.arn, *list_attempts(kind, run)}
                if _is_of(run, stack) and not old:
                    yield run
    for linked in search_linked(aws, kind, "Contains", f"{stack}/", ""):
        if linked.phase.ended and linked.created < since:
            return  # the newest come first
        own = passed_over.get(linked.arn)
        run = (_describe(aws, kind, own) if own else None) or linked
        if linked.arn not in seen and run.arn not in seen and _is_of(run, stack):
            seen.add(run.arn)
            yield run


def _describe(aws: Aws, kind: Kind, arn: str) -> Run | None:
    try:
        return describe(aws, kind, arn, "")
    except Missing:
        return None


def _is_of(run: Run, stack: str) -> bool:
    return run.tags.get(IDENTITY, "").rpartition("/")[0] == stack
