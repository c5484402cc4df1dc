"""Which files a code folder's archive has. Reads names and status of files, and `.gitignore`; never what is packed."""

from __future__ import annotations

import os
import posixpath
import stat
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

from ..errors import JobError
from .left_out import Rules, is_credential

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


@dataclass(frozen=True)
class Mistake:
    """What is wrong with a code folder: the key of the job file that says it (`code.dir`), a sentence, a rule."""

    path: str
    message: str
    rule: str
    level: str = "error"


@dataclass
class Listing:
    """A code folder: where it is, without links, its files by name, and what is wrong with it.

    `complete` says that the whole folder was looked at.
    """

    folder: str = ""
    complete: bool = False
    files: list[CodeFile] = field(default_factory=list)
    mistakes: list[Mistake] = field(default_factory=list)

    @cached_property
    def names(self) -> frozenset[str]:
        """The files' names, once the folder is complete."""
        return frozenset(file.name for file in self.files)

    @property
    def errors(self) -> list[Mistake]:
        """The mistakes that are no warnings."""
        return [each for each in self.mistakes if each.level == "error"]

    @property
    def size(self) -> int:
        """Bytes of all files, before they are compressed."""
        return sum(file.size for file in self.files)


def list_files(root: Path, folder: str, include: Sequence[str], most: int) -> Listing:
    """List the files to pack of `folder`, which must be in the project's folder `root`; at most `most` bytes.

    Caches, credentials and what `.gitignore` names are left out, unless `include` names them.
    """
    walk = _Walk(os.path.realpath(root), folder, [posixpath.normpath(name) for name in include])
    walk.run(most)
    return walk.listing


class _TooMany(Exception):
    pass


class _Walk:
    def __init__(self, root: str, folder: str, include: Sequence[str]) -> None:
        self._root, self._shown, self._include = root, folder, include
        # what no file system takes is a folder that does not exist
        self._folder = os.path.realpath(os.path.join(root, folder.replace("\0", "\ufffd")))
        self.listing = Listing(self._folder)
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
        listing = self.listing
        listing.complete = True
        listing.files.sort(key=lambda file: file.name)
        if not listing.files and not listing.errors:
            self._add(f"the folder `{self._shown}` has no files to pack", "code-folder")
        if listing.size > most:
            message = (
                f"`{self._shown}` has {listing.size:,} bytes, more than the maximum of {most:,}; name a smaller "
                "folder, or set aws-jobs:maxCodeBytes"
            )
            self._add(message, "code-size")
        for name in self._include:
            if name not in listing.names and not any(
                each.startswith(f"{name}/") for each in listing.names
            ):
                message = f"the folder `{self._shown}` has no file `{name}`"
                self._add(message, "code-include", path="code.include")
        return None

    def _add(self, message: str, rule: str, level: str = "error", path: str = "code.dir") -> None:
        found = self.listing.mistakes
        if len(found) < SHOWN:
            found.append(Mistake(path, message, rule, level))

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
            self.listing.files.append(CodeFile(name, source, status.st_size))
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
