"""A stand-in for the `pulumi` command, for a first try, for tests and for machines without it.

It speaks Pulumi's own protocols to the unmodified SDK and the unmodified dynamic provider, keeps Pulumi's own state
files, and refuses by name what no program of this repository needs. It is never used in production.
Its rooms, each of which imports only those before it: state, protocol, core, display, commands.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path


def main(argv: list[str], *, cwd: Path | None = None, env: Mapping[str, str] | None = None) -> int:
    """Run one command as `pulumi ARGV...` would, and return its exit code."""
    from local.engine.commands.commandline import run

    return run(argv, cwd=cwd, env=env)
