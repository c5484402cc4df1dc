"""`jobctl env`: a stack's environment for a shell, so that `aws` and `pulumi` work on it directly."""

from __future__ import annotations

import argparse
import os
import shlex
from pathlib import Path

from cli.engine.run import chosen_stack
from cli.project.stack import find_project
from cli.project.variables import child_environment
from components.errors import JobError


def configure(parser: argparse.ArgumentParser) -> None:
    parser.epilog = (
        'Use: eval "$(./jobctl env -s local)"; aws batch list-service-jobs --job-queue training'
    )
    parser.add_argument("-s", "--stack", default="", help="default: the selected stack")


def run(args: argparse.Namespace) -> int:
    words = ["--stack", args.stack] if args.stack else []
    stack = chosen_stack(find_project(Path.cwd()), words, os.environ)
    if not stack.name:
        raise JobError("no stack is selected: name one with -s")
    for name, value in sorted(child_environment(stack, os.environ).items()):
        if os.environ.get(name) != value:
            print(f"export {name}={shlex.quote(value)}")
    return 0
