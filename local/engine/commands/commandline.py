"""The command line: Pulumi's own words, as far as this engine goes."""

from __future__ import annotations

import argparse
import importlib
import os
import sys
from collections.abc import Mapping
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass, field
from pathlib import Path
from typing import NoReturn

from components.files import describe_failure
from components.printable import make_stream
from local.engine.errors import FAILED, EngineError

CLI = "the Pulumi CLI has more (https://www.pulumi.com/docs/install/)"
Kind = dict[str, str]
"""How `argparse` takes a flag."""
VALUE: Kind = {}
SWITCH: Kind = {"action": "store_const", "const": "true"}
OPTIONAL: Kind = {"nargs": "?", "const": "true"}
COMMON = {"cwd": VALUE, "non-interactive": SWITCH, "color": VALUE, "stack": VALUE}
DEPLOY = {"expect-no-changes": SWITCH, "refresh": OPTIONAL}
CHANGE = {**DEPLOY, "yes": SWITCH, "skip-preview": SWITCH}
PREVIEW = {**DEPLOY, "json": SWITCH, "diff": SWITCH, "show-sames": SWITCH}
SHORT = {"cwd": "-C", "stack": "-s", "yes": "-y", "skip-preview": "-f"}


@dataclass(frozen=True, slots=True)
class Command:
    """A command: the function that runs it, its flags, and the words that follow it, optional ones in brackets."""

    function: str
    flags: dict[str, Kind]
    words: str = ""


COMMANDS = {
    ("up",): Command("deploy:up", CHANGE),
    ("preview",): Command("deploy:preview", PREVIEW),
    ("refresh",): Command("deploy:refresh", {**CHANGE, "clear-pending-creates": SWITCH}),
    ("destroy",): Command("deploy:destroy", CHANGE),
    ("cancel",): Command("stack:cancel", {"yes": SWITCH}, "[STACK]"),
    ("stack", "ls"): Command("stack:ls", {}),
    ("stack", "init"): Command("stack:init", {"no-select": SWITCH}, "[STACK]"),
    ("stack", "select"): Command("stack:select", {}, "[STACK]"),
    ("stack", "export"): Command("stack:export", {}),
    ("stack", "rm"): Command("stack:rm", {"yes": SWITCH}, "[STACK]"),
    ("config",): Command("config:ls", {"json": SWITCH, "show-secrets": SWITCH}),
    ("config", "set"): Command("config:set_", {"secret": SWITCH}, "KEY [VALUE]"),
    ("config", "rm"): Command("config:rm", {}, "KEY"),
}


@dataclass(slots=True)
class Invocation:
    """One command as it was given: its arguments, its flags, and where it runs."""

    words: list[str]
    flags: dict[str, str]
    cwd: Path
    env: Mapping[str, str] = field(repr=False)

    def on(self, flag: str) -> bool:
        """Tell whether a flag was given, and not as `false`."""
        return self.flags.get(flag, "false") != "false"

    @property
    def interactive(self) -> bool:
        return not self.on("non-interactive") and sys.stdin.isatty() and sys.stdout.isatty()


class Parser(argparse.ArgumentParser):
    """Parses the flags and words of one command."""

    def error(self, message: str) -> NoReturn:
        raise EngineError(f"{self.prog}: {message}; {CLI}")


def parse(argv: list[str]) -> tuple[Command, list[str], dict[str, str]]:
    """Return the command, the words after it, and its flags by their long names."""
    for length in (2, 1):
        command = COMMANDS.get(tuple(argv[:length]))
        if command is not None:
            break
    else:
        names = ", ".join(" ".join(path) for path in COMMANDS)
        raise EngineError(
            f'unknown command "{" ".join(argv[:2])}"; the embedded engine has {names}; {CLI}'
        )
    parser = Parser(f"pulumi {' '.join(argv[:length])}", add_help=False, allow_abbrev=False)
    for name, kind in {**COMMON, **command.flags}.items():
        forms = [f"--{name}", *filter(None, [SHORT.get(name)])]
        parser.add_argument(*forms, dest=name, **kind)  # type: ignore[arg-type]
    parser.add_argument("words", nargs="*")
    flags = vars(parser.parse_intermixed_args(argv[length:]))
    words = flags.pop("words")
    most = command.words.split()
    least = [word for word in most if not word.startswith("[")]
    if not len(least) <= len(words) <= len(most):
        parser.error(f"expected {command.words or 'no arguments'}, got {' '.join(words) or 'none'}")
    if words and command.words == "[STACK]":
        flags["stack"] = words[0]
    return command, words, {name: value for name, value in flags.items() if value is not None}


def run(argv: list[str], *, cwd: Path | None = None, env: Mapping[str, str] | None = None) -> int:
    """Run a command and return its exit code. An error is one message on standard error; all is printable."""
    with redirect_stdout(make_stream(sys.stdout)), redirect_stderr(make_stream(sys.stderr)):
        try:
            return _run(argv, cwd or Path.cwd(), os.environ if env is None else env)
        except EngineError as problem:
            message, code = str(problem), problem.code
        except KeyboardInterrupt:
            message, code = "interrupted", FAILED
        except BrokenPipeError:
            # Whoever read the output has gone; there is nobody to tell.
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            return FAILED
        except OSError as problem:
            # a state folder that is read-only, a disk that is full
            message, code = describe_failure(problem), FAILED
        print(f"error: {message}", file=sys.stderr)
        return code


def _run(argv: list[str], cwd: Path, env: Mapping[str, str]) -> int:
    command, words, flags = parse(argv)
    base = cwd / flags.get("cwd", ".")
    if not base.is_dir():
        raise EngineError(f"--cwd {base}: there is no such folder")
    module, _, function = command.function.partition(":")
    found = importlib.import_module(f"local.engine.commands.{module}")
    return int(getattr(found, function)(Invocation(words, flags, base.resolve(), env)) or 0)
