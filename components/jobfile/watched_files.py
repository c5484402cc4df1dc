"""The files of the repository that jobs watch, by paths and globs. Reads the file system, as `load` does.

Links are not followed: what a pull request can point elsewhere is no file of the repository.
"""

from __future__ import annotations

import hashlib
import os
import re
from collections.abc import Iterator, Sequence
from fnmatch import translate
from functools import partial
from pathlib import Path

from ..errors import JobError, Problem
from .left_out import CACHES
from .model import Job
from .regular_files import read_regular, suggest_start

RECORDED = 50  # files that are recorded one by one: each job's state has them
SHOWN = 32  # hexadecimal characters of a hash, as many as an ETag has
_SPECIAL = re.compile(r"[*?\[]")


def is_file(watched: object) -> bool:
    """Say whether what is watched is a file of the repository, not an object in S3."""
    return isinstance(watched, str) and "://" not in watched


def list_files(root: Path, pattern: str) -> list[str]:
    """Return the files that a path or glob matches, relative to the project's folder `root`, sorted.

    `*` stands for any part of a name, `**` for any folders; names that begin with a dot are named by one only. Links
    and caches (`__pycache__`), which one machine has and another has not, are left out.
    """
    parts = [part for part in pattern.split("/") if part not in ("", ".")]
    fixed = 0
    while fixed < len(parts) - 1 and not _SPECIAL.search(parts[fixed]):
        fixed += 1
    start = os.path.join(root, *parts[:fixed])
    outside = os.path.isabs(pattern) or ".." in parts or not parts
    if outside or os.path.realpath(start) != os.path.realpath(root) + start[len(str(root)) :]:
        return []
    steps = [part if part == "**" else re.compile(translate(part)) for part in parts[fixed:]]
    found: list[str] = []
    for folder, folders, names in os.walk(start):
        folders[:] = sorted(
            name for name in folders if not name.startswith(".") and name not in CACHES
        )
        inner = os.path.relpath(folder, start).split(os.sep) if folder != start else []
        found += [
            os.path.relpath(os.path.join(folder, name), root)
            for name in names
            if _matches([*inner, name], steps)
            and (name[0] != "." or parts[-1][0] == ".")
            and not os.path.islink(os.path.join(folder, name))
        ]
    return sorted(found)


def _matches(names: Sequence[str], steps: Sequence[str | re.Pattern[str]]) -> bool:
    """Match a path's names with a pattern's parts; the time is their product."""
    # whether the names so far are matched by the first parts: none of them, one, two ...
    matched = [all(step == "**" for step in steps[:count]) for count in range(len(steps) + 1)]
    for name in names:
        before, matched = matched, [False]
        for at, step in enumerate(steps):
            if isinstance(step, str):
                # `**` stands for no folder, or for this one too
                matched.append(matched[at] or before[at + 1])
            else:
                matched.append(before[at] and step.match(name) is not None)
    return matched[-1]


def hash_files(root: Path, pattern: str, most: int) -> dict[str, str]:
    """Return the files' hashes by their paths; of many one hash, by the pattern.

    Raises `JobError` where there is none, or they have more than `most` bytes, or one cannot be read.
    """
    names = list_files(root, pattern)
    if not names:
        raise JobError(f"no file of the project is `{pattern}`")
    hashes: dict[str, str] = {}
    size = 0
    for name in names:
        content, _ = read_regular(str(root), name, most - size)
        size += len(content)
        if size > most:
            raise JobError(f"the files of `{pattern}` have more than {most:,} bytes")
        hashes[name] = hashlib.sha256(content).hexdigest()[:SHOWN]
    if len(hashes) <= RECORDED:
        return hashes
    lines = "".join(f"{name}\0{hashes[name]}\n" for name in sorted(hashes))
    return {pattern: hashlib.sha256(lines.encode()).hexdigest()[:SHOWN]}


def find_problems(jobs: Sequence[Job], root: Path) -> Iterator[Problem]:
    """Yield what is watched and is not there; `root` is the project's folder."""
    for job in jobs:
        for index, watched in enumerate(job.watch):
            if is_file(watched) and "${" not in watched and not list_files(root, watched):
                message = f"no file of the project is `{watched}` (from the project's folder; links do not count)"
                if os.path.isdir(root / watched):
                    message = f"`{watched}` is a folder; end it with /** for all files in it"
                else:
                    message += suggest_start(job.file, watched, partial(list_files, root))
                yield job.problem(("watch", index), message, "watch-file")
