"""`jobctl completion SHELL`: print a completion script for bash, zsh or tcsh."""

from __future__ import annotations

import argparse

import shtab

EPILOG = 'bash: eval "$(./jobctl completion bash)"; zsh: the same with zsh, after compinit.'


def configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("shell", choices=shtab.SUPPORTED_SHELLS)
    parser.epilog = EPILOG


def run(args: argparse.Namespace) -> int:
    print(shtab.complete(args.make_parser(), args.shell))
    return 0
