"""Write the report as one page of HTML that asks for nothing: charts, style and script are in it.

A policy in the page forbids the browser every address and every script but its own (by its hash), so that no text of
AWS's or of a job file becomes code, whatever it says; the template escapes it all the same.
https://developer.mozilla.org/docs/Web/HTTP/Reference/Headers/Content-Security-Policy
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import jinja2

from cli.display.spans import format_span
from cli.report import charts, figures
from cli.report.model import LINKS, RunRow
from components.aws.runs import arn_id, format_time

_FOLDER = Path(__file__).parent
DAY = 86_400_000  # milliseconds
PHASES = ("SUCCEEDED", "FAILED", "RUNNING", "QUEUED", "UNKNOWN")


def render_page(rows: Sequence[RunRow], stack: str, since: float, now: float) -> str:
    """Return the page. `stack` is the stack's name with its project's."""
    usage, failures = figures.list_usage(rows), figures.list_failures(rows)
    specs = {
        "gantt": charts.make_gantt(figures.list_segments(rows, now)),
        "usage": charts.make_usage(usage),
        "failures": charts.make_failures(failures),
    }
    script = charts.bundle_script((_FOLDER / "page.js").read_text("utf-8"))
    digest = hashlib.sha256(script.encode()).digest()
    environment = jinja2.Environment(
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        loader=jinja2.FileSystemLoader(_FOLDER),
    )
    return environment.get_template("page.html.jinja").render(
        stack=stack,
        since=format_time(since),
        now=format_time(now),
        tiles=figures.list_tiles(rows),
        phases=[phase for phase in PHASES if any(row.phase == phase for row in rows)],
        windows=[
            (words, now - days * DAY)
            for words, days in (("the last week", 7), ("the last day", 1))
            if now - since > days * DAY
        ],
        places=list(usage[0]["places"]) if usage else [],
        money=any(row.cost is not None for row in rows),
        failures=bool(failures),
        rows=[_show_row(row) for row in rows],
        specs=specs,
        style=(_FOLDER / "page.css").read_text("utf-8"),
        script=script,
        hash=f"'sha256-{base64.b64encode(digest).decode()}'",
    )


def _show_row(row: RunRow) -> Mapping[str, Any]:
    """Return a line of the table: each cell as text, with the value that it is sorted by."""
    used = figures.format_use(row.hours, row.ceiling)
    return {
        "text": figures.search_text(row),
        "run": row.name or arn_id(row.arn),
        "terminated": row.terminated,
        "tags": [f"{key}={value}" for key, value in sorted(row.tags.items())],
        "phase": row.phase,
        "reason": row.reason if row.phase != "SUCCEEDED" else "",
        "links": {name: row.links[output] for name, output in LINKS.items() if output in row.links},
        "cells": [
            ("job", row.label, row.label),
            ("status", row.status, row.phase),
            ("submitted", format_time(row.submitted)[:16].replace("T", " "), row.submitted),
            ("waited", format_span(row.waited), row.waited),
            ("ran", format_span(row.ran) if row.ran else "–", row.ran),
            ("attempts", str(len(row.attempts)), len(row.attempts)),
            ("instances", ", ".join(row.instances) or "–", " ".join(row.instances)),
            ("hours", f"{used}, no ceiling" if row.unlimited else used, row.hours or 0),
            ("money", figures.format_use(row.cost, row.ceiling_cost), row.cost or 0),
            ("queue", row.queue or "–", row.queue),
        ],
    }
