"""Reports of problems: text for people, JSON for programs, annotations for GitHub."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict
from typing import TextIO

from cli.display.text import count, has_colours
from components.errors import Problem
from components.jobfile import JobFile
from components.printable import printable

FORMATS = ("github", "json", "text")

_RED, _YELLOW, _BOLD, _DIM, _PLAIN = "\033[31m", "\033[33m", "\033[1m", "\033[2m", "\033[0m"


def format_report(
    wanted: str, problems: Sequence[Problem], files: Sequence[JobFile], checked: int, out: TextIO
) -> str:
    """Return the problems in one of `FORMATS`; `files` are those they are in, `checked` counts all."""
    if wanted == "json":
        return format_json(problems)
    if wanted == "github":
        return format_github(problems)
    return format_text(problems, files, checked, out)


def format_text(
    problems: Sequence[Problem], files: Sequence[JobFile], checked: int, out: TextIO
) -> str:
    """Return one line a problem; on a terminal with the source line below it, and a caret."""
    terminal, colours = out.isatty(), has_colours(out)
    sources = {file.path: file.text for file in files}
    lines = []
    for problem in problems:
        lines.append(_format_line(problem, colours))
        if terminal and problem.line and problem.file in sources:
            lines += _show_source(sources[problem.file], problem, colours)
    return "\n".join([*lines, _summarize(problems, checked)]) + "\n"


def _format_line(problem: Problem, colours: bool) -> str:
    place = ":".join(str(part) for part in (problem.file, problem.line, problem.column) if part)
    place, text = printable(place), printable(_join_message(problem))
    warning = "warning: " if problem.level == "warning" else ""
    if not colours:
        return f"{place}: {warning}{text}"
    shade = _YELLOW if warning else _RED
    return f"{_BOLD}{place}{_PLAIN}: {shade}{warning or 'error: '}{_PLAIN}{text}"


def _show_source(source: str, problem: Problem, colours: bool) -> list[str]:
    rows = source.split("\n")
    if problem.line > len(rows):
        return []
    row = printable(rows[problem.line - 1].rstrip("\r"))
    # a tab before the caret must be as wide as the one above it
    indent = "".join("\t" if character == "\t" else " " for character in row[: problem.column - 1])
    if len(row) > 160:
        return []
    dim, plain = (_DIM, _PLAIN) if colours else ("", "")
    return [f"    {dim}{row}{plain}", f"    {indent}^"]


def _summarize(problems: Sequence[Problem], files: int) -> str:
    errors = sum(problem.level == "error" for problem in problems)
    numbers = {"error": errors, "warning": len(problems) - errors}
    parts = [count(files, "job file")]
    parts += [count(number, noun) for noun, number in numbers.items() if number]
    return f"{', '.join(parts)}{'' if errors else ': valid'}"


def format_json(problems: Sequence[Problem]) -> str:
    """Return a list of `{file, line, column, path, message, rule, level}`."""
    return json.dumps([asdict(problem) for problem in problems], indent=2) + "\n"


def format_github(problems: Sequence[Problem]) -> str:
    """Return workflow commands, one a line.

    https://docs.github.com/actions/reference/workflow-commands-for-github-actions#setting-an-error-message
    """
    return printable("".join(map(_annotate, problems)))


def _annotate(problem: Problem) -> str:
    values = (problem.file, problem.line, problem.column, problem.rule)
    named = zip(("file", "line", "col", "title"), values, strict=True)
    place = ",".join(f"{name}={_escape_property(str(value))}" for name, value in named if value)
    return f"::{problem.level} {place}::{_escape(_join_message(problem))}\n"


def _join_message(problem: Problem) -> str:
    return ": ".join(filter(None, (problem.path, problem.message)))


def _escape(value: str) -> str:
    return value.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _escape_property(value: str) -> str:
    return _escape(value).replace(":", "%3A").replace(",", "%2C")
