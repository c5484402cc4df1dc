"""Run the engine's commands, with what they need around them: environment, stack, a clean settings file."""

from __future__ import annotations

import io
import os
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from pathlib import Path

from cli.display.text import find_last_line
from cli.engine.arguments import choose_stack, split_cwd
from cli.engine.checkpoints import SKIP, WRITE_STATE, has_jobs_alone
from cli.engine.choose import Engine, assume_emulator, choose, has_state
from cli.project.emulator_process import Emulator
from cli.project.region import DEFAULT, find_region
from cli.project.salt import salt_kept_out
from cli.project.stack import Stack, find_project
from cli.project.variables import child_environment, require_answer
from components.errors import JobError
from components.lifecycle.read import DESCRIBE_ALL

CALLS_AWS = ("up", "preview", "refresh", "destroy")
# the stack itself is their subject, or no stack is
MAKES_NO_STACK = (["stack", "init"], ["stack", "rm"], ["stack", "ls"], ["cancel"])


def run(name: str, arguments: Sequence[str]) -> int:
    """Run `pulumi NAME ARGUMENTS` on the engine that fits, and return its exit code."""
    arguments, cwd = split_cwd(arguments)
    argv = [name, *arguments]
    stack = choose_stack(find_project(cwd), argv, os.environ)
    stack = assume_emulator(stack, argv, os.environ)
    env = child_environment(stack, os.environ)
    if name == "refresh":
        env[DESCRIBE_ALL] = "true"
    engine = choose(stack, env)
    # its help needs neither a stack nor an emulator
    if "-h" in argv or "--help" in argv:
        if engine.embedded:
            print(describe_embedded(name))
            return 0
        return _execute(engine, argv, cwd, env)
    print(f"jobctl: {engine.reason}", file=sys.stderr, flush=True)
    makes_stack = argv[:1] not in MAKES_NO_STACK and argv[:2] not in MAKES_NO_STACK
    with _prepared(engine, stack, argv, env, makes_stack):
        if _may_skip_checkpoints(engine, stack, argv, env):
            env[SKIP] = "true"
            print(
                f"jobctl: the state is written when this ends ({SKIP}=true; see docs/scale.md)",
                file=sys.stderr,
                flush=True,
            )
        return _execute(engine, argv, cwd, env)


def capture(stack: Stack, argv: Sequence[str]) -> str:
    """Return what a command prints on stdout. Raises `JobError` with its last line where it fails."""
    code, out, err = run_quietly(stack, argv)
    if code != 0:
        raise JobError(read_error(code, err))
    return out


def read_error(code: int, err: str) -> str:
    """Return the sentence with which a command failed: the last line of its stderr."""
    return (find_last_line(err) or f"exit code {code}").removeprefix("error: ")


def run_quietly(
    stack: Stack, argv: Sequence[str], env: Mapping[str, str] | None = None
) -> tuple[int, str, str]:
    """Run a command without showing its output; return its exit code, stdout and stderr.

    `env` is its whole environment, by default the stack's.
    """
    env = child_environment(stack, os.environ) if env is None else dict(env)
    engine = choose(stack, env)
    with _prepared(engine, stack, argv, env, argv[0] in CALLS_AWS):
        if _may_skip_checkpoints(engine, stack, argv, env):
            env[SKIP] = "true"
        return _capture(engine, argv, stack, env)


def _may_skip_checkpoints(
    engine: Engine, stack: Stack, argv: Sequence[str], env: Mapping[str, str]
) -> bool:
    """Tell whether to let the CLI write the state once. What the environment says already is left as it is."""
    if engine.embedded or not stack.name or argv[0] not in WRITE_STATE or SKIP in env:
        return False
    words = ["stack", "export", "--stack", stack.name, "--non-interactive"]

    def export() -> str:
        code, out, _err = _capture(engine, words, stack, env)
        return out if code == 0 else ""

    return has_jobs_alone(stack, export)


def _capture(
    engine: Engine, argv: Sequence[str], stack: Stack, env: Mapping[str, str]
) -> tuple[int, str, str]:
    """Run a command to its end. A terminal sends Ctrl-C to it as well, and then it is waited for: it holds a lock."""
    command, cwd, pipe = [*engine.command, *argv], stack.project.root, subprocess.PIPE
    with subprocess.Popen(command, cwd=cwd, env=env, stdout=pipe, stderr=pipe, text=True) as child:
        try:
            out, err = child.communicate()
        except KeyboardInterrupt:
            child.communicate()
            raise
    return child.returncode, out, err


@contextmanager
def _prepared(
    engine: Engine, stack: Stack, argv: Sequence[str], env: Mapping[str, str], makes_stack: bool
) -> Iterator[None]:
    """Require an AWS that answers; on the emulator, make a missing stack and keep the settings file as it was."""
    if argv[0] in CALLS_AWS:
        require_answer(stack, env)
        _seed_region(stack, env)
    if not stack.on_emulator:
        yield
        return
    with salt_kept_out(stack):
        if makes_stack:
            _make_stack(engine, stack, env)
        yield


def _seed_region(stack: Stack, env: Mapping[str, str]) -> None:
    """Seed the project's own emulator in the stack's region, too: it has one region from the start."""
    emulator, region = Emulator(stack.project), find_region(stack)
    is_own = stack.on_emulator and env.get("AWS_ENDPOINT_URL") == emulator.recorded_endpoint()
    if is_own and region != DEFAULT:
        emulator.seed(region)


def _make_stack(engine: Engine, stack: Stack, env: Mapping[str, str]) -> None:
    """Create the backend folder and the stack where they are missing, so that a clone needs no other step."""
    folder = stack.project.local / "pulumi"
    if not stack.name or env.get("PULUMI_BACKEND_URL") != folder.as_uri():
        return
    folder.mkdir(parents=True, exist_ok=True)
    if has_state(stack):
        return
    words = ["stack", "init", stack.name, "--no-select", "--non-interactive"]
    if engine.embedded:
        # in this process, which has the key of the passphrase from then on
        said = io.StringIO()
        with redirect_stdout(io.StringIO()), redirect_stderr(said):
            code = _execute(engine, words, stack.project.root, env)
        err = said.getvalue()
    else:
        code, _out, err = _capture(engine, words, stack, env)
    # another command may have made it meanwhile
    if code != 0 and not has_state(stack):
        sys.stderr.write(err)
        raise JobError(f"the stack '{stack.name}' could not be created")


def describe_embedded(name: str) -> str:
    """Return the embedded engine's forms of a command, from its own table."""
    from local.engine.commands.commandline import COMMANDS, COMMON

    lines = ["Usage, with Pulumi's own flags (the Pulumi CLI, once on PATH, has more):"]
    for words, command in COMMANDS.items():
        if words[0] == name:
            flags = " ".join(f"[--{flag}]" for flag in sorted({**COMMON, **command.flags}))
            lines.append(f"  ./jobctl {' '.join(words)} {flags}")
    return "\n".join(lines)


def _execute(engine: Engine, argv: Sequence[str], cwd: Path, env: Mapping[str, str]) -> int:
    """Run the engine in the terminal's foreground: Ctrl-C is its to handle, and jobctl tidies up after it."""
    sys.stdout.flush()
    if engine.embedded:
        # no process of its own: starting one would be a tenth of a preview's time
        from local.engine import main

        return main(list(argv), cwd=cwd, env=env)
    child = subprocess.Popen([*engine.command, *argv], cwd=cwd, env=env)
    # a terminal sends Ctrl-C to the child as well
    interrupted = signal.signal(signal.SIGINT, signal.SIG_IGN)
    terminated = signal.signal(signal.SIGTERM, lambda number, _frame: child.send_signal(number))
    try:
        code = child.wait()
    finally:
        signal.signal(signal.SIGINT, interrupted)
        signal.signal(signal.SIGTERM, terminated)
    return code if code >= 0 else 128 - code
