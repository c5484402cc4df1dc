"""`jobctl comment FILE`: post a plan as the one comment of a pull request, updated in place on every push."""

from __future__ import annotations

import argparse
import json
import os
import re
from collections.abc import Mapping
from pathlib import Path

from cli.engine.arguments import add_stack, find_stack
from cli.github.api import AUTHOR, GitHub, find_marked
from cli.project.stack import Stack
from components.errors import JobError


def configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "file", metavar="FILE", help="the output of `plan --format markdown -o FILE`"
    )
    add_stack(parser)
    parser.add_argument("--pr", type=int, default=0, help="default: the workflow's pull request")
    parser.add_argument("--author", default=AUTHOR, help="the token's owner")


def run(args: argparse.Namespace) -> int:
    stack = find_stack(args)
    number = args.pr or find_pull_request(os.environ)
    plan = Path(args.file).read_text("utf-8")
    github = GitHub.of(os.environ)
    marker = make_marker("plan", stack)
    body = {"body": f"{marker}\n{plan}"}
    old = find_marked(github.pages(f"/issues/{number}/comments"), marker, args.author)
    if old is None:
        github.call("POST", f"/issues/{number}/comments", body)
        print(f"commented on #{number}")
    else:
        github.call("PATCH", f"/issues/comments/{old['id']}", body)
        print(f"updated the comment on #{number}")
    return 0


def make_marker(what: str, stack: Stack) -> str:
    """Return the invisible first line of a comment; names cannot put anything else into it."""
    return f"<!-- aws-jobs {what}: {re.sub(r'[^A-Za-z0-9_.]', '-', f'{stack.project.name}.{stack.name}')} -->"


def find_pull_request(env: Mapping[str, str]) -> int:
    """Return the number in the event that started the workflow."""
    try:
        event = json.loads(Path(env["GITHUB_EVENT_PATH"]).read_text("utf-8"))
        return int(event["pull_request"]["number"])
    except (KeyError, OSError, ValueError, TypeError):
        raise JobError("this workflow run has no pull request; use --pr NUMBER") from None
