"""Which engine carries out a stack's commands: the Pulumi CLI, or the embedded one on this machine's emulator."""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from cli.engine.pulumi_cli import INSTALL, find_pulumi, is_own
from cli.project.stack import HERE, Stack
from cli.project.variables import endpoints, on_loopback
from components.errors import JobError

GET_IT = f"run ./jobctl setup --pulumi, or {INSTALL}"
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


def assume_emulator(stack: Stack, argv: Sequence[str], env: Mapping[str, str]) -> Stack:
    """Return the stack as one on the emulator where only that can be meant: no CLI, and no settings that say other.

    So `stack init dev` and `config set aws-jobs:emulator true` work, and what is set in between.
    """
    has_cli = find_pulumi(HERE, env.get("PATH")) and env.get("JOBCTL_ENGINE") != "embedded"
    if has_cli or stack.on_emulator or not stack.name or env.get("PULUMI_BACKEND_URL"):
        return stack
    is_new = not stack.project.settings_file(stack.name).exists()
    makes = list(argv[:2]) == ["stack", "init"] and is_new
    moves = list(argv[:2]) == ["config", "set"] and {"aws-jobs:emulator", "true"} <= set(argv)
    if makes or moves or (argv[:1] == ["config"] and has_state(stack)):
        return replace(stack, config={**stack.config, "aws-jobs:emulator": "true"})
    return stack


def has_state(stack: Stack) -> bool:
    """Say whether the stack has a state in this machine's own backend."""
    state = stack.project.local / "pulumi" / ".pulumi" / "stacks" / stack.project.name
    return any((state / f"{stack.name}.json{end}").exists() for end in ("", ".gz"))


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
        raise JobError(f"JOBCTL_ENGINE is 'pulumi', but pulumi is not on PATH: {GET_IT}")
    if not (stack.on_emulator and not endpoints(env)) and not on_loopback(env):
        subject = f"the stack '{stack.name}'" if stack.name else "without an emulator stack, jobctl"
        raise JobError(
            f"{subject} needs the Pulumi CLI (the embedded engine only runs against the local emulator): {GET_IT}"
        )
    why = (
        "JOBCTL_ENGINE=embedded"
        if wish == "embedded"
        else "pulumi is not on PATH and the stack is on loopback"
    )
    command = (sys.executable, "-c", START_EMBEDDED, str(HERE))
    return Engine(command, f"engine: embedded, for evaluation and tests ({why})", embedded=True)
