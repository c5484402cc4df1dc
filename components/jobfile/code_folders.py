"""Whether the folders that jobs pack as code are there. Reads the file system, as `load` does."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from ..errors import Problem
from ..schema import Pending
from .model import Job


def find_missing(jobs: Sequence[Job], root: Path) -> Iterator[Problem]:
    """Folders and entry points that do not exist; `root` is what the jobs' files are named from."""
    for job in jobs:
        if job.code is None or isinstance(job.code["dir"], Pending) or "${" in job.code["dir"]:
            continue
        folder = root / job.code["dir"]
        entry = job.code.get("entryPoint")
        if not folder.is_dir():
            yield _problem(
                job, "code.dir", f"the folder `{job.code['dir']}` does not exist", "code-folder"
            )
        elif isinstance(entry, str) and not (folder / entry).is_file():
            message = f"the folder `{job.code['dir']}` has no file `{entry}`"
            yield _problem(job, "code.entryPoint", message, "code-script")


def _problem(job: Job, path: str, message: str, rule: str) -> Problem:
    return Problem(job.file, *job.place(path), path, message, rule)
