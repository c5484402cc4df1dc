"""The commands of `jobctl`, as a table; a command's module is imported only when it is called."""

from __future__ import annotations

import argparse
import difflib
import importlib
import io
import os
import sys
from collections.abc import Sequence
from contextlib import redirect_stderr, redirect_stdout
from types import ModuleType

from cli.engine.arguments import add_stack
from cli.project.stack import HERE
from cli.repository.version import read_version
from components.errors import JobError
from components.files import describe_failure
from components.printable import make_stream

GROUPS = {
    "Your own repository": {
        "init": "make a repository of your own: no samples, your name, your region",
        "upgrade": "bring another version's files in one commit",
    },
    "Deploy (the engine's commands, with its own flags)": {
        "preview": "show which jobs `up` would submit, re-run, update or terminate",
        "up": "deploy the job files (--wait: and wait for the jobs)",
        "refresh": "update the state with the jobs' current status",
        "destroy": "release every job of a stack and terminate those still queued",
        "stack": "list, create, select, export or remove stacks",
        "config": "read and change a stack's settings",
        "cancel": "remove the lock of an update that died",
        "recover": "list the runs of a stack that its state does not know",
    },
    "Job files": {
        "validate": "check the job files and report every problem with its location",
        "expand": "print a job's request as it would be sent",
        "new": "write a job file to start from",
        "schema": "print the JSON Schema of a kind",
        "rerun": "change the generation in a job's file so that it runs again",
        "import": "write the job file of an existing job",
    },
    "Status": {
        "status": "show how far the jobs of a stack are, or everything of one",
        "watch": "follow runs until they have ended",
        "queue": "show a queue: what runs, what waits in which order, how full it is",
        "stop": "end a run; the next `up` does not run it again",
        "logs": "show what a job writes, on all nodes (-f: until it has ended)",
        "results": "list what a job's run has left in S3, and download it (-o DIR)",
        "history": "list every run of a job that AWS knows, and why each was submitted",
        "report": "write a page of the runs: when they waited and ran, what they used, why they failed",
        "wait": "run `up` until every job has finished",
    },
    "Review": {
        "plan": "show a preview for a reviewer: what runs, why, and its maximum cost",
        "comment": "post a plan as the one comment of a pull request",
        "summary": "write the jobs with their links to the page of a workflow run",
        "drift": "report where AWS and the repository differ, and keep an issue about it",
        "stacks": "list the stacks that the workflows preview and deploy",
        "iam": "print the least permissions of the preview role and the deploy role",
    },
    "This machine": {
        "emulator": "start, stop or inspect the AWS emulator",
        "env": "print a stack's environment for your shell",
        "demo": "deploy the job files to the emulator and preview a change",
        "completion": "print a completion script for your shell",
        "setup": "make .venv (--dev: with the tools of `make test`; --pulumi: install the Pulumi CLI)",
    },
}
COMMANDS = {name: summary for group in GROUPS.values() for name, summary in group.items()}
MODULES = {"import": "import_"}  # the others have their command's name
ENGINE = ("preview", "refresh", "destroy", "stack", "config", "cancel")


def main(argv: Sequence[str]) -> int:
    """Run one command. 0: done; 1: it failed and said why in one sentence; 2: wrong usage.

    Whatever is printed is printable: what AWS or a job file says moves no cursor, and what the terminal's encoding does
    not have is a `?`.
    """
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")
    with redirect_stdout(make_stream(sys.stdout)), redirect_stderr(make_stream(sys.stderr)):
        return _run_safely(argv)


def _run_safely(argv: Sequence[str]) -> int:
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
    except OSError as error:
        # a folder that is read-only, a disk that is full
        print(f"error: {describe_failure(error)}", file=sys.stderr)
        return 1


def _run(argv: list[str]) -> int:
    argv = _change_directory(argv)
    if not argv or argv[0] in ("-h", "--help", "help"):
        print(_overview())
        return 0
    name, rest = argv[0], argv[1:]
    if name == "--version":
        print(f"jobctl {read_version(HERE)}")
        return 0
    if name not in COMMANDS:
        print(_unknown(name), file=sys.stderr)
        return 2
    module = import_command(name)
    if name in ENGINE:
        return int(module.run(name, rest))
    if name == "up":
        return int(module.run(rest))
    parser = argparse.ArgumentParser(prog=f"jobctl {name}", description=_describe(name))
    module.configure(parser)
    parser.set_defaults(make_parser=make_parser)  # for `completion`
    return int(module.run(parser.parse_args(rest)))


def make_parser() -> argparse.ArgumentParser:
    """Return one parser of all commands, for a shell's completion; the engine's have flags of their own."""
    parser = argparse.ArgumentParser(prog="jobctl")
    commands = parser.add_subparsers()
    for name in COMMANDS:
        own = commands.add_parser(name, help=COMMANDS[name], description=_describe(name))
        if name not in (*ENGINE, "up"):
            import_command(name).configure(own)
        else:
            add_stack(own)
    return parser


def _describe(name: str) -> str:
    summary = COMMANDS[name]
    return f"{summary[:1].upper()}{summary[1:]}."


def import_command(name: str) -> ModuleType:
    """Import the module that runs a command."""
    if name in ENGINE:
        return importlib.import_module("cli.engine.run")
    return importlib.import_module(f"cli.commands.{MODULES.get(name, name)}")


def _change_directory(argv: list[str]) -> list[str]:
    """Apply `-C DIR` before the command, as Pulumi and git do."""
    while argv and (argv[0] in ("-C", "--cwd") or argv[0].startswith("--cwd=")):
        value = argv.pop(0).partition("=")[2] or (argv.pop(0) if argv else "")
        try:
            os.chdir(value)
        except OSError as error:
            raise JobError(f"-C {value}: {error.strerror}") from None
    return argv


def _overview() -> str:
    lines = ["jobctl: AWS jobs as code", "", "Usage: ./jobctl COMMAND [ARGUMENTS]"]
    for title, commands in GROUPS.items():
        lines += ["", f"{title}:"]
        lines += [f"  {name:10} {summary}" for name, summary in commands.items()]
    lines += [
        "",
        "./jobctl COMMAND --help shows the arguments of a command; ./jobctl --version the version.",
    ]
    return "\n".join(lines)


def _unknown(name: str) -> str:
    near = difflib.get_close_matches(name, COMMANDS, n=1)
    hint = f"did you mean '{near[0]}'?" if near else "./jobctl --help lists the commands"
    return f"error: unknown command '{name}': {hint}"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
