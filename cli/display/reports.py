"""Problems as text for people, as JSON for programs, and as annotations for GitHub."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Sequence
from dataclasses import asdict
from typing import TextIO

from components.errors import Problem
from components.jobfile import JobFile

Report = Callable[[Sequence[Problem], Sequence[JobFile], int, TextIO], str]

_RED, _YELLOW, _BOLD, _DIM, _PLAIN = "\033[31m", "\033[33m", "\033[1m", "\033[2m", "\033[0m"


def text(problems: Sequence[Problem], files: Sequence[JobFile], count: int, out: TextIO) -> str:
    """One line a problem; on a terminal the source line below it, with a caret."""
    terminal = out.isatty()
    colours = terminal and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"
    sources = {file.path: file.text for file in files}
    lines = []
    for problem in problems:
        lines.append(_line(problem, colours))
        if terminal and problem.line and problem.file in sources:
            lines += _source(sources[problem.file], problem, colours)
    return "\n".join([*lines, _summary(problems, count)]) + "\n"


def _line(problem: Problem, colours: bool) -> str:
    place = ":".join(str(part) for part in (problem.file, problem.line, problem.column) if part)
    said = ": ".join(part for part in (problem.path, problem.message) if part)
    warning = "warning: " if problem.level == "warning" else ""
    if not colours:
        return f"{place}: {warning}{said}"
    shade = _YELLOW if warning else _RED
    return f"{_BOLD}{place}{_PLAIN}: {shade}{warning or 'error: '}{_PLAIN}{said}"


def _source(source: str, problem: Problem, colours: bool) -> list[str]:
    rows = source.split("\n")
    if problem.line > len(rows):
        return []
    row = rows[problem.line - 1].rstrip("\r")
    # a tab before the caret must be as wide as the one above it
    indent = "".join("\t" if character == "\t" else " " for character in row[: problem.column - 1])
    if len(row) > 160:
        return []
    dim, plain = (_DIM, _PLAIN) if colours else ("", "")
    return [f"    {dim}{row}{plain}", f"    {indent}^"]


def _summary(problems: Sequence[Problem], count: int) -> str:
    errors = sum(problem.level == "error" for problem in problems)
    parts = [_count(count, "job file")]
    if errors:
        parts.append(_count(errors, "error"))
    if len(problems) - errors:
        parts.append(_count(len(problems) - errors, "warning"))
    return f"{', '.join(parts)}{'' if errors else ': valid'}"


def _count(number: int, thing: str) -> str:
    return f"{number} {thing}{'' if number == 1 else 's'}"


def as_json(problems: Sequence[Problem], files: Sequence[JobFile], count: int, out: TextIO) -> str:
    """A list of `{file, line, column, path, message, rule, level}`."""
    return json.dumps([asdict(problem) for problem in problems], indent=2) + "\n"


def github(problems: Sequence[Problem], files: Sequence[JobFile], count: int, out: TextIO) -> str:
    """Workflow commands, one a line.

    https://docs.github.com/actions/reference/workflow-commands-for-github-actions#setting-an-error-message
    """
    return "".join(map(_annotation, problems))


def _annotation(problem: Problem) -> str:
    place = {
        "file": problem.file,
        "line": problem.line,
        "col": problem.column,
        "title": problem.rule,
    }
    properties = ",".join(
        f"{name}={_property(str(value))}" for name, value in place.items() if value
    )
    message = ": ".join(part for part in (problem.path, problem.message) if part)
    return f"::{problem.level} {properties}::{_data(message)}\n"


def _data(value: str) -> str:
    return value.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(value: str) -> str:
    return _data(value).replace(":", "%3A").replace(",", "%2C")


FORMATS: dict[str, Report] = {"text": text, "json": as_json, "github": github}
