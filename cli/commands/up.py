"""`jobctl up`: the engine's own command; with `--wait` it runs again until every job has finished."""

from __future__ import annotations

import os
import time
from collections.abc import Sequence

from cli.commands.wait import wait_for_end
from cli.display.spans import TIMEOUT, parse_timeout
from cli.engine.arguments import choose_stack, find_stack_name, split_cwd, split_options
from cli.engine.run import run as run_engine
from cli.project.stack import find_project

WAIT = "./jobctl up ... --wait [--timeout 6h]: run `up` until every job has finished; exit code 1 if one failed"
# what makes sense for the first `up` only
_ONCE = {
    "--yes",
    "-y",
    "--skip-preview",
    "-f",
    "--diff",
    "--json",
    "--expect-no-changes",
    "--refresh",
}


def run(arguments: Sequence[str]) -> int:
    """Run `up` with the engine's own flags; with `--wait [--timeout 6h]`, wait for the jobs afterwards."""
    begun = time.monotonic()
    if "-h" in arguments or "--help" in arguments:
        print(WAIT, end="\n\n", flush=True)
    if "--wait" not in arguments:
        return run_engine("up", arguments)
    rest, limit = split_wait(arguments)
    code = run_engine("up", rest)
    if code != 0 or "-h" in rest or "--help" in rest:
        return code
    words, cwd = split_cwd(rest)
    stack = choose_stack(find_project(cwd), ["up", *words], os.environ)
    again = [word for word in words if word not in _ONCE]
    if not find_stack_name(["up", *words]):
        again += ["--stack", stack.name]
    return wait_for_end(stack, again, limit - (time.monotonic() - begun))


def split_wait(arguments: Sequence[str]) -> tuple[list[str], float]:
    """Take `--wait` and `--timeout` out of an `up`'s arguments: the rest, and the time in seconds."""
    rest, limits = split_options(arguments, ("--wait",), "--timeout")
    return rest, parse_timeout(limits[-1] if limits else TIMEOUT)
