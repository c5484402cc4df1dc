"""The UTC period that a date lies in, as `every` counts them."""

from __future__ import annotations

import datetime


def period(every: str, today: datetime.date) -> str:
    """Return `2026-11-22`, `2026-W47` (ISO 8601: a week belongs to the year of its Thursday) or `2026-11`."""
    if every == "day":
        return today.isoformat()
    if every == "week":
        year, week, _ = today.isocalendar()
        return f"{year}-W{week:02}"
    return f"{today.year}-{today.month:02}"
