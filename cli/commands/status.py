"""`jobctl status`: show the jobs of a stack as the state has them; it does not call AWS."""

from __future__ import annotations

import argparse
import json
from collections.abc import Sequence

from cli.display.text import align
from cli.engine.arguments import add_stack, find_stack
from cli.project.stack import Stack
from cli.runs.entries import Entry, read_entries
from components.kinds import Phase

COLUMNS = ("name", "kind", "phase", "status", "since", "results")
_SINCE = {"SUCCEEDED": "stoppedAt", "FAILED": "stoppedAt", "RUNNING": "startedAt"}
Row = dict[str, str]


def configure(parser: argparse.ArgumentParser) -> None:
    add_stack(parser)
    parser.add_argument("--json", action="store_true", help="print a JSON list")
    parser.epilog = "The status is that of the last up or refresh; ./jobctl refresh asks AWS again."


def run(args: argparse.Namespace) -> int:
    stack = find_stack(args)
    rows = read_rows(stack)
    if args.json:
        print(json.dumps(rows, indent=2))
    elif not rows:
        print(f"the stack '{stack.name}' has no jobs; deploy them with ./jobctl up -s {stack.name}")
    else:
        print(format_table(rows))
    return 0


def read_rows(stack: Stack) -> list[Row]:
    """Return one row a job, by name."""
    return [to_row(entry) for entry in read_entries(stack)]


def to_row(entry: Entry) -> Row:
    """Return what a person asks first. `since` is when the phase began, as far as AWS says."""
    reason = entry.reason
    if entry.phase is Phase.WAITING and entry.waiting_for:
        reason = f"waits for {', '.join(entry.waiting_for)}"
    phase = entry.text("phase")
    return {
        "name": entry.name,
        "kind": entry.kind.name,
        "phase": phase,
        "status": entry.text("status"),
        "reason": reason,
        "since": entry.text(_SINCE.get(phase, "createdAt")) or entry.text("createdAt"),
        "results": entry.text("modelArtifacts") or entry.text("outputUri"),
        "jobArn": entry.text("jobArn"),
    }


def format_table(rows: Sequence[Row]) -> str:
    """Return aligned columns; the reason of a failed or waiting job is below its line."""
    cells = [[column.upper() for column in COLUMNS]]
    cells += [[row[column] for column in COLUMNS] for row in rows]
    head, *lines = align(cells)
    shown = [head]
    for row, line in zip(rows, lines, strict=True):
        shown.append(line)
        if row["reason"] and row["phase"] != "SUCCEEDED":
            shown.append(f"    {row['reason']}")
    return "\n".join(shown)
