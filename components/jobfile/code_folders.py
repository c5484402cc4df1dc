"""What is wrong with the folders that jobs pack as code. Reads the file system, as `load` does."""

from __future__ import annotations

import os
import posixpath
from collections.abc import Iterator, Sequence
from pathlib import Path

from ..errors import Problem, name_setting
from ..schema import Pending
from .code_files import Listing, list_files
from .model import Job
from .regular_files import suggest_start


def find_problems(jobs: Sequence[Job], root: Path, most: int) -> Iterator[Problem]:
    """Yield what cannot be packed, and entry points that are not; `root` is the project's folder.

    `most` is the maximum of bytes in one folder.
    """
    listed: dict[tuple[str, ...], Listing] = {}
    for job in jobs:
        if job.code is None or any(map(_is_unknown, (job.code["dir"], *job.include))):
            continue
        folder = str(job.code["dir"])
        key = (folder, *job.include)
        if key not in listed:
            listed[key] = list_files(root, folder, job.include, most)
        found = listed[key]
        is_there = os.path.isdir(found.folder)
        start = (
            "" if is_there else suggest_start(job.file, folder, lambda at: os.path.isdir(root / at))
        )
        for mistake in found.mistakes:
            yield job.problem(mistake.path, mistake.message + start, mistake.rule, mistake.level)
        entry = job.code.get("entryPoint")
        if not isinstance(entry, str) or not found.complete:
            continue
        if posixpath.normpath(entry) not in found.names:
            message = f"the folder `{folder}` has no file `{entry}`"
            if (last := posixpath.basename(entry)) in found.names:
                message += f"; did you mean `{last}`? It begins at the folder"
            elif (Path(found.folder) / entry).is_file():
                message = f"`{entry}` is left out of the folder `{folder}`; name it in `code.include` to pack it"
            yield job.problem("code.entryPoint", message, "code-script")


def find_unplaced(jobs: Sequence[Job], stack: str) -> Iterator[Problem]:
    """Yield the jobs that pack code, in a stack that does not say where to upload it."""
    for job in jobs:
        if job.code is not None:
            command = name_setting("aws-jobs:artifacts", "s3://BUCKET/PREFIX", stack)
            yield job.problem("code", f"no place to upload to: {command}", "code-place")


def _is_unknown(value: object) -> bool:
    return isinstance(value, Pending) or "${" in str(value)
