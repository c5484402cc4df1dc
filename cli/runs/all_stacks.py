"""One command over every stack of a project: each with its own settings, state and AWS."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TypeVar

from cli.project.stack import Stack, find_project, read_stack
from components.aws import disconnect
from components.errors import JobError
from components.printable import visible

AT_ONCE = 4  # states that are read at a time: each is a process of the engine
_State = TypeVar("_State")
_Found = TypeVar("_Found")


def visit_stacks(
    read_state: Callable[[Stack], _State], visit: Callable[[Stack, _State], _Found]
) -> dict[str, _Found]:
    """Return what `visit` finds in each stack that has a settings file, given its state, by the stack's name.

    One that cannot be read is said on stderr. Raises `JobError` where none can be.
    """
    project, found = find_project(Path.cwd()), {}
    names = project.stacks()

    def read(name: str) -> tuple[Stack, _State]:
        stack = read_stack(project, name)
        return stack, read_state(stack)

    with ThreadPoolExecutor(AT_ONCE) as pool:
        states = {name: pool.submit(read, name) for name in names}
    for name in names:
        environment = dict(os.environ)
        try:
            found[name] = visit(*states[name].result())
        except JobError as error:
            print(visible(f"{name}: not read: {error}"), file=sys.stderr)
        finally:
            # a stack on the emulator has an environment of its own
            os.environ.clear()
            os.environ.update(environment)
            disconnect()
    if not found:
        raise JobError("no stack could be read" if names else "no stack has a settings file")
    return found
