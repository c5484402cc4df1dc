"""`jobctl env`: print a stack's environment for a shell, so that `aws` and `pulumi` work on it directly.

The Pulumi CLI that `setup --pulumi` has installed is on its PATH, for `pulumi login` even where there is no stack yet.
"""

from __future__ import annotations

import argparse
import os
import shlex
import sys

from cli.engine.arguments import add_stack, find_stack
from cli.engine.pulumi_cli import get_own_folder
from cli.project.stack import HERE
from cli.project.variables import child_environment


def configure(parser: argparse.ArgumentParser) -> None:
    parser.epilog = (
        'Use: eval "$(./jobctl env -s local)"; aws batch list-service-jobs --job-queue training'
    )
    add_stack(parser)


def run(args: argparse.Namespace) -> int:
    own = get_own_folder(HERE) / "bin"
    has_own = (own / "pulumi").exists()
    stack = find_stack(args, required=not has_own)
    if not stack.name:
        print("jobctl: no stack selected; with -s STACK this is its environment", file=sys.stderr)
    child = child_environment(stack, os.environ)
    folders = child.get("PATH", "").split(os.pathsep)
    if has_own and str(own) not in folders:
        child["PATH"] = os.pathsep.join([str(own), *folders])
    for name, value in sorted(child.items()):
        if os.environ.get(name) != value:
            print(f"export {name}={shlex.quote(value)}")
    return 0
