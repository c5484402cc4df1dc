"""A queue as a page: how full it is, what runs, and what waits in AWS's order. Pure."""

from __future__ import annotations

from rich.text import Text

from cli.display.spans import format_span
from cli.display.text import align, count
from cli.progress.table import STYLES
from components.aws.queue import Queue, describe_use
from components.aws.survey import Glance
from components.kinds import Kind, Phase

HEAD = ("", "PLACE", "NAME", "STATUS", "SHARE", "SINCE")


def format_queue(kind: Kind, queue: Queue, ours: dict[str, str], now: float) -> list[Text]:
    """Return a queue's head, its pools, what is past the queue, and what waits in AWS's order."""
    states = queue.state
    if queue.status != "VALID":
        states += f", {queue.status}" + (f": {queue.reason}" if queue.reason else "")
    lines = [Text(f"{queue.name}: {states}; {queue.scheduling}", "bold")]
    for pools, by in ((queue.environments, " by this queue"), (queue.shares, "")):
        for pool in pools:
            use, off = describe_use(pool), " DISABLED" if pool.disabled else ""
            lines.append(Text(f"  {use + by if use else pool.name}{off}", "red" if off else ""))
    placed = {arn: queue.line(queue.share_of(arn)).index(arn) + 1 for arn in queue.front}
    order = sorted(queue.runs.values(), key=lambda each: _order(kind, each, placed))
    cells = [
        (
            "*" if run.arn in ours else "",
            f"#{placed[run.arn]}" if run.arn in placed else "",
            ours.get(run.arn) or run.name,
            run.status,
            str(run.outputs.get("share", "")),
            format_span(max(0.0, now - run.created / 1000)),
        )
        for run in order
    ]
    if order:
        head, *rows = align([HEAD, *cells])
        lines.append(Text(f"  {head}", "bold"))
        for run, row in zip(order, rows, strict=True):
            style = STYLES[kind.phase(run.status)] if run.arn in ours else ""
            lines.append(Text(f"  {row}", style))
            if blocked := str(run.outputs.get("statusReason", "")):
                lines.append(Text(f"      {blocked}", "dim"))
    waiting = sum(kind.phase(each.status) is Phase.QUEUED for each in order)
    own = sum(each.arn in ours for each in order)
    past = count(len(order) - waiting, "run")
    foot = f"  {past} past the queue, {waiting} waiting; {own} of this stack (*)"
    return [*lines, Text(foot, "dim")]


def _order(kind: Kind, run: Glance, placed: dict[str, int]) -> tuple[int, int, float]:
    waits = kind.phase(run.status) is Phase.QUEUED
    return int(waits), placed.get(run.arn, len(placed) + 1) if waits else 0, run.created
