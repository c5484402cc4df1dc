"""Which files a code folder's archive has, and what is wrong with the folder.

Reads names and status of files, and `.gitignore`; never what is packed.
"""

from __future__ import annotations

import os
import posixpath
import stat
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

from ..errors import JobError, Problem, name_setting
from .left_out import Rules, is_credential
from .model import Job
from .regular_files import suggest_start
from .rules.view import JobProblem

MAX_FILES = 5_000  # files and folders
MAX_DEPTH = 60
SHOWN = 10  # mistakes of one folder
_TYPES = {
    stat.S_IFIFO: "a FIFO",
    stat.S_IFSOCK: "a socket",
    stat.S_IFBLK: "a device",
    stat.S_IFCHR: "a device",
}


@dataclass(frozen=True)
class CodeFile:
    """A file of the archive. `source` is where it is, below the code folder and without any link on the way."""

    name: str
    source: str
    size: int


@dataclass
class CodeFolder:
    """A code folder: where it is, without links, its files by name, and what is wrong with it.

    `complete` says that the whole folder was looked at.
    """

    folder: str = ""
    complete: bool = False
    files: list[CodeFile] = field(default_factory=list)
    problems: list[JobProblem] = field(default_factory=list)

    @cached_property
    def names(self) -> frozenset[str]:
        """The files' names, once the folder is complete."""
        return frozenset(file.name for file in self.files)

    @property
    def size(self) -> int:
        """Bytes of all files, before they are compressed."""
        return sum(file.size for file in self.files)


def list_files(root: Path, folder: str, include: Sequence[str], most: int) -> CodeFolder:
    """List the files to pack of `folder`, which must be in the project's folder `root`; at most `most` bytes.

    Caches, credentials and what `.gitignore` names are left out, unless `include` names them.
    """
    walk = _Walk(os.path.realpath(root), folder, [posixpath.normpath(name) for name in include])
    walk.run(most)
    return walk.found


def find_problems(jobs: Sequence[Job], root: Path, most: int) -> Iterator[Problem]:
    """Yield what cannot be packed, and entry points that are not; `root` is the project's folder.

    `most` is the maximum of bytes in one folder.
    """
    listed: dict[tuple[str, ...], CodeFolder] = {}
    for job in jobs:
        if job.code is None or any("${" in str(each) for each in (job.code["dir"], *job.include)):
            continue  # not known yet
        folder = str(job.code["dir"])
        key = (folder, *job.include)
        if key not in listed:
            listed[key] = list_files(root, folder, job.include, most)
        found = listed[key]
        is_there = os.path.isdir(found.folder)
        start = (
            "" if is_there else suggest_start(job.file, folder, lambda at: os.path.isdir(root / at))
        )
        for each in found.problems:
            yield job.problem(each.path, each.message + start, each.rule, each.level)
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


class _TooMany(Exception):
    pass


class _Walk:
    def __init__(self, root: str, folder: str, include: Sequence[str]) -> None:
        self._root, self._shown, self._include = root, folder, include
        # what no file system takes is a folder that does not exist
        self._folder = os.path.realpath(os.path.join(root, folder.replace("\0", "\ufffd")))
        self.found = CodeFolder(self._folder)
        self._seen = 0

    def run(self, most: int) -> None:
        at = _find_below(self._folder, self._root)
        if at is None:
            message = (
                f"`{self._shown}` is outside of the project's folder; only what is in it is packed"
            )
            return self._add(message, "code-folder")
        if not os.path.isdir(self._folder):
            what = (
                "is a file; name its folder" if os.path.isfile(self._folder) else "does not exist"
            )
            return self._add(f"the folder `{self._shown}` {what}", "code-folder")
        for part in at.split("/"):
            if part == ".git" or is_credential(part):
                message = f"`{self._shown}` is in `{part}`, which is never packed"
                return self._add(message, "code-folder")
        try:
            self._rules = Rules(self._root, at, self._include)
            self._walk("", "", ())
        except _TooMany:
            message = f"`{self._shown}` has more than {MAX_FILES:,} files and folders; name a smaller folder"
            return self._add(message, "code-size")
        except JobError as error:
            return self._add(str(error), "code-file")
        found = self.found
        found.complete = True
        found.files.sort(key=lambda file: file.name)
        if not found.files and not any(each.level == "error" for each in found.problems):
            self._add(f"the folder `{self._shown}` has no files to pack", "code-folder")
        if found.size > most:
            message = (
                f"`{self._shown}` has {found.size:,} bytes, more than the maximum of {most:,}; name a smaller "
                "folder, or set aws-jobs:maxCodeBytes"
            )
            self._add(message, "code-size")
        for name in self._include:
            if name not in found.names and not any(
                each.startswith(f"{name}/") for each in found.names
            ):
                message = f"the folder `{self._shown}` has no file `{name}`"
                self._add(message, "code-include", key="include")
        return None

    def _add(self, message: str, rule: str, level: str = "error", key: str = "dir") -> None:
        if len(self.found.problems) < SHOWN:
            self.found.problems.append(JobProblem(("code", key), message, rule, level))

    def _walk(self, name: str, source: str, above: tuple[str, ...]) -> None:
        """Add what is in a folder of the code folder; `name` is its path in the archive, `above` those around it."""
        if len(above) > MAX_DEPTH:
            return self._add(f"`{self._show(name)}` is nested too deeply", "code-file")
        for entry in self._scan(source):
            self._seen += 1
            if self._seen > MAX_FILES:
                raise _TooMany
            self._look(posixpath.join(name, entry), posixpath.join(source, entry), (*above, source))
        return None

    def _scan(self, source: str) -> Iterator[str]:
        try:
            yield from sorted(os.listdir(os.path.join(self._folder, source)))
        except OSError as error:
            self._add(f"`{self._show(source)}` cannot be read: {error.strerror}", "code-file")

    def _look(self, name: str, source: str, above: tuple[str, ...]) -> None:
        shown = self._show(name)
        try:
            name.encode()
        except UnicodeEncodeError:
            return self._add(f"the name of {name!r} is not UTF-8", "code-file")
        try:
            status = os.lstat(os.path.join(self._folder, source))
            if self._is_left_out(name, source, status.st_mode):
                return None
            if stat.S_ISLNK(status.st_mode):
                target = os.path.realpath(os.path.join(self._folder, source))
                inside = _find_below(target, self._folder)
                if inside is None:
                    message = f"`{shown}` is a link out of the folder; copy here what it points to"
                    return self._add(message, "code-link")
                status = os.lstat(target)
                if stat.S_ISLNK(status.st_mode):
                    raise FileNotFoundError(target)  # a link to itself, by whatever way
                if inside != "." and self._rules.judge_all(inside, stat.S_ISDIR(status.st_mode)):
                    return None
                source = "" if inside == "." else inside
        except FileNotFoundError:
            return self._add(f"`{shown}` is a link to nothing", "code-link")
        except OSError as error:
            return self._add(f"`{shown}` cannot be read: {error.strerror}", "code-file")
        if stat.S_ISREG(status.st_mode):
            self.found.files.append(CodeFile(name, source, status.st_size))
        elif not stat.S_ISDIR(status.st_mode):
            kind = _TYPES.get(stat.S_IFMT(status.st_mode), "no file")
            self._add(f"`{shown}` is {kind}; only files are packed", "code-file")
        elif source in above:
            self._add(f"`{shown}` is a link to a folder that it is in", "code-link")
        else:
            self._walk(name, source, above)
        return None

    def _is_left_out(self, name: str, source: str, mode: int) -> bool:
        """Say whether the rules leave it out, by its name in the archive or by where it is."""
        is_dir = stat.S_ISDIR(mode)
        reasons = {self._rules.judge(path, is_dir) for path in {name, source}} - {""}
        if "credentials" in reasons:
            message = (
                f"`{self._show(name)}` is left out of the archive: it may hold credentials; delete it, or name it in "
                f"`code.include` to pack it"
            )
            self._add(message, "code-credentials", level="warning")
        return bool(reasons)

    def _show(self, name: str) -> str:
        return posixpath.join(self._shown, name)


def _find_below(path: str, folder: str) -> str | None:
    """Return the path relative to the folder, `.` for itself; None where it is outside. Both are without links."""
    relative = os.path.relpath(path, folder)
    return None if relative == ".." or relative.startswith("../") else relative
