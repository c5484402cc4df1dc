"""Spans of time, and moments, as people write and read them. Pure."""

from __future__ import annotations

import re
from datetime import datetime, timezone

from components.errors import JobError

TIMEOUT = "6h"  # of a wait
_UNITS = {"s": 1, "m": 60, "h": 3600, "d": 86400}


def parse_span(text: str) -> float | None:
    """Return the seconds of `90s`, `30m`, `6h` or `2d`; `None` for anything else."""
    found = re.fullmatch(r"(\d{1,6})([smhd])", text)
    return float(int(found[1]) * _UNITS[found[2]]) if found else None


def parse_timeout(text: str) -> float:
    """Return the seconds of `--timeout`. Raises `JobError` for what is no span."""
    span = parse_span(text)
    if span is None:
        raise JobError(f"--timeout {text}: expected a number with s, m, h or d, such as {TIMEOUT}")
    return span


def parse_time(text: str) -> float | None:
    """Read a moment of an output, `2026-11-22T18:14:05Z`."""
    try:
        moment = datetime.fromisoformat(text.replace("Z", "+00:00"))
    except ValueError:
        return None
    return moment.replace(tzinfo=moment.tzinfo or timezone.utc).timestamp()


def parse_since(text: str, now: float) -> float:
    """Return the moment, in seconds, of `30s`, `10m`, `1h` or `2d` before now, or of `2026-11-28T00:12:05Z`."""
    if (span := parse_span(text)) is not None:
        return now - span
    if (moment := parse_time(text)) is not None:
        return moment
    raise JobError(
        f"--since {text}: expected a time ago, such as 90s, 10m, 1h or 2d, or a moment, such as"
        " 2026-11-28T00:12:05Z"
    )


def format_span(seconds: float | None) -> str:
    """Return a span in two units at most: `45s`, `4m 05s`, `12m`, `3h`, `2d 04h`; nothing for `None`."""
    if seconds is None:
        return ""
    whole = int(seconds)
    for size, unit, smaller, below in (
        (86400, "d", 3600, "h"),
        (3600, "h", 60, "m"),
        (60, "m", 1, "s"),
    ):
        if whole >= size:
            rest = whole % size // smaller
            shown = rest and not (unit == "m" and whole >= 600)
            return f"{whole // size}{unit} {rest:02}{below}" if shown else f"{whole // size}{unit}"
    return f"{whole}s"
