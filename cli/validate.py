"""`jobctl validate`: every mistake in the job files, all at once. Needs no AWS, no Pulumi and no network."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Iterable, Sequence
from dataclasses import replace
from pathlib import Path

from cli import reports
from cli.contexts import NEUTRAL, contexts
from cli.stack import find_project
from components import policy
from components.errors import Problem, Problems
from components.jobfile import JobFile, code_folders, expand, load, read_text
from components.jobfile.model import Context

STDIN = "<stdin>"


def configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "paths",
        nargs="*",
        metavar="PATH",
        help="files or folders, - for standard input (default: jobs/)",
    )
    parser.add_argument("--format", choices=sorted(reports.FORMATS), default="text")
    parser.add_argument("-s", "--stack", default="", help="for this stack only (default: for each)")
    parser.epilog = "Exit code: 0 without errors (warnings are none), 1 with any."


def run(args: argparse.Namespace) -> int:
    here = Path.cwd()
    project = find_project(here)
    root = project.root if here.is_relative_to(project.root) else here
    files, problems, wanted, elsewhere = read(args.paths, here, root)
    try:
        policies = policy.load(root)
    except Problems as error:
        policies = []
        problems += error.problems
    problems += check(files, contexts(project, args.stack), elsewhere, policies, root)
    problems = sorted(problem for problem in problems if wanted is None or problem.file in wanted)
    count = len(files) if wanted is None else len(wanted)
    print(reports.FORMATS[args.format](problems, files, count, sys.stdout), end="")
    return 1 if any(problem.level == "error" for problem in problems) else 0


def read(
    paths: Sequence[str], here: Path, root: Path
) -> tuple[list[JobFile], list[Problem], set[str] | None, frozenset[str]]:
    """The files to expand, the problems of reading them, the files asked about (None: all), and other jobs' names.

    A file of `jobs/` is judged with its neighbours, which may have the same name or be depended on.
    """
    home = root / "jobs"
    given = (
        [Path(os.path.abspath(here / path)) for path in paths if path != "-"] if paths else [home]
    )
    files, problems = load(given, root)
    if "-" in paths:
        found = read_text(sys.stdin.buffer.read(), STDIN)
        if isinstance(found, JobFile):
            files.append(found)
        else:
            problems.append(found)
    if home in given or not home.is_dir():
        return files, problems, None, frozenset()
    neighbours, _ = load([home], root)
    wanted = {file.path for file in files} | {problem.file for problem in problems}
    others = [file for file in neighbours if file.path not in wanted]
    if any(path.is_relative_to(home) for path in given):
        # of two jobs with one name the second is told: let it be the one that was asked about
        return [*others, *files], problems, wanted, frozenset()
    return files, problems, wanted, frozenset(job.name for job in expand(others, NEUTRAL)[0])


def check(
    files: Sequence[JobFile],
    stacks: Sequence[Context],
    elsewhere: frozenset[str],
    policies: Sequence[policy.Policy] = (),
    root: Path | None = None,
) -> list[Problem]:
    """The problems of the files in every stack, each once; one that only some stacks have names them."""
    found: dict[Problem, list[str]] = {}
    for context in stacks:
        jobs, problems = expand(files, context, elsewhere)
        problems += policy.problems(policies, jobs, context.stack)
        problems += code_folders.missing(jobs, root) if root else ()
        for problem in dict.fromkeys(problems):
            found.setdefault(problem, []).append(context.stack)
    return [
        problem if len(names) == len(stacks) else _in_stacks(problem, names)
        for problem, names in found.items()
    ]


def _in_stacks(problem: Problem, names: Iterable[str]) -> Problem:
    return replace(problem, message=f"{problem.message} (stack {', '.join(names)})")
