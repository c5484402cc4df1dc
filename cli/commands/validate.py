"""`jobctl validate`: report every problem in the job files at once. Needs no AWS, no Pulumi and no network."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from cli.display.reports import FORMATS, format_report
from cli.engine.arguments import add_stack
from cli.project.settings import JobFolder, find_own_project, list_job_folders
from components.errors import Problem
from components.jobfile import JobFile, load, read_text
from components.printable import write_styled
from components.stack.jobs import JobFiles
from components.stack.load import load_stack
from components.stack.settings import Settings

STDIN = "<stdin>"


def configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "paths",
        nargs="*",
        metavar="PATH",
        help="files or folders, - for standard input (default: the stacks' folders, jobs/)",
    )
    parser.add_argument("--format", choices=FORMATS, default="text")
    add_stack(parser, "for this stack only (default: for each)")
    parser.epilog = "Exit code: 0 without errors (warnings do not count), 1 with errors."


@dataclass
class Findings:
    """The problems of all stacks: each once, with the stacks that have it where there are several."""

    files: dict[str, JobFile] = field(default_factory=dict)
    stacks: dict[str, set[str]] = field(default_factory=dict)
    found: dict[Problem, list[str]] = field(default_factory=dict)

    def add(
        self, read: JobFiles, wanted: frozenset[str], stack: str, problems: Iterable[Problem]
    ) -> None:
        """Add what one stack has. A problem of a neighbour is left out; one of a policy or a setting is not."""
        self.files.update((file.path, file) for file in read.files)
        for name in wanted:
            self.stacks.setdefault(name, set()).add(stack)
        neighbours = {file.path for file in read.files} - wanted
        for problem in problems:
            if problem.file not in neighbours:
                self.found.setdefault(problem, []).append(stack)

    @property
    def count(self) -> int:
        """Return how many files were checked."""
        return len(self.stacks) - sum(problem.rule == "file-missing" for problem in self.found)

    def problems(self) -> list[Problem]:
        return sorted(self._name_stacks(problem, names) for problem, names in self.found.items())

    def _name_stacks(self, problem: Problem, names: list[str]) -> Problem:
        known = set().union(*self.stacks.values())
        # what cannot be read is so in any stack
        is_own = problem.file == f"Pulumi.{names[0]}.yaml"
        if len(known) < 2 or problem.rule.startswith("file-") or is_own:
            return problem
        some = f"stack{'s' if len(names) > 1 else ''} {', '.join(sorted(names))}"
        where = "every stack" if set(names) == known else some
        return replace(problem, message=f"{problem.message} ({where})")


def run(args: argparse.Namespace) -> int:
    here = Path.cwd()
    project = find_own_project(here)
    folders = list_job_folders(project, args.stack, unreadable=True)
    found = Findings()
    stdin = read_stdin(args.paths)
    for folder in folders:
        paths = _list_paths(folder, folders, args.paths, here)
        if paths or not args.paths:
            read, wanted = select(paths, here, folder.stacks[0], stdin)
            for settings in folder.stacks:
                problems = load_stack(settings, read=read).problems
                found.add(read, wanted, settings.stack, problems)
    problems = found.problems()
    files = list(found.files.values())
    write_styled(sys.stdout, format_report(args.format, problems, files, found.count, sys.stdout))
    return 1 if any(problem.level == "error" for problem in problems) else 0


def _list_paths(
    own: JobFolder, folders: Sequence[JobFolder], paths: Sequence[str], here: Path
) -> list[str]:
    """Return the paths to validate for this folder's stacks: what is in another stack's folder is not deployed here."""

    def is_in(path: str, folder: Path) -> bool:
        return Path(os.path.abspath(here / path)).is_relative_to(folder)

    return [
        path
        for path in paths
        if path == "-"
        or is_in(path, own.path)
        or not any(is_in(path, other.path) for other in folders)
    ]


def read_stdin(paths: Sequence[str]) -> JobFile | Problem | None:
    """Read the document on standard input, where the paths name it. It can be read once."""
    return read_text(sys.stdin.buffer.read(), STDIN) if "-" in paths else None


def select(
    paths: Sequence[str], here: Path, settings: Settings, stdin: JobFile | Problem | None = None
) -> tuple[JobFiles, frozenset[str]]:
    """Read the files asked about, and what came from standard input; without paths those of the stack's folder.

    Returns the names of those asked about too: a file of the folder is validated with its neighbours, which may have
    the same name or be depended on.
    """
    root, folder = settings.root, settings.folder
    given = (
        [Path(os.path.abspath(here / path)) for path in paths if path != "-"] if paths else [folder]
    )
    files, problems = load(given, root)
    if isinstance(stdin, JobFile):
        files.append(stdin)
    elif stdin:
        problems.append(stdin)
    wanted = frozenset({file.path for file in files} | {problem.file for problem in problems})
    if folder in given or not folder.is_dir():
        return JobFiles(files, problems), wanted
    neighbours, _ = load([folder], root)
    others = [file for file in neighbours if file.path not in wanted]
    if any(path.is_relative_to(folder) for path in given):
        # of two jobs with one name the second is reported: let it be the one that was asked about
        return JobFiles([*others, *files], problems), wanted
    jobs = load_stack(replace(settings, any_config=True), read=JobFiles(others)).jobs
    return JobFiles(files, problems, frozenset(job.name for job in jobs)), wanted
