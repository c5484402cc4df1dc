"""`jobctl rerun JOB...`: change the generation in a job's file. It deploys nothing: the change is reviewed first."""

from __future__ import annotations

import argparse
import datetime
import os
from collections.abc import Sequence
from pathlib import Path

from cli.editing import generation
from cli.engine.arguments import add_flag, add_stack, find_stack
from cli.project.settings import list_job_folders
from cli.project.stack import Project, find_project, find_selected
from cli.runs.entries import read_entries
from components.errors import JobError, Problems
from components.files import replace_file
from components.jobfile import Job, JobFile
from components.jobfile.words import suggest
from components.kinds import Phase
from components.stack.jobs import StackJobs
from components.stack.load import load_stack


def configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("jobs", metavar="JOB", nargs="*", help="a job, or a file of jobs/")
    add_flag(parser, "--failed", "all jobs whose run has failed")
    add_stack(parser)
    parser.epilog = (
        "It edits `generation` in the job file in place. A matrix has one generation for all of its "
        "jobs. A generation under `stacks:` is changed there."
    )


def run(args: argparse.Namespace) -> int:
    if not args.jobs and not args.failed:
        raise JobError("name the jobs to run again, or use --failed for all failed ones")
    project = find_project(Path.cwd())
    stack = args.stack.rpartition("/")[2] or find_selected(project, os.environ)
    found = read_jobs(project, stack)
    files, jobs = found.read.files, found.jobs
    wanted = [*args.jobs]
    if args.failed:
        entries = read_entries(find_stack(args))
        failed = [entry.name for entry in entries if entry.phase is Phase.FAILED]
        if not failed and not wanted:
            print("no job of the stack has failed; nothing changed")
            return 0
        wanted += failed
    today = datetime.datetime.now(datetime.timezone.utc).date()
    edits = [(file, edit(file, stack, today)) for file in choose_files(wanted, files, jobs)]
    for file, change in edits:
        _write(project.root / file.path, change.text)
        old = "none" if change.old is None else change.old
        print(
            f"{file.path}: generation: {old} -> {change.new}{_describe_reach(file, jobs, stack, project)}"
        )
    print("Nothing has run yet; review and deploy the change as usual (./jobctl preview)")
    return 0


def read_jobs(project: Project, stack: str) -> StackJobs:
    """Read the stack's job files. Raises `Problems` for those that cannot be read; the others may have problems."""
    known = stack if stack in project.stacks() else ""
    jobs = load_stack(list_job_folders(project, known)[0].stacks[0])
    unread = [problem for problem in jobs.problems if problem.rule.startswith("file-")]
    if unread:
        raise Problems(unread)
    return jobs


def choose_files(
    names: Sequence[str], files: Sequence[JobFile], jobs: Sequence[Job]
) -> list[JobFile]:
    """Return the files of these jobs. Raises `JobError` where a file would run more jobs again than were named."""
    cells = {file.path: [job.name for job in jobs if job.file == file.path] for file in files}
    # a file by its path, or by the name of its job or of all jobs of its matrix
    whole = {str(file.document.get("name", file.stem)): file.path for file in files}
    whole |= {file.path: file.path for file in files}
    single = {job.name: job.file for job in jobs}
    found: dict[str, set[str]] = {}
    for name in names:
        if path := whole.get(name.removeprefix("./")):
            found.setdefault(path, set()).update(cells[path] or [name])
        elif path := single.get(name):
            found.setdefault(path, set()).add(name)
        else:
            raise JobError(
                f"there is no job `{name}` among the job files{suggest(name, [*whole, *single])}"
            )
    for path, some in found.items():
        if not some.issuperset(cells[path]):
            raise JobError(
                f"{path}: its {len(cells[path])} jobs share one generation, but only {', '.join(sorted(some))} should"
                f" run again: `./jobctl rerun {Path(path).stem}` runs all of them"
            )
    return [file for file in sorted(files, key=lambda file: file.path) if file.path in found]


def edit(file: JobFile, stack: str, today: datetime.date) -> generation.Change:
    """Return the file's text with its next generation; an error names the file."""
    try:
        return generation.change_generation(file.text, file.is_json, stack, today)
    except JobError as error:
        raise JobError(f"{file.path}: {error}") from None


def _write(path: Path, text: str) -> None:
    """Replace the file's text in one step; a byte-order mark and the line ends are kept."""
    mark = b"\xef\xbb\xbf" if path.read_bytes().startswith(b"\xef\xbb\xbf") else b""
    # a link keeps pointing to the file
    target = path.resolve()
    replace_file(target, [mark + text.encode()], target.stat().st_mode)


def _describe_reach(file: JobFile, jobs: Sequence[Job], stack: str, project: Project) -> str:
    """Return what else the change reaches: all jobs of a matrix, and all stacks unless it is under `stacks:`."""
    parts = []
    count = sum(job.file == file.path for job in jobs)
    if count > 1:
        parts.append(f"{count} jobs")
    overlay = (file.document.get("stacks") or {}).get(stack) or {}
    stacks = project.stacks()
    if len(stacks) > 1:
        parts.append(f"stack {stack}" if "generation" in overlay else f"stacks {', '.join(stacks)}")
    return f" ({'; '.join(parts)})" if parts else ""
