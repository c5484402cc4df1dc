"""`jobctl summary`: write the jobs with their links, or a full preview, to the page of a workflow run."""

from __future__ import annotations

import argparse
import os
import sys
import time

from cli.display.escape import code, fence_lines, keep_console_link
from cli.display.text import fit_rows
from cli.engine.arguments import add_flag, add_stack, find_stack
from cli.engine.without_secrets import add_without_secrets, run_preview
from cli.progress.look import print_offline
from cli.project.stack import Stack
from cli.report.mermaid import format_gantt
from cli.runs.entries import read_entries
from cli.runs.statuses import JobStatus, make_status
from components.kinds import Phase

# GitHub takes a mebibyte a step; some stays free for the marks around
LIMIT = 1_000_000


def configure(parser: argparse.ArgumentParser) -> None:
    add_stack(parser)
    add_without_secrets(parser)
    add_flag(parser, "--preview", "show the full diff of a preview instead of the jobs")
    parser.epilog = "In a workflow it is written to the run's page ($GITHUB_STEP_SUMMARY), otherwise to the terminal."


def run(args: argparse.Namespace) -> int:
    stack = find_stack(args)
    path = os.environ.get("GITHUB_STEP_SUMMARY")
    if path:
        text = format_preview(stack, args.without_secrets) if args.preview else format_jobs(stack)
        with open(path, "a", encoding="utf-8") as file:
            file.write(text)
    elif args.preview:
        sys.stdout.write(_preview(stack, args.without_secrets))
    else:
        print_offline(stack)
    return 0


def format_preview(stack: Stack, without_secrets: bool) -> str:
    """Return the engine's whole output, folded."""
    lines = _preview(stack, without_secrets)
    if len(lines) > LIMIT:
        left = lines[LIMIT:].count("\n")
        lines = f"{lines[:LIMIT]}\n... and {left} more lines"
    title = f"Full preview of {code(stack.name)}"
    return f"<details><summary>{title}</summary>\n\n{fence_lines(lines)}\n\n</details>\n"


def _preview(stack: Stack, without_secrets: bool) -> str:
    flags = ["--diff", "--color", "never"]
    status, out, err = run_preview(stack, flags, without_secrets=without_secrets)
    return out if status == 0 else f"{out}\n{err}"


def format_jobs(stack: Stack) -> str:
    """Return the stack's jobs as of the last `up`: phase, ID, links to the console and the logs, and a chart."""
    entries = read_entries(stack)
    jobs = [make_status(entry, entry.outputs) for entry in entries]
    text = f"### Jobs of {code(stack.name)}\n\n| job | phase | | id | |\n|---|---|---|---|---|\n"
    text += fit_rows(jobs, _format_row, LIMIT - len(text), "\n... and {} more\n")
    chart = format_gantt(jobs, time.time())
    return f"{text}\n{chart}" if chart and len(text) + len(chart) < LIMIT else text


def _format_row(job: JobStatus) -> str:
    links = [
        _format_link(title, str(job.outputs.get(name, "")))
        for title, name in (("console", "consoleUrl"), ("logs", "logsUrl"))
    ]
    detail = job.result if job.phase is Phase.SUCCEEDED else job.reason or job.where
    cells = (
        code(job.name),
        code(job.phase.value),
        code(detail, 400),
        code(job.arn.rpartition("/")[2]),
        " ".join(filter(None, links)),
    )
    return f"| {' | '.join(cells)} |\n"


def _format_link(title: str, url: str) -> str:
    """Return a link to AWS's console, or nothing where the address is another."""
    address = keep_console_link(url)
    return f'<a href="{address}">{title}</a>' if address else ""
