"""What the report's charts and tiles show, from its rows. Pure: plain values, as Vega-Lite and a template take them.

Every figure that a filter of the page narrows carries the `text` that is searched and the `phase` of its run.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Any

from cli.display.escape import shorten
from cli.display.spans import format_span
from cli.report.model import RunRow
from components.aws.runs import format_time

WAITING = "waiting"
STATES = (WAITING, "running", "succeeded", "failed")
NONE = "(none)"
LONGEST_REASON = 100
Figure = dict[str, Any]


def list_segments(rows: Sequence[RunRow], now: float) -> list[Figure]:
    """Return the bars of the Gantt chart: a run's attempts, and what it waited before, between and after them."""
    return [
        {**figure, "job": row.label, "run": row.name, "kind": row.kind, **_narrow(row)}
        for row in rows
        for figure in _list_bars(row, now)
    ]


def _list_bars(row: RunRow, now: float) -> Iterator[Figure]:
    at = row.submitted
    for attempt in row.attempts:
        if not attempt.started:
            continue
        if attempt.started > at:
            yield _make_bar(WAITING, at, attempt.started)
        end = attempt.stopped or max(now, attempt.started)
        which = f"{attempt.number} of {len(row.attempts)}"
        yield _make_bar(attempt.phase.lower(), attempt.started, end, which, attempt.reason)
        at = max(at, end)
    end = row.ended or now
    running = any(not attempt.stopped for attempt in row.attempts)
    if end > at and not running:
        yield _make_bar(WAITING, at, end, reason=row.reason)


def _make_bar(state: str, start: float, end: float, attempt: str = "", reason: str = "") -> Figure:
    return {
        "state": state,
        "start": start,
        "end": end,
        "attempt": attempt,
        "began": format_time(start),
        "ended": format_time(end),
        "lasted": format_span((end - start) / 1000),
        "reason": shorten(reason, 300),
    }


def list_usage(rows: Sequence[RunRow]) -> list[Figure]:
    """Return what each run used and might have used, in `hours` and `money`, and its places: job, queue, kind, tags.

    What is not known is `None`.
    """
    keys = sorted({key for row in rows for key in row.tags})
    return [
        {
            "places": {
                "job": row.label,
                **({"stack": row.stack} if row.stack else {}),
                "queue": row.queue or NONE,
                "kind": row.kind,
                **{f"tag {key}": row.tags.get(key) or NONE for key in keys},
            },
            "used": {"hours": row.hours, "money": row.cost},
            "ceiling": {"hours": row.ceiling, "money": row.ceiling_cost},
            **_narrow(row),
        }
        for row in rows
    ]


def list_failures(rows: Sequence[RunRow]) -> list[Figure]:
    """Return one figure for each attempt that failed, with its reason; a run that never ran counts once."""
    return [
        {"reason": reason, "job": row.label, **_narrow(row)}
        for row in rows
        for reason in _list_reasons(row)
    ]


def _list_reasons(row: RunRow) -> Iterator[str]:
    failed = [attempt for attempt in row.attempts if attempt.phase == "FAILED"]
    for attempt in failed:
        yield group_reason(attempt.reason or row.reason)
    if not failed and row.phase == "FAILED":
        yield group_reason(row.reason)


def group_reason(text: str) -> str:
    """Return what like reasons have in common: without ARNs, addresses, ids and times."""
    text = re.sub(r"\barn:aws[\w-]*:\S+", "ARN", text)
    text = re.sub(r"\b(s3|https?)://\S+", r"\1://…", text)
    text = re.sub(r"\b(?=\w*\d)[0-9A-Fa-f-]{8,}\b|\b\d{4,}\b", "…", text)
    return shorten(" ".join(text.split()), LONGEST_REASON) or "no reason given"


def list_tiles(rows: Sequence[RunRow]) -> list[tuple[str, str]]:
    """Return the figures at the head of the page: a label and its value."""
    phases = Counter(row.phase for row in rows)
    waits = sorted(row.waited for row in rows)
    tiles = [
        ("runs", str(len(rows))),
        ("succeeded", str(phases["SUCCEEDED"])),
        ("failed", str(phases["FAILED"])),
        ("active", str(sum(not row.ended for row in rows))),
        ("median wait", format_span(waits[len(waits) // 2]) if waits else "–"),
        ("instance-hours", format_use(*_total(rows, "hours"))),
    ]
    used, most = _total(rows, "money")
    return [*tiles, ("money", format_use(used, most))] if used or most else tiles


def _total(rows: Sequence[RunRow], unit: str) -> tuple[float, float]:
    """Return what the runs whose use is known used and might have used."""
    known = [each for each in list_usage(rows) if each["used"][unit] is not None]
    return (
        sum(each["used"][unit] for each in known),
        sum(each["ceiling"][unit] or 0 for each in known),
    )


def format_use(used: float | None, most: float | None) -> str:
    """Write `1.50 of 4`."""
    if used is None:
        return "–"
    return f"{format_number(used)} of {format_number(most)}" if most else format_number(used)


def format_number(value: float) -> str:
    """Write a number of hours or of money with two digits where it has them: `0.05`, `12`, `1,204`, `<0.01`."""
    if 0 < value < 0.005:
        return "<0.01"
    return f"{value:,.0f}" if value >= 1000 else f"{value:.2f}".removesuffix(".00")


def _narrow(row: RunRow) -> Figure:
    return {"text": search_text(row), "phase": row.phase}


def search_text(row: RunRow) -> str:
    """Return what the page's filter searches in a run, in lower case."""
    tags = [f"{key}={value}" for key, value in row.tags.items()]
    words = (
        row.label,
        row.name,
        row.kind,
        row.status,
        row.queue,
        *row.instances,
        *tags,
        row.reason,
    )
    return " ".join(words).lower()
