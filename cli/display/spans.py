"""Spans of time as people write and read them. Pure."""

from __future__ import annotations

import re

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
