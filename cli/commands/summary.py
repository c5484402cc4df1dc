"""`jobctl summary`: what a workflow run shows on its page: the jobs with their links, or the whole preview."""

from __future__ import annotations

import argparse
import json
import os
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlsplit

from cli.commands.status import entry, is_job
from cli.engine.run import capture, captured, chosen_stack
from cli.planning.escape import code, fenced
from cli.project.stack import Stack, find_project
from components.errors import JobError

# GitHub takes a mebibyte a step; some stays free for the marks around
LIMIT = 1_000_000


def configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("-s", "--stack", default="", help="default: the selected stack")
    parser.add_argument(
        "--preview", action="store_true", help="the whole diff of a preview instead of the jobs"
    )
    parser.epilog = (
        "In a workflow it goes to the run's page ($GITHUB_STEP_SUMMARY), elsewhere to the terminal."
    )


def run(args: argparse.Namespace) -> int:
    project = find_project(Path.cwd())
    stack = chosen_stack(project, ["--stack", args.stack] if args.stack else [], os.environ)
    if not stack.name:
        raise JobError("no stack is selected: name one with -s")
    text = whole_preview(stack) if args.preview else jobs(stack)
    path = os.environ.get("GITHUB_STEP_SUMMARY")
    if path:
        with open(path, "a", encoding="utf-8") as file:
            file.write(text)
    else:
        sys.stdout.write(text)
    return 0


def whole_preview(stack: Stack) -> str:
    """Everything that the engine says, folded; a preview that fails is shown as well."""
    words = ["preview", "--stack", stack.name, "--diff", "--non-interactive", "--color", "never"]
    status, out, err = captured(stack, words)
    lines = out if status == 0 else f"{out}\n{err}"
    if len(lines) > LIMIT:
        left = lines[LIMIT:].count("\n")
        lines = f"{lines[:LIMIT]}\n... and {left} more lines"
    title = f"Whole preview of {code(stack.name)}"
    return f"<details><summary>{title}</summary>\n\n{fenced(lines)}\n\n</details>\n"


def jobs(stack: Stack) -> str:
    """The stack's jobs as the last `up` left them: phase, id, and links to the console and the logs."""
    document = json.loads(capture(stack, ["stack", "export", "--stack", stack.name]))
    resources = (document.get("deployment") or {}).get("resources") or []
    rows = sorted(_rows(resources))
    head = f"### Jobs of {code(stack.name)}\n\n| job | phase | | id | |\n|---|---|---|---|---|\n"
    text = head
    for at, (_, row) in enumerate(rows):
        if len(text) + len(row) > LIMIT:
            return f"{text}\n... and {len(rows) - at} more\n"
        text += row
    return text


def _rows(resources: list[Mapping[str, Any]]) -> Iterator[tuple[str, str]]:
    for resource in filter(is_job, resources):
        job = entry(resource)
        outputs = resource.get("outputs") or {}
        links = [
            _link(title, outputs.get(name))
            for title, name in (("console", "consoleUrl"), ("logs", "logsUrl"))
        ]
        why = job["reason"] if job["phase"] != "SUCCEEDED" else job["results"]
        identity = job["jobArn"].rpartition("/")[2]
        cells = (
            code(job["name"]),
            code(job["phase"]),
            code(why, 400),
            code(identity),
            " ".join(filter(None, links)),
        )
        yield job["name"], f"| {' | '.join(cells)} |\n"


def _link(title: str, url: Any) -> str:
    """A link to AWS's console; anything else is no link."""
    if not isinstance(url, str):
        return ""
    parts = urlsplit(url)
    if parts.scheme != "https" or not (parts.hostname or "").endswith(".amazon.com"):
        return ""
    return f'<a href="{quote(url, safe=":/?#=&$%@,;+-._~")}">{title}</a>'
