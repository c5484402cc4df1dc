"""Which engine carries out a stack's commands: the Pulumi CLI, or the embedded one on this machine's emulator."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from dataclasses import dataclass

from cli.engine.pulumi_cli import INSTALL, find_pulumi, is_own
from cli.project.stack import HERE, Stack
from cli.project.variables import endpoints, on_loopback
from components.errors import JobError

# not `-m` with a PYTHONPATH: the program and its providers would inherit that
START_EMBEDDED = (
    "import sys; sys.path.insert(0, sys.argv.pop(1)); "
    "from local.engine import main; sys.exit(main(sys.argv[1:]))"
)


@dataclass(frozen=True)
class Engine:
    """What carries out a command, and why it was chosen. `command` starts the process."""

    command: tuple[str, ...]
    reason: str
    embedded: bool


def choose(stack: Stack, env: Mapping[str, str]) -> Engine:
    """Choose the Pulumi CLI where there is one. The embedded engine runs on loopback only, never in production."""
    wish = env.get("JOBCTL_ENGINE") or "auto"
    if wish not in ("auto", "pulumi", "embedded"):
        raise JobError(f"JOBCTL_ENGINE is '{wish}'; expected auto, pulumi or embedded")
    path = find_pulumi(HERE, env.get("PATH"))
    if wish != "embedded" and path:
        found = "this project's own" if is_own(HERE, path) else "it is on PATH"
        why = "JOBCTL_ENGINE=pulumi" if wish == "pulumi" else found
        return Engine((path,), f"engine: the Pulumi CLI, {path} ({why})", embedded=False)
    if wish == "pulumi":
        raise JobError(f"JOBCTL_ENGINE is 'pulumi', but pulumi is not on PATH: {INSTALL}")
    if not (stack.on_emulator and not endpoints(env)) and not on_loopback(env):
        subject = f"the stack '{stack.name}'" if stack.name else "without an emulator stack, jobctl"
        raise JobError(
            f"{subject} needs the Pulumi CLI (the embedded engine only runs against the local emulator): {INSTALL}"
        )
    why = (
        "JOBCTL_ENGINE=embedded"
        if wish == "embedded"
        else "pulumi is not on PATH and the stack is on loopback"
    )
    command = (sys.executable, "-c", START_EMBEDDED, str(HERE))
    return Engine(command, f"engine: embedded, for evaluation and tests ({why})", embedded=True)
