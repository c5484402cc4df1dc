"""`jobctl queue [QUEUE]`: a queue as AWS has it: what runs, what waits in which order, how full it is."""

from __future__ import annotations

import argparse
import json
import time
from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from cli.display.console import make_console, style_text
from cli.engine.arguments import add_flag, add_stack, add_text, find_stack
from cli.progress.queue_page import format_queue
from cli.runs.connection import connect_stack, make_redactor
from cli.runs.entries import Entry, read_entries
from components.aws.queue import Queue
from components.aws.survey import list_queues
from components.errors import JobError
from components.kinds import KINDS, Kind, load_part
from components.printable import make_printable


def configure(parser: argparse.ArgumentParser) -> None:
    add_text(parser, "queue", "QUEUE", "default: the queues of the stack's jobs", nargs="?")
    add_stack(parser)
    add_flag(parser, "--json", "print a JSON list")
    parser.epilog = (
        "Jobs of the stack are marked with *. AWS tells the place of the first 100 that wait."
    )


def run(args: argparse.Namespace) -> int:
    stack = find_stack(args)
    aws = connect_stack(stack)
    entries = read_entries(stack)
    ours = {entry.id: entry.name for entry in entries}
    redactor = make_redactor(stack)
    kinds = [kind for kind in KINDS.values() if kind.request.queue_field]
    pairs = [(kind, args.queue) for kind in kinds] if args.queue else _find_queues(entries)
    if not pairs:
        known = ", ".join(sorted({name for kind in kinds for name in list_queues(aws, kind)}))
        raise JobError(f"no job of '{stack.name}' uses a queue; AWS has: {known or 'none'}")
    console = make_console()
    rows = []
    for kind, name in pairs:
        part = load_part(kind, "queue")
        queue: Queue = part.read_queue(aws, kind, name, part.ACTIVE)
        if args.json:
            rows.append(make_printable(redactor.hide(to_row(queue, ours))))
            continue
        for line in format_queue(kind, queue, ours, time.time()):
            console.print(style_text(str(redactor.hide(line.plain)), str(line.style)))
    if args.json:
        print(json.dumps(rows, indent=2, ensure_ascii=False))
    return 0


def _find_queues(entries: Sequence[Entry]) -> list[tuple[Kind, str]]:
    found: dict[str, tuple[Kind, str]] = {}
    for entry in entries:
        found.setdefault(entry.queue.rpartition("/")[2], (entry.kind, entry.queue))
    return [found[name] for name in sorted(found) if name]


def to_row(queue: Queue, ours: dict[str, str]) -> dict[str, Any]:
    """Return everything that is known of a queue, for `--json`."""
    row = asdict(queue)
    row["runs"] = [
        {
            "name": each.name,
            "arn": each.arn,
            "status": each.status,
            "job": ours.get(each.arn, ""),
            "statusReason": each.outputs.get("statusReason", ""),
            "share": each.outputs.get("share", ""),
        }
        for each in queue.runs.values()
    ]
    return row
