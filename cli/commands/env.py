"""`jobctl env`: print a stack's environment for a shell, so that `aws` and `pulumi` work on it directly."""

from __future__ import annotations

import argparse
import os
import shlex

from cli.engine.arguments import add_stack, find_stack
from cli.project.variables import child_environment


def configure(parser: argparse.ArgumentParser) -> None:
    parser.epilog = (
        'Use: eval "$(./jobctl env -s local)"; aws batch list-service-jobs --job-queue training'
    )
    add_stack(parser)


def run(args: argparse.Namespace) -> int:
    for name, value in sorted(child_environment(find_stack(args), os.environ).items()):
        if os.environ.get(name) != value:
            print(f"export {name}={shlex.quote(value)}")
    return 0
