"""What the arguments of a command say about the folder and the stack, in Pulumi's forms."""

from __future__ import annotations

import argparse
import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from cli.project.stack import Project, Stack, find_project, find_selected, read_stack
from components.errors import JobError

NAMES_STACK = (["stack", "init"], ["stack", "rm"], ["stack", "select"], ["cancel"])


def add_text(
    parser: argparse._ActionsContainer, names: str, metavar: str, text: str, **options: Any
) -> None:
    """Add an argument whose value is a text, empty where it is not given; `names` are its forms: `-o --output`."""
    parser.add_argument(*names.split(), **{"default": "", **options}, metavar=metavar, help=text)


def add_list(parser: argparse._ActionsContainer, names: str, metavar: str, text: str) -> None:
    """Add an argument that may be repeated."""
    parser.add_argument(*names.split(), action="append", default=[], metavar=metavar, help=text)


def add_flag(parser: argparse._ActionsContainer, names: str, text: str) -> None:
    """Add an argument without a value."""
    parser.add_argument(*names.split(), action="store_true", help=text)


def add_stack(
    parser: argparse._ActionsContainer, text: str = "default: the selected stack"
) -> None:
    """Add the argument that `find_stack` reads."""
    add_text(parser, "-s --stack", "STACK", text)


def add_stacks(parser: argparse.ArgumentParser) -> None:
    """Add the argument that `find_stack` reads, or every stack instead."""
    group = parser.add_mutually_exclusive_group()
    add_stack(group)
    add_flag(group, "--all-stacks", "every stack that has a settings file")


def find_stack(args: argparse.Namespace, *, required: bool = True) -> Stack:
    """Return the stack that was named, else the selected one. Raises `JobError` where there is neither."""
    words = ["--stack", args.stack] if args.stack else []
    stack = choose_stack(find_project(Path.cwd()), words, os.environ)
    if required and not stack.name:
        raise JobError("no stack selected: use -s STACK, or run ./jobctl stack select STACK")
    return stack


def choose_stack(project: Project, argv: Sequence[str], env: Mapping[str, str]) -> Stack:
    """Return the stack that a command is about: named, else selected.

    Without either, a project that only has emulator stacks gets their backend.
    """
    name = find_stack_name(argv) or find_selected(project, env)
    if name:
        return read_stack(project, name)
    stacks = [read_stack(project, each) for each in project.stacks()]
    config = (
        {"aws-jobs:emulator": "true"} if stacks and all(each.on_emulator for each in stacks) else {}
    )
    return Stack(project, "", config)


def find_stack_name(argv: Sequence[str]) -> str:
    """Return the stack that the words of an engine's command name, or nothing."""
    _, named = split_options(argv, (), "-s", "--stack")
    if named:
        return named[0]
    for words in (list(argv[:1]), list(argv[:2])):
        if words in NAMES_STACK:
            return next((word for word in argv[len(words) :] if not word.startswith("-")), "")
    return ""


def split_options(
    arguments: Sequence[str], flags: Sequence[str], *options: str
) -> tuple[list[str], list[str]]:
    """Take flags and options with a value out of an engine's arguments: the rest, and the values in their order.

    What follows `--` is never an option.
    """
    rest: list[str] = []
    values: list[str] = []
    words = list(arguments)
    while words:
        word = words.pop(0)
        name, equals, value = word.partition("=")
        if word == "--":
            return [*rest, word, *words], values
        if name in options and (equals or words):
            values.append(value if equals else words.pop(0))
        elif word[:2] in options and len(word) > 2:
            values.append(word[2:])  # -sdev
        elif word not in flags:
            rest.append(word)
    return rest, values


def split_cwd(arguments: Sequence[str]) -> tuple[list[str], Path]:
    """Take Pulumi's `-C DIR` out of the arguments: the project must be known before the engine is."""
    rest, folders = split_options(arguments, (), "-C", "--cwd")
    cwd = Path.cwd().joinpath(*folders).resolve()
    if not cwd.is_dir():
        raise JobError(f"--cwd: {cwd} is not a folder")
    return rest, cwd
