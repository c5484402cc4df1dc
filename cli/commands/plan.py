"""`jobctl plan`: show a reviewer what a preview would do, and nothing else."""

from __future__ import annotations

import argparse
import json
import os
import sys
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path

from cli.engine.arguments import add_stack, add_text, find_stack
from cli.engine.run import read_error
from cli.engine.without_secrets import add_without_secrets, run_preview
from cli.planning import markdown, prices, text
from cli.planning.build import build
from cli.planning.model import Plan
from cli.planning.preview import read
from cli.project.settings import read_stack_settings
from cli.project.stack import Stack
from components.errors import JobError
from components.stack.load import load_stack

FORMATS = ("text", "markdown", "json")


def configure(parser: argparse.ArgumentParser) -> None:
    add_stack(parser)
    add_without_secrets(parser)
    parser.add_argument("--format", choices=FORMATS, default="text")
    add_text(
        parser,
        "--from",
        "FILE",
        "the output of `preview --json --show-sames` to read instead of running a preview; - for standard input",
        dest="source",
    )
    add_text(parser, "-o --output", "FILE", "write the plan to this file")
    parser.epilog = (
        "Exit code: 0, or 1 if the preview found problems; the plan lists them. Prices of an instance-hour come "
        "from the stack's aws-jobs:prices."
    )


def run(args: argparse.Namespace) -> int:
    stack = find_stack(args, required=not args.source)
    try:
        plan = make_plan(
            stack, read_preview(stack, args.source, without_secrets=args.without_secrets)
        )
    except JobError as error:
        if args.output:
            # a comment must not go on showing the plan of an earlier push
            failed = Plan(stack.project.name, stack.name, errors=(str(error),))
            Path(args.output).write_text(render(failed, args.format, os.environ), "utf-8")
        raise
    rendered = render(plan, args.format, os.environ)
    if args.output:
        Path(args.output).write_text(rendered, "utf-8")
    else:
        sys.stdout.write(rendered)
    return 1 if plan.errors else 0


def read_preview(stack: Stack, source: str = "", *, without_secrets: bool = False) -> str:
    """Return the preview's JSON document: from this file, or of a preview that it runs."""
    if source == "-":
        return sys.stdin.read()
    if source:
        try:
            return Path(source).read_text("utf-8")
        except OSError as error:
            raise JobError(f"{source}: {error.strerror}") from None
    flags = ["--json", "--show-sames"]
    code, out, err = run_preview(stack, flags, without_secrets=without_secrets)
    if out.lstrip().startswith("{"):
        return out
    raise JobError(read_error(code, err))


def make_plan(stack: Stack, text_: str) -> Plan:
    """Return the plan of a preview's document for this stack."""
    settings = read_stack_settings(stack)
    # for their places; what is wrong with them has stopped the preview already
    jobs = load_stack(settings)
    return build(
        read(text_),
        jobs.jobs,
        prices.read(stack),
        may_terminate=settings.allow_terminate,
        policies=jobs.policies,
    )


def render(plan: Plan, wanted: str, env: Mapping[str, str]) -> str:
    """Return the plan in one of `FORMATS`. In a workflow, sources are links to the commit."""
    if wanted == "json":
        return json.dumps(asdict(plan), indent=2, ensure_ascii=False) + "\n"
    if wanted == "text":
        return text.render(plan)
    server, repository = env.get("GITHUB_SERVER_URL", ""), env.get("GITHUB_REPOSITORY", "")
    commit = env.get("GITHUB_SHA", "")
    source = f"{server}/{repository}/blob/{commit}/" if server and repository and commit else ""
    return markdown.render(plan, source)
