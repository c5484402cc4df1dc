"""The command line: Pulumi's own words, as far as this engine goes."""

from __future__ import annotations

import importlib
import os
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from local.engine.errors import FAILED, EngineError

CLI = "the Pulumi CLI has more (https://www.pulumi.com/docs/install/)"
VALUE, SWITCH, OPTIONAL = "value", "switch", "optional"

COMMON = {
    "cwd": VALUE,
    "non-interactive": SWITCH,
    "color": VALUE,
    "config-file": VALUE,
    "stack": VALUE,
}
DEPLOY = {
    "yes": SWITCH,
    "json": SWITCH,
    "diff": SWITCH,
    "parallel": VALUE,
    "expect-no-changes": SWITCH,
    "show-secrets": SWITCH,
    "message": VALUE,
}
SHORT = {
    "C": "cwd",
    "s": "stack",
    "y": "yes",
    "f": "skip-preview",
    "j": "json",
    "p": "parallel",
    "r": "refresh",
    "m": "message",
}
CHANGE = {**DEPLOY, "skip-preview": SWITCH, "refresh": OPTIONAL}


@dataclass(frozen=True, slots=True)
class Command:
    """A command: the function that runs it, its flags, and how many words follow it."""

    function: str
    flags: dict[str, str]
    least: int = 0
    most: int = 0


COMMANDS = {
    ("up",): Command("lifecycle:up", CHANGE),
    ("update",): Command("lifecycle:up", CHANGE),
    ("preview",): Command(
        "lifecycle:preview", {**DEPLOY, "refresh": OPTIONAL, "show-sames": SWITCH}
    ),
    ("refresh",): Command(
        "lifecycle:refresh", {**DEPLOY, "skip-preview": SWITCH, "clear-pending-creates": SWITCH}
    ),
    ("destroy",): Command("lifecycle:destroy", {**CHANGE, "remove": SWITCH}),
    ("cancel",): Command("stackcommands:cancel", {"yes": SWITCH}, most=1),
    ("stack",): Command("stackcommands:show", {"show-secrets": SWITCH}),
    ("stack", "ls"): Command("stackcommands:ls", {"json": SWITCH}),
    ("stack", "init"): Command("stackcommands:init", {"no-select": SWITCH}, most=1),
    ("stack", "select"): Command("stackcommands:select", {"create": SWITCH}, most=1),
    ("stack", "output"): Command(
        "outputcommands:output", {"json": SWITCH, "show-secrets": SWITCH}, most=1
    ),
    ("stack", "export"): Command("transfer:export", {"file": VALUE, "show-secrets": SWITCH}),
    ("stack", "import"): Command("transfer:import_", {"file": VALUE, "force": SWITCH}),
    ("stack", "rm"): Command(
        "stackcommands:rm", {"yes": SWITCH, "force": SWITCH, "preserve-config": SWITCH}, most=1
    ),
    ("config",): Command("configcommands:ls", {"json": SWITCH, "show-secrets": SWITCH}),
    ("config", "get"): Command("configcommands:get", {"json": SWITCH}, least=1, most=1),
    ("config", "set"): Command(
        "configcommands:set_", {"secret": SWITCH, "plaintext": SWITCH}, least=1, most=2
    ),
    ("config", "rm"): Command("configcommands:rm", {}, least=1, most=1),
    ("version",): Command("stackcommands:version", {}),
}


@dataclass(slots=True)
class Invocation:
    """One command as it was given: its words, its flags, and where it runs."""

    words: list[str]
    flags: dict[str, str]
    cwd: Path
    env: Mapping[str, str] = field(repr=False)

    def on(self, flag: str) -> bool:
        return self.flags.get(flag, "false") != "false"

    def get(self, flag: str) -> str | None:
        return self.flags.get(flag)

    @property
    def interactive(self) -> bool:
        return not self.on("non-interactive") and sys.stdin.isatty() and sys.stdout.isatty()


def parse(argv: list[str]) -> tuple[Command, list[str], dict[str, str]]:
    """The command, the words after it, and its flags by their long names."""
    words: list[str] = []
    given: list[tuple[str, str | None]] = []
    rest = list(argv)
    known = {**COMMON}
    for command in COMMANDS.values():
        known.update(command.flags)
    while rest:
        word = rest.pop(0)
        if word == "--":
            words += rest
            break
        if not word.startswith("-") or word == "-":
            words.append(word)
            continue
        for name, value in split_flags(word, known):
            if known[name] == VALUE and value is None:
                if not rest:
                    raise EngineError(f"flag needs an argument: {word}")
                value = rest.pop(0)
            given.append((name, value))
    command, words = find(words)
    flags = {}
    for name, value in given:
        if name not in COMMON and name not in command.flags:
            raise EngineError(
                f"unknown flag: --{name}; the embedded engine does not have it for this command, {CLI}"
            )
        flags[name] = "true" if value is None else value
    return command, words, flags


def split_flags(word: str, known: dict[str, str]) -> list[tuple[str, str | None]]:
    """The flags in one word, by their long names: `--stack=dev`, `-sdev`, or several as in `-yf`."""
    if word.startswith("--"):
        name, separator, value = word[2:].partition("=")
        insist_on(name, known, f"--{name}")
        return [(name, value if separator else None)]
    found: list[tuple[str, str | None]] = []
    letters = word[1:]
    while letters:
        name = SHORT.get(letters[0], letters[0])
        insist_on(name, known, f"-{letters[0]}")
        letters = letters[1:]
        if letters.startswith("=") or (letters and known[name] == VALUE):
            return [*found, (name, letters.removeprefix("="))]
        found.append((name, None))
    return found


def insist_on(name: str, known: dict[str, str], word: str) -> None:
    if name not in known:
        raise EngineError(f"unknown flag: {word}; the embedded engine does not have it, {CLI}")


def find(words: list[str]) -> tuple[Command, list[str]]:
    if not words:
        raise EngineError(f"say what to do: {', '.join(names())}; {CLI}")
    for length in (2, 1):
        command = COMMANDS.get(tuple(words[:length]))
        if command is None or length > len(words):
            continue
        rest = words[length:]
        if length == 1 and rest and any(key[0] == words[0] and len(key) > 1 for key in COMMANDS):
            break
        if not command.least <= len(rest) <= command.most:
            raise EngineError(
                f"pulumi {' '.join(words[:length])}: expected {command.least} to {command.most} "
                f"arguments, got {len(rest)}"
            )
        return command, rest
    raise EngineError(
        f'unknown command "{" ".join(words[:2])}"; the embedded engine has {", ".join(names())}, {CLI}'
    )


def names() -> list[str]:
    return [" ".join(path) for path in COMMANDS]


def run(argv: list[str], *, cwd: Path | None = None, env: Mapping[str, str] | None = None) -> int:
    """Run a command; its exit code. An error is one message on standard error."""
    try:
        command, words, flags = parse(argv)
        base = (cwd or Path.cwd()) / flags.get("cwd", ".")
        if not base.is_dir():
            raise EngineError(f"--cwd {base}: there is no such folder")
        invocation = Invocation(words, flags, base.resolve(), os.environ if env is None else env)
        module, _, function = command.function.partition(":")
        code = getattr(importlib.import_module(f"local.engine.{module}"), function)(invocation)
        return int(code)
    except EngineError as problem:
        print(f"error: {problem}", file=sys.stderr)
        return problem.code
    except KeyboardInterrupt:
        print("error: interrupted", file=sys.stderr)
        return FAILED
    except BrokenPipeError:
        # Whoever read the output has gone; there is nobody to tell.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return FAILED
