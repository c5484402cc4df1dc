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
        "preview": ("cli.engine", "show what `up` would submit, re-run, update or terminate"),
        "up": ("cli.engine", "make AWS agree with the job files"),
        "refresh": ("cli.engine", "take over how the jobs stand now"),
        "destroy": ("cli.engine", "release every job of a stack, and terminate what still waits"),
        "stack": ("cli.engine", "list, create, select, export or remove stacks"),
        "config": ("cli.engine", "read and change a stack's settings"),
        "cancel": ("cli.engine", "remove the lock of an update that died"),
        "recover": ("cli.recover", "what AWS has of a stack and its state does not know"),
    },
    "Job files": {
        "validate": ("cli.validate", "find every mistake in the job files, with its place"),
        "expand": ("cli.expand", "print a job as it would be sent"),
        "new": ("cli.new", "write a job file to start from"),
        "schema": ("cli.schema_command", "print a kind's JSON Schema"),
        "rerun": ("cli.rerun", "change the generation in a job's file, so that it runs again"),
        "import": ("cli.import_job", "write the file of a job that exists already"),
    },
    "Look": {
        "status": ("cli.status", "how the jobs of a stack stand, and where their results lie"),
        "history": (
            "cli.history",
            "every run of a job that AWS knows, and what made each a new run",
        ),
        "wait": ("cli.wait", "go on with `up` until every run has ended"),
    },
    "Review": {
        "plan": ("cli.plan", "the preview as a reviewer needs it: what runs, why, and its ceiling"),
        "comment": ("cli.comment", "a plan as the one comment of a pull request"),
        "summary": ("cli.summary", "the jobs with their links, for the page of a workflow's run"),
        "drift": ("cli.drift", "where AWS and the repository disagree, and an issue about it"),
        "iam": ("cli.iam", "the least permissions of the preview role and the deploy role"),
    },
    "This machine": {
        "emulator": ("cli.emulator", "start, stop or look at the AWS emulator"),
        "env": ("cli.env", "print a stack's environment for your shell"),
        "demo": ("cli.demo", "deploy the sample jobs to the emulator, and preview a change"),
        "bench": ("cli.bench", "how long a preview takes"),
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
    if module_name == "cli.engine":
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
