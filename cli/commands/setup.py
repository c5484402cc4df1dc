"""`jobctl setup`: what `./jobctl` itself does before any command, and the Pulumi CLI for those who ask for it."""

from __future__ import annotations

import argparse

from cli.engine.arguments import add_flag
from cli.engine.pulumi_cli import install_pulumi, read_version
from cli.project.stack import HERE


def configure(parser: argparse.ArgumentParser) -> None:
    add_flag(parser, "--dev", "with the tools of `make test`")
    add_flag(
        parser, "--pulumi", f"install the Pulumi CLI {read_version(HERE)} into .local/pulumi-cli"
    )


def run(args: argparse.Namespace) -> int:
    if args.pulumi:
        print(f"the Pulumi CLI {read_version(HERE)}: {install_pulumi(HERE)}")
        print('in a shell of your own: eval "$(./jobctl env)"')
    return 0
