"""The engine's commands: which engine runs them, and what it needs around it."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import FrameType

from cli.project.salt import salt_kept_out
from cli.project.stack import HERE, Project, Stack, find_project, read_stack, selected
from cli.project.variables import child_environment, endpoints, on_loopback, require_answer
from components.errors import JobError

CALLS_AWS = ("up", "preview", "refresh", "destroy")
# the stack itself is their subject, or no stack is
MAKES_NO_STACK = (["stack", "init"], ["stack", "rm"], ["stack", "ls"], ["cancel"])
NAMES_STACK = (["stack", "init"], ["stack", "rm"], ["stack", "select"], ["cancel"])
# not `-m` with a PYTHONPATH: the program and its providers would inherit that
START_EMBEDDED = (
    "import sys; sys.path.insert(0, sys.argv.pop(1)); "
    "from local.engine import main; sys.exit(main(sys.argv[1:]))"
)
OWN_UP = "./jobctl up ... --wait [--timeout 6h]: go on with `up` until every run has ended; 1 where one failed"
INSTALL = "install the Pulumi CLI (https://www.pulumi.com/docs/install/) and put it on PATH"


@dataclass(frozen=True)
class Engine:
    """What carries out a command, and why it was chosen. `command` starts the process."""

    command: tuple[str, ...]
    reason: str
    embedded: bool


def run(name: str, arguments: Sequence[str]) -> int:
    """Run `pulumi NAME ARGUMENTS` on the engine that fits, and return its exit code."""
    if name == "up" and "--wait" in arguments:
        from cli.commands import wait  # it runs `up`s itself

        return wait.up(arguments)
    arguments, cwd = split_cwd(arguments)
    argv = [name, *arguments]
    project = find_project(cwd)
    stack = chosen_stack(project, argv, os.environ)
    child = child_environment(stack, os.environ)
    engine = choose(stack, child)
    # the subject's own help needs neither a stack nor an emulator
    if "-h" in argv or "--help" in argv:
        if name == "up":
            print(OWN_UP, end="\n\n", flush=True)
        if engine.embedded:
            print(embedded_help(name))
            return 0
        return execute(engine, argv, cwd, child)
    print(f"jobctl: {engine.reason}", file=sys.stderr, flush=True)
    if name in CALLS_AWS and (stack.on_emulator or on_loopback(child)):
        require_answer(stack, child)
    if not stack.on_emulator:
        return execute(engine, argv, cwd, child)
    with salt_kept_out(stack):
        if argv[:1] not in MAKES_NO_STACK and argv[:2] not in MAKES_NO_STACK:
            make_stack(engine, stack, cwd, child)
        return execute(engine, argv, cwd, child)


def capture(stack: Stack, argv: Sequence[str]) -> str:
    """What a command prints on stdout; JobError with its last words where it fails."""
    code, out, err = captured(stack, argv)
    if code != 0:
        said = [line for line in err.splitlines() if line.strip()]
        raise JobError((said[-1] if said else f"exit code {code}").removeprefix("error: "))
    return out


def captured(stack: Stack, argv: Sequence[str]) -> tuple[int, str, str]:
    """Run a command that must not speak for itself; its exit code, stdout and stderr."""
    child = child_environment(stack, os.environ)
    engine = choose(stack, child)
    if argv[0] in CALLS_AWS and (stack.on_emulator or on_loopback(child)):
        require_answer(stack, child)
    command = [*engine.command, *argv]
    root = stack.project.root

    def run_it() -> subprocess.CompletedProcess[str]:
        return subprocess.run(command, cwd=root, env=child, capture_output=True, text=True)

    if stack.on_emulator and argv[0] in CALLS_AWS:
        with salt_kept_out(stack):
            make_stack(engine, stack, root, child)
            done = run_it()
    else:
        done = run_it()
    return done.returncode, done.stdout, done.stderr


def split_cwd(arguments: Sequence[str]) -> tuple[list[str], Path]:
    """Take Pulumi's `-C DIR` out of the arguments: the project must be known before the engine is."""
    rest: list[str] = []
    cwd = Path.cwd()
    waiting = list(arguments)
    while waiting:
        word = waiting.pop(0)
        if word in ("-C", "--cwd") and waiting:
            cwd = (cwd / waiting.pop(0)).resolve()
        elif word.startswith("--cwd="):
            cwd = (cwd / word.partition("=")[2]).resolve()
        else:
            rest.append(word)
        if word == "--":
            rest += waiting
            break
    if not cwd.is_dir():
        raise JobError(f"--cwd: {cwd} is not a folder")
    return rest, cwd


def chosen_stack(project: Project, argv: Sequence[str], env: Mapping[str, str]) -> Stack:
    """The stack that a command is about: named, else selected.

    Where neither is so, a project that has stacks on the emulator only gets their backend.
    """
    name = named(argv) or selected(project, env)
    if name:
        return read_stack(project, name)
    stacks = [read_stack(project, each) for each in project.stacks()]
    config = (
        {"aws-jobs:emulator": "true"} if stacks and all(each.on_emulator for each in stacks) else {}
    )
    return Stack(project, "", config)


def named(argv: Sequence[str]) -> str:
    for at, word in enumerate(argv):
        following = argv[at + 1] if at + 1 < len(argv) else ""
        if word in ("-s", "--stack"):
            return following
        if word.startswith("--stack="):
            return word.partition("=")[2]
        if word.startswith("-s") and not word.startswith("--"):
            return word[2:].removeprefix("=")
    for words in (list(argv[:1]), list(argv[:2])):
        if words in NAMES_STACK:
            return next((word for word in argv[len(words) :] if not word.startswith("-")), "")
    return ""


def choose(stack: Stack, env: Mapping[str, str]) -> Engine:
    """The Pulumi CLI where it is on PATH. The embedded engine stands in on loopback only, never in production."""
    wish = env.get("JOBCTL_ENGINE") or "auto"
    if wish not in ("auto", "pulumi", "embedded"):
        raise JobError(f"JOBCTL_ENGINE is '{wish}': it must be auto, pulumi or embedded")
    path = shutil.which("pulumi", path=env.get("PATH"))
    if wish != "embedded" and path:
        why = "JOBCTL_ENGINE=pulumi" if wish == "pulumi" else "it is on PATH"
        return Engine((path,), f"engine: the Pulumi CLI, {path} ({why})", embedded=False)
    if wish == "pulumi":
        raise JobError(f"JOBCTL_ENGINE is 'pulumi', and there is no pulumi on PATH: {INSTALL}")
    if not (stack.on_emulator and not endpoints(env)) and not on_loopback(env):
        subject = (
            f"the stack '{stack.name}'"
            if stack.name
            else "this command, with no stack on the emulator selected,"
        )
        raise JobError(
            f"{subject} needs the Pulumi CLI (the embedded engine serves only this machine's emulator): {INSTALL}"
        )
    why = (
        "JOBCTL_ENGINE=embedded"
        if wish == "embedded"
        else "there is no pulumi on PATH, and the stack is on loopback"
    )
    command = (sys.executable, "-c", START_EMBEDDED, str(HERE))
    return Engine(
        command, f"engine: embedded, for a first try and for tests ({why})", embedded=True
    )


def make_stack(engine: Engine, stack: Stack, cwd: Path, env: Mapping[str, str]) -> None:
    """Create the backend folder and the stack where they are missing, so that a clone needs no other step."""
    folder = stack.project.local / "pulumi"
    if not stack.name or env.get("PULUMI_BACKEND_URL") != folder.as_uri():
        return
    folder.mkdir(parents=True, exist_ok=True)
    state = folder / ".pulumi" / "stacks" / stack.project.name
    if any((state / f"{stack.name}.json{end}").exists() for end in ("", ".gz")):
        return
    made = subprocess.run(
        [*engine.command, "stack", "init", stack.name, "--no-select", "--non-interactive"],
        cwd=cwd,
        env=env,
        capture_output=True,
        text=True,
    )
    # another command may have made it meanwhile
    if made.returncode != 0 and not (state / f"{stack.name}.json").exists():
        sys.stderr.write(made.stderr)
        raise JobError(f"the stack '{stack.name}' could not be created")


def embedded_help(name: str) -> str:
    """The embedded engine's forms of a command, from its own table."""
    from local.engine.commandline import COMMANDS, COMMON

    lines = ["Usage, with Pulumi's own flags (the Pulumi CLI, once on PATH, has more):"]
    for words, command in COMMANDS.items():
        if words[0] == name:
            flags = " ".join(f"[--{flag}]" for flag in sorted({**COMMON, **command.flags}))
            lines.append(f"  ./jobctl {' '.join(words)} {flags}")
    return "\n".join(lines)


def execute(engine: Engine, argv: Sequence[str], cwd: Path, env: Mapping[str, str]) -> int:
    """Run the engine in the terminal's foreground: Ctrl-C is its to handle, and jobctl tidies up after it."""
    sys.stdout.flush()
    if engine.embedded:
        # no process of its own: starting one would be a tenth of a preview's time
        from local.engine import main

        return main(list(argv), cwd=cwd, env=env)
    with _signals_left_to(subprocess.Popen([*engine.command, *argv], cwd=cwd, env=env)) as child:
        code = child.wait()
    return code if code >= 0 else 128 - code


@contextmanager
def _signals_left_to(child: subprocess.Popen[bytes]) -> Iterator[subprocess.Popen[bytes]]:
    def forward(number: int, _frame: FrameType | None) -> None:
        child.send_signal(number)

    # a terminal sends Ctrl-C to the child as well
    previous = {
        signal.SIGINT: signal.signal(signal.SIGINT, signal.SIG_IGN),
        signal.SIGTERM: signal.signal(signal.SIGTERM, forward),
    }
    try:
        yield child
    finally:
        for number, handler in previous.items():
            signal.signal(number, handler)
