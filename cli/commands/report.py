"""`jobctl report`: write a page of runs: when they waited and ran, what they used, and why they failed."""

from __future__ import annotations

import argparse
import json
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from cli.display.spans import parse_since
from cli.display.text import count
from cli.engine.arguments import add_flag, add_stacks, add_text, find_stack
from cli.planning import prices
from cli.project.stack import Stack, find_project
from cli.report.model import RunRow
from cli.report.reading import Known, read_rows
from cli.runs.all_stacks import visit_stacks
from cli.runs.connection import connect_stack, make_redactor
from cli.runs.entries import read_entries
from components.aws.runs import format_time
from components.errors import JobError
from components.run.submission import list_identities

PAGE, SINCE = "report.html", "30d"


def configure(parser: argparse.ArgumentParser) -> None:
    add_stacks(parser)
    add_text(
        parser, "-o --output", "FILE", f"where the page is written (default {PAGE})", default=PAGE
    )
    add_text(
        parser,
        "--since",
        "TIME",
        f"runs that were submitted since, or are active; 12h, 30d, 2026-11-28T00:12:05Z (default {SINCE})",
        default=SINCE,
    )
    add_flag(parser, "--json", "print the runs as a JSON document; no page")
    parser.epilog = (
        "Batch keeps a run's record for about a week after its end; SageMaker is asked for the earlier ones. Prices of "
        "an instance-hour come from the stack's aws-jobs:prices."
    )


def run(args: argparse.Namespace) -> int:
    now = time.time() * 1000
    since = parse_since(args.since, now / 1000) * 1000
    # a page that cannot be made is not asked for
    render_page = None if args.json else load_renderer()
    if args.all_stacks:
        found = visit_stacks(find_known, lambda stack, known: _read(stack, known, since, now))
        rows = [replace(row, stack=name) for name, own in found.items() for row in own]
        rows.sort(key=lambda row: -row.submitted)
        title = f"{find_project(Path.cwd()).name}: {', '.join(found)}"
        head: dict[str, object] = {"stacks": list(found)}
    else:
        stack = find_stack(args)
        rows = _read(stack, find_known(stack), since, now)
        title = f"{stack.project.name}/{stack.name}"
        head = {"stack": stack.name}
    if render_page is None:
        moments = {"since": format_time(since), "asOf": format_time(now)}
        document = {**head, **moments, "runs": [row.to_json() for row in rows]}
        print(json.dumps(document, indent=2, ensure_ascii=False))
        return 0
    path = Path(args.output)
    path.write_text(render_page(rows, title, since, now), "utf-8")
    print(f"wrote {path}: {count(len(rows), 'run')} since {format_time(since)}, or active")
    return 0


def _read(stack: Stack, known: Known, since: float, now: float) -> list[RunRow]:
    return read_rows(connect_stack(stack), known, prices.read(stack), since, now)


def load_renderer() -> Callable[..., str]:
    """Import what makes the page. Raises `JobError` where its packages are missing."""
    try:
        from cli.report.page import render_page
    except ImportError as error:
        raise JobError(
            f"the page needs {error.name}: ./jobctl report installs requirements-report.lock; elsewhere run "
            "pip install -r requirements-report.txt"
        ) from None
    return render_page


def find_known(stack: Stack) -> Known:
    """Return what the state knows of the stack's runs, and what hides its secret settings."""
    try:
        entries = read_entries(stack, pending=True)
    except JobError:
        entries = []  # AWS knows the runs all the same
    paths: dict[str, tuple[str, ...]] = {}
    for entry in entries:
        for identity in list_identities({"identity": "", **entry.outputs}):
            paths[identity] = (*paths.get(identity, ()), *(entry.outputs.get("secretPaths") or ()))
    return Known(
        stack=f"{stack.project.name}/{stack.name}",
        names=frozenset(entry.text("jobName") for entry in entries) - {""},
        paths=paths,
        redactor=make_redactor(stack),
    )
