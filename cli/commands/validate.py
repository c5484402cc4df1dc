"""`jobctl validate`: every mistake in the job files, all at once. Needs no AWS, no Pulumi and no network."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from cli.github import reports
from cli.project.contexts import NEUTRAL, Home, homes, project_of
from components import policy
from components.errors import Problem, Problems
from components.jobfile import JobFile, code_folders, expand, load, read_text

STDIN = "<stdin>"


def configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "paths",
        nargs="*",
        metavar="PATH",
        help="files or folders, - for standard input (default: the stacks' folders, jobs/)",
    )
    parser.add_argument("--format", choices=sorted(reports.FORMATS), default="text")
    parser.add_argument("-s", "--stack", default="", help="for this stack only (default: for each)")
    parser.epilog = "Exit code: 0 without errors (warnings are none), 1 with any."


@dataclass
class Asked:
    """Job files as they were read.

    `files` are those to expand, `wanted` the names of those asked about, `problems` those of reading them, and
    `elsewhere` the names of jobs that may be depended on besides.
    """

    files: list[JobFile]
    problems: list[Problem]
    wanted: frozenset[str]
    elsewhere: frozenset[str] = frozenset()


@dataclass
class Findings:
    """The problems of all stacks: each once; one that only some of a file's stacks have names them."""

    files: dict[str, JobFile] = field(default_factory=dict)
    stacks: dict[str, set[str]] = field(default_factory=dict)
    found: dict[Problem, list[str]] = field(default_factory=dict)

    def add(self, asked: Asked, stack: str, problems: Iterable[Problem]) -> None:
        """Add what one stack has. A problem of a file that was not asked about is left out."""
        self.files.update((file.path, file) for file in asked.files)
        for name in asked.wanted:
            self.stacks.setdefault(name, set()).add(stack)
        for problem in {*asked.problems, *problems}:
            if problem.file in asked.wanted:
                self.found.setdefault(problem, []).append(stack)

    @property
    def count(self) -> int:
        """How many files were looked at."""
        return len(self.stacks) - sum(problem.rule == "file-missing" for problem in self.found)

    def problems(self) -> list[Problem]:
        return sorted(self._said(problem, names) for problem, names in self.found.items())

    def _said(self, problem: Problem, names: list[str]) -> Problem:
        if len(names) == len(self.stacks[problem.file]):
            return problem
        return replace(problem, message=f"{problem.message} (stack {', '.join(sorted(names))})")


def run(args: argparse.Namespace) -> int:
    here = Path.cwd()
    project = project_of(here)
    root = project.root
    stacks = homes(project, args.stack)
    found = Findings()
    problems: list[Problem] = []
    policies: list[policy.Policy] = []
    try:
        policies = policy.load(root)
    except Problems as error:
        problems = error.problems
    document = typed(args.paths)
    for home in stacks:
        paths = _paths_of(home, stacks, args.paths, here)
        if paths or not args.paths:
            check(found, read(paths, here, root, home.folder, document), home, policies, root)
    problems = sorted([*problems, *found.problems()])
    files = list(found.files.values())
    print(reports.FORMATS[args.format](problems, files, found.count, sys.stdout), end="")
    return 1 if any(problem.level == "error" for problem in problems) else 0


def _paths_of(home: Home, stacks: Sequence[Home], paths: Sequence[str], here: Path) -> list[str]:
    """The paths that are this home's to judge: what lies in another stack's folder is not deployed here."""

    def lies_in(path: str, folder: Path) -> bool:
        return Path(os.path.abspath(here / path)).is_relative_to(folder)

    return [
        path
        for path in paths
        if path == "-"
        or lies_in(path, home.folder)
        or not any(lies_in(path, other.folder) for other in stacks)
    ]


def typed(paths: Sequence[str]) -> JobFile | Problem | None:
    """The document on standard input, where the paths name it. It can be read once."""
    return read_text(sys.stdin.buffer.read(), STDIN) if "-" in paths else None


def read(
    paths: Sequence[str], here: Path, root: Path, home: Path, typed: JobFile | Problem | None
) -> Asked:
    """Read the files asked about, beside what was typed; without paths those of `home`.

    A file of `home` is judged with its neighbours, which may have the same name or be depended on.
    """
    given = (
        [Path(os.path.abspath(here / path)) for path in paths if path != "-"] if paths else [home]
    )
    files, problems = load(given, root)
    if isinstance(typed, JobFile):
        files.append(typed)
    elif typed:
        problems.append(typed)
    wanted = frozenset({file.path for file in files} | {problem.file for problem in problems})
    if home in given or not home.is_dir():
        return Asked(files, problems, wanted)
    neighbours, _ = load([home], root)
    others = [file for file in neighbours if file.path not in wanted]
    if any(path.is_relative_to(home) for path in given):
        # of two jobs with one name the second is told: let it be the one that was asked about
        return Asked([*others, *files], problems, wanted)
    names = frozenset(job.name for job in expand(others, NEUTRAL)[0])
    return Asked(files, problems, wanted, names)


def check(
    found: Findings, asked: Asked, home: Home, policies: Sequence[policy.Policy], root: Path
) -> None:
    """Add the problems that the files have in each stack of a home."""
    for context in home.contexts:
        jobs, problems = expand(asked.files, context, asked.elsewhere)
        problems += policy.problems(policies, jobs, context.stack)
        problems += code_folders.missing(jobs, root)
        found.add(asked, context.stack, problems)
