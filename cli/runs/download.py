"""Objects of S3 as files of a folder: never outside of it, and going on where an earlier attempt ended.

A key may be anything. Each folder on the way is opened by the one before it, and no symbolic link is followed, so that
neither `..` nor a link that is there, or comes meanwhile, leads out of the folder that the person named.
"""

from __future__ import annotations

import contextlib
import errno
import hashlib
import os
import stat
from collections.abc import Callable, Iterator
from pathlib import Path

from cli.runs.artifacts import Artifact
from components.aws import Aws
from components.aws.objects import read_object
from components.errors import JobError, Rejected, Unanswered
from components.files import describe_failure

_PAUSES = (1, 2, 4, 8, 16)  # seconds before a connection that ended is made again
Advance = Callable[[int], None]


class Unsafe(JobError):
    """The object cannot be a file below the folder."""


def download(aws: Aws, artifact: Artifact, folder: Path, advance: Advance) -> bool:
    """Write an object to its place below the folder; return whether it was not there already.

    `advance` is told how many bytes are there, in pieces. What a failed attempt has is kept beside the file
    (`.part-...`) for the next one. Raises `Unsafe` for a name that would lead elsewhere, `Rejected` where the object
    has changed meanwhile, `Unanswered` where the connection ends again and again.
    """
    *parents, name = split_name(artifact.name)
    with _open_folder(folder, parents, artifact.name) as inside:
        stored, modified = artifact.stored, artifact.stored.modified / 1000
        if _is_there(inside, name, stored.size, modified):
            advance(stored.size)
            return False
        part = _choose_part(inside, artifact)
        file = _open_part(inside, part, artifact.name)
        try:
            _fill(aws, artifact, file, advance)
            os.utime(file, (modified, modified))
        finally:
            os.close(file)
        try:
            os.replace(part, name, src_dir_fd=inside, dst_dir_fd=inside)
        except IsADirectoryError:
            raise Unsafe(f"{artifact.name}: there is a folder of that name") from None
        return True


def split_name(name: str) -> list[str]:
    """Return the parts of a name below a folder. Raises `Unsafe` where it is no such name."""
    parts = name.split("/")
    if "\0" in name or any(part in ("", ".", "..") for part in parts):
        raise Unsafe(f"{name}: is not the name of a file below a folder; `aws s3 cp` can fetch it")
    return parts


@contextlib.contextmanager
def _open_folder(folder: Path, parents: list[str], name: str) -> Iterator[int]:
    """Open the folder of an object, made where it is not there; each step is relative to the last one."""
    inside = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        for parent in parents:
            below = _step_into(inside, parent, name)
            os.close(inside)
            inside = below
        yield inside
    finally:
        os.close(inside)


def _step_into(inside: int, parent: str, name: str) -> int:
    try:
        with contextlib.suppress(FileExistsError):
            os.mkdir(parent, dir_fd=inside)
        return os.open(parent, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW, dir_fd=inside)
    except OSError as error:
        if error.errno in (errno.ENOTDIR, errno.ELOOP):
            raise Unsafe(f"{name}: {parent} is a symbolic link or no folder") from None
        raise Unsafe(f"{name}: {describe_failure(error)}") from None


def _is_there(inside: int, name: str, size: int, modified: float) -> bool:
    """Whether the file is what an earlier download has written: of this size and time."""
    try:
        found = os.stat(name, dir_fd=inside, follow_symlinks=False)
    except FileNotFoundError:
        return False
    except OSError as error:
        raise Unsafe(f"{name}: {describe_failure(error)}") from None
    return stat.S_ISREG(found.st_mode) and (found.st_size, int(found.st_mtime)) == (
        size,
        int(modified),
    )


def _choose_part(inside: int, artifact: Artifact) -> str:
    """Return where the bytes go until all are there; what is left of another content of the object is removed."""
    key = hashlib.sha256(artifact.stored.key.encode()).hexdigest()[:12]
    part = f".part-{key}-{hashlib.sha256(artifact.stored.etag.encode()).hexdigest()[:12]}"
    for other in os.listdir(inside):
        if other.startswith(f".part-{key}-") and other != part:
            os.unlink(other, dir_fd=inside)
    return part


def _open_part(inside: int, part: str, name: str) -> int:
    try:
        return os.open(
            part, os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_NOFOLLOW, 0o666, dir_fd=inside
        )
    except OSError as error:
        raise Unsafe(f"{name}: {describe_failure(error)}") from None


def _fill(aws: Aws, artifact: Artifact, file: int, advance: Advance) -> None:
    """Append what is missing, from a new connection where one has ended."""
    size, have = artifact.stored.size, os.fstat(file).st_size
    if have > size:
        os.ftruncate(file, 0)
        have = 0
    advance(have)
    pauses = iter(_PAUSES)
    while have < size:
        before = have
        try:
            for chunk in read_object(aws, artifact.stored, have):
                os.write(file, chunk)
                have += len(chunk)
                advance(len(chunk))
        except Rejected as error:
            raise Rejected(f"{artifact.name} has changed or is gone; run it again") from error
        except Unanswered:
            pauses = iter(_PAUSES) if have > before else pauses
            pause = next(pauses, None)
            if pause is None:
                raise
            aws.sleep(pause)
