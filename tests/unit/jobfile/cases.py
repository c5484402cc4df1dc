"""The example files in `tests/cases`, and what is said of each. Adding a file adds a test."""

from __future__ import annotations

import datetime
from pathlib import Path

from components.errors import Problem
from components.jobfile import Context, Job, load
from tests.unit.jobfile.making import expand

CASES = Path(__file__).resolve().parents[2] / "cases"

# the stack that every example is expanded for
CONTEXT = Context(
    stack="prod",
    region="us-east-1",
    tags={"stack": "prod"},
    config={
        "aws:region": "us-east-1",
        "queue": "training",
        "bucket": "my-bucket",
        "eta": "0.1",
        "isolated": "true",
        "rounds": "2",
        "password": "correct horse battery",
    },
    secrets=frozenset({"password"}),
    today=datetime.date(2026, 11, 22),
    stacks=("dev", "prod"),
)


def examples(folder: str) -> list[Path]:
    """The examples of a folder: a file, or a folder of files that are wrong together."""
    found = [path for path in (CASES / folder).iterdir() if path.suffix != ".txt"]
    return sorted(found)


def expected(example: Path) -> list[str]:
    """What must be said of an example, one line a problem: `place [rule] path: message`."""
    beside = example / "expected.txt" if example.is_dir() else example.with_suffix(".txt")
    return beside.read_text("utf-8").splitlines() if beside.exists() else []


def outcome(example: Path) -> tuple[list[Job], list[Problem]]:
    """The example's jobs and problems; file names are relative to its folder."""
    root = example if example.is_dir() else example.parent
    files, problems = load([example], root)
    jobs, more = expand(files, CONTEXT)
    return jobs, sorted([*problems, *more])


def line(problem: Problem, alone: bool) -> str:
    """A problem as `expected` has it; the file is named only where there are several."""
    place = f"{problem.file}:" if not alone else ""
    level = "" if problem.level == "error" else f"{problem.level} "
    said = ": ".join(part for part in (problem.path, problem.message) if part)
    return f"{place}{problem.line}:{problem.column} [{level}{problem.rule}] {said}"
