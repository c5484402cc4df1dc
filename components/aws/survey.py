"""What there is in an account beyond one job's runs: the queues, a queue's jobs, everything of a stack."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from ..errors import Missing
from ..kinds import Kind
from ..run.definition import IDENTITY, SUFFIX
from .client import Aws
from .lookup import make_list_values, search_linked
from .runs import Run, describe, to_milliseconds

_OURS = re.compile(rf".+-[0-9a-f]{{{SUFFIX}}}")
ALL = "*"


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
        try:
            run = describe(aws, kind, str(newest[kind.listing.fields["arn"]]), "")
        except Missing:
            continue
        yield run, len(same) - 1


def list_stack_runs(
    aws: Aws, kind: Kind, stack: str, names: frozenset[str] = frozenset()
) -> Iterator[Run]:
    """Yield the runs whose identity is of `project/stack`: first the service's own, then the second service's.

    The service's lists show names and no tags. A name that is neither of our making (`<job>-<8 hexadecimal>`) nor
    among `names` is another's and costs no call; should such a run be the stack's all the same, then the second
    service names it by its tags as soon as it runs.
    """
    seen: set[str] = set()
    for values in make_list_values(aws, kind, [ALL], ""):
        for item in aws.pages(kind.service, kind.listing.call, values):
            name = str(item.get(kind.listing.fields["name"], ""))
            if not _OURS.fullmatch(name) and name not in names:
                continue
            try:
                run = describe(aws, kind, str(item[kind.listing.fields["arn"]]), "")
            except Missing:
                continue
            if run.arn not in seen and _is_of(run, stack):
                seen |= {run.arn, *list_attempts(kind, run)}
                yield run
    for run in search_linked(aws, kind, "Contains", f"{stack}/", ""):
        if run.arn not in seen and _is_of(run, stack):
            yield run


def _is_of(run: Run, stack: str) -> bool:
    return run.tags.get(IDENTITY, "").rpartition("/")[0] == stack


def list_attempts(kind: Kind, run: Run) -> set[str]:
    """Every training job that one service job made: each attempt is one."""
    found = {str(run.outputs.get(kind.link.arn_output, ""))} if kind.link else set()
    for attempt in run.request.get("attempts") or []:
        found.add(str((attempt.get("serviceResourceId") or {}).get("value", "")))
    return found - {""}
