"""One job's page: how it went attempt by attempt, why it waits, what came out, and what to do next. Pure."""

from __future__ import annotations

from collections.abc import Iterator

from rich.text import Text

from cli.display.console import style_text, wrap
from cli.display.spans import format_span
from cli.display.text import align, count
from cli.progress.table import STYLES
from cli.runs.details import Details, list_steps, read_billed
from cli.runs.statuses import JobStatus
from components.aws.runs import Attempt, format_time
from components.kinds import Kind, Phase
from components.printable import visible

LABEL = 12  # columns


def format_page(job: JobStatus, details: Details, now: float, width: int, stack: str) -> list[Text]:
    """Return the lines of a job's page."""
    lines = [Text.assemble((visible(job.name), "bold"), "  ", (job.phase.value, STYLES[job.phase]))]
    for label, value in _list_facts(job, details, now):
        lines += _wrap(label, value, width)
    for attempt in details.attempts:
        lines += _format_attempt(job.kind, attempt, now * 1000, width)
    if details.log:
        lines += [Text(""), Text("the last lines of its log:", style="bold")]
        lines += [style_text(f"  {line}") for line in details.log]
    lines += [Text(""), Text("next", style="bold")]
    lines += [Text(f"  {line}") for line in align(list(list_next(job, stack)))]
    return lines


def _list_facts(job: JobStatus, details: Details, now: float) -> Iterator[tuple[str, str]]:
    outputs = job.outputs
    yield "kind", job.kind.title
    yield "status", job.status
    if job.phase in (Phase.FAILED, Phase.UNKNOWN):
        yield "reason", job.reason or str(outputs.get("note", ""))
    yield "waits", job.wait.sentence or (job.where if job.phase is Phase.WAITING else "")
    yield "queue", f"{job.queue}, share {job.share}" if job.share else job.queue
    yield "after", ", ".join(job.after)
    yield "submitted", str(outputs.get("createdAt") or "")
    yield "waited", format_span(job.waited(now))
    ran = format_span(job.ran(now))
    yield "ran", f"{ran} of at most {format_span(job.limit)}" if ran and job.limit else ran
    yield "instances", job.instances
    seconds = [read_billed(job.kind, attempt) for attempt in details.attempts]
    if billed := [each for each in seconds if each is not None]:
        most = (job.limit or 0) * job.attempts
        ceiling = f" of at most {format_span(most)} for {count(job.attempts, 'attempt')}"
        yield "billed", format_span(sum(billed)) + (ceiling if most else "")
    for name, value in details.metrics.items():
        yield "metric", f"{name} = {value:g}"
    yield "model", details.model_package
    if job.phase is Phase.SUCCEEDED or job.result.endswith("/"):
        yield "output", job.result
    yield "AWS name", str(outputs.get("jobName") or "")
    yield "ARN", job.arn
    yield "console", str(outputs.get("consoleUrl") or "")
    yield "logs", str(outputs.get("logsUrl") or "")


def list_next(job: JobStatus, stack: str) -> Iterator[tuple[str, str]]:
    """Yield the commands that help now, each with what it does."""
    at = f"-s {stack}"
    name = visible(job.name)
    if job.phase is Phase.WAITING:
        yield f"./jobctl wait {at}", "deploy it as soon as it can run"
        return
    if job.phase in (Phase.QUEUED, Phase.RUNNING):
        yield f"./jobctl watch {name} {at}", "follow it"
        if job.phase is Phase.RUNNING and job.kind.logs:
            yield f"./jobctl logs {name} -f {at}", "follow its log"
        if job.queue:
            yield f"./jobctl queue {job.queue} {at}", "show the queue"
        if job.kind.terminate:
            yield f"./jobctl stop {name} {at}", "end it"
        return
    if job.kind.logs and job.outputs.get(job.kind.logs.name):
        yield f"./jobctl logs {name} {at}", "show its whole log"
    if job.phase is Phase.SUCCEEDED:
        yield f"./jobctl results {name} {at}", "list what it left, -o DIR downloads it"
    else:
        yield f"./jobctl rerun {name}", "run the same definition again, or edit its file"


def _wrap(label: str, value: str, width: int) -> Iterator[Text]:
    """Yield `label  value`, wrapped below its value; an address stays whole, to be clicked and copied."""
    if not value:
        return
    whole = " " not in value
    parts = [visible(value)] if whole else wrap(value, max(20, width - LABEL))
    for at, part in enumerate(parts):
        line = Text(f"{label if at == 0 else '':<{LABEL}}", style="dim", overflow="fold")
        yield line.append(part, style="default not dim")


def _format_attempt(kind: Kind, attempt: Attempt, now: float, width: int) -> Iterator[Text]:
    words = [attempt.record.status if attempt.record else ""]
    if attempt.started:
        ran = format_span(((attempt.stopped or now) - attempt.started) / 1000)
        words += [f"ran {ran}", f"since {format_time(attempt.started)}"]
    yield from _wrap(f"attempt {attempt.number}", ", ".join(filter(None, words)) or "begun", width)
    yield from _wrap("", attempt.reason, width)
    for name, begun, ended in list_steps(kind, attempt):
        if begun:
            span = format_span(((ended or now) - begun) / 1000)
            yield from _wrap("", f"{format_time(begun)[11:19]}  {name}  {span}", width)
