"""What `jobctl` can do, as a table; a command's module is imported only when it is called."""

from __future__ import annotations

import argparse
import difflib
import importlib
import os
import sys
from collections.abc import Sequence

from components.errors import JobError

GROUPS: dict[str, dict[str, tuple[str, str]]] = {
    "Deploy (the engine's commands, with its own flags)": {
        "preview": (
            "cli.engine.run",
            "show what `up` would submit, re-run, update or terminate",
        ),
        "up": ("cli.engine.run", "make AWS agree with the job files"),
        "refresh": ("cli.engine.run", "take over how the jobs stand now"),
        "destroy": (
            "cli.engine.run",
            "release every job of a stack, and terminate what still waits",
        ),
        "stack": ("cli.engine.run", "list, create, select, export or remove stacks"),
        "config": ("cli.engine.run", "read and change a stack's settings"),
        "cancel": ("cli.engine.run", "remove the lock of an update that died"),
        "recover": ("cli.commands.recover", "what AWS has of a stack and its state does not know"),
    },
    "Job files": {
        "validate": (
            "cli.commands.validate",
            "find every mistake in the job files, with its place",
        ),
        "expand": ("cli.commands.expand", "print a job as it would be sent"),
        "new": ("cli.commands.new", "write a job file to start from"),
        "schema": ("cli.commands.schema", "print a kind's JSON Schema"),
        "rerun": (
            "cli.commands.rerun",
            "change the generation in a job's file, so that it runs again",
        ),
        "import": ("cli.commands.import_", "write the file of a job that exists already"),
    },
    "Look": {
        "status": (
            "cli.commands.status",
            "how the jobs of a stack stand, and where their results lie",
        ),
        "history": (
            "cli.commands.history",
            "every run of a job that AWS knows, and what made each a new run",
        ),
        "wait": ("cli.commands.wait", "go on with `up` until every run has ended"),
    },
    "Review": {
        "plan": (
            "cli.commands.plan",
            "the preview as a reviewer needs it: what runs, why, and its ceiling",
        ),
        "comment": ("cli.commands.comment", "a plan as the one comment of a pull request"),
        "summary": (
            "cli.commands.summary",
            "the jobs with their links, for the page of a workflow's run",
        ),
        "drift": (
            "cli.commands.drift",
            "where AWS and the repository disagree, and an issue about it",
        ),
        "iam": (
            "cli.commands.iam",
            "the least permissions of the preview role and the deploy role",
        ),
    },
    "This machine": {
        "emulator": ("cli.commands.emulator", "start, stop or look at the AWS emulator"),
        "env": ("cli.commands.env", "print a stack's environment for your shell"),
        "demo": (
            "cli.commands.demo",
            "deploy the sample jobs to the emulator, and preview a change",
        ),
        "setup": ("", "make .venv (--dev: with the tools of `make test`)"),
    },
}
COMMANDS = {name: entry for group in GROUPS.values() for name, entry in group.items()}


def main(argv: Sequence[str]) -> int:
    """Run one command. 0: done; 1: it failed, and said why in one sentence; 2: it was not understood."""
    try:
        return _run(list(argv))
    except JobError as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130
    except BrokenPipeError:
        # the reader (`| head`) has what it wanted; nothing may be written at exit either
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0


def _run(argv: list[str]) -> int:
    argv = _change_directory(argv)
    if not argv or argv[0] in ("-h", "--help", "help"):
        print(overview())
        return 0
    name, rest = argv[0], argv[1:]
    entry = COMMANDS.get(name)
    if entry is None:
        print(unknown(name), file=sys.stderr)
        return 2
    module_name, summary = entry
    if not module_name:
        # outside of the virtualenv, jobctl itself does it
        return 0
    module = importlib.import_module(module_name)
    if module_name == "cli.engine.run":
        return int(module.run(name, rest))
    parser = argparse.ArgumentParser(
        prog=f"jobctl {name}", description=summary[:1].upper() + summary[1:] + "."
    )
    module.configure(parser)
    return int(module.run(parser.parse_args(rest)))


def _change_directory(argv: list[str]) -> list[str]:
    """`-C DIR` before the command, as Pulumi and git have it."""
    while argv and (argv[0] in ("-C", "--cwd") or argv[0].startswith("--cwd=")):
        value = argv.pop(0).partition("=")[2] or (argv.pop(0) if argv else "")
        try:
            os.chdir(value)
        except OSError as error:
            raise JobError(f"-C {value}: {error.strerror}") from None
    return argv


def overview() -> str:
    lines = ["jobctl: AWS jobs as code", "", "Usage: ./jobctl COMMAND [ARGUMENTS]"]
    for title, commands in GROUPS.items():
        lines += ["", f"{title}:"]
        lines += [f"  {name:10} {summary}" for name, (_, summary) in commands.items()]
    lines += ["", "./jobctl COMMAND --help tells more."]
    return "\n".join(lines)


def unknown(name: str) -> str:
    near = difflib.get_close_matches(name, COMMANDS, n=1)
    hint = f"did you mean '{near[0]}'?" if near else "./jobctl --help lists them"
    return f"error: there is no command '{name}': {hint}"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
