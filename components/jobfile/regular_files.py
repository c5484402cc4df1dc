"""Read a regular file below a folder without following a link, whatever is put in its place meanwhile."""

from __future__ import annotations

import os
import stat
from collections.abc import Callable

from ..errors import JobError


def suggest_start(file: str, path: str, is_there: Callable[[str], object]) -> str:
    """Return what is meant by a path from the project's folder, where those of a job file begin at the file's.

    `path` is the one that was found so; nothing where another mistake was made.
    """
    folder = os.path.dirname(file) or "."
    written = os.path.relpath(path, folder)
    if folder == "." or written.startswith("..") or not is_there(written):
        return ""
    return f"; paths begin at the job file: did you mean `{os.path.relpath(written, folder)}`?"


def read_regular(folder: str, name: str, most: int) -> tuple[bytes, bool]:
    """Return at most `most` bytes and one more of the file, and whether its owner may execute it.

    `name` is relative to `folder`, with slashes. Every folder on the way and the file itself are opened without
    following a link (`O_NOFOLLOW` is for the last part of a path only, open(2)), and what is read is what `fstat` has
    looked at. Raises `JobError` for anything else than a regular file.
    """
    *folders, last = name.split("/")
    here = -1
    try:
        here = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
        for part in folders:
            above = here
            here = os.open(part, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW, dir_fd=above)
            os.close(above)
        # without O_NONBLOCK, opening a FIFO waits for a writer
        flags = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK
        with open(os.open(last, flags, dir_fd=here), "rb") as file:
            status = os.fstat(file.fileno())
            if not stat.S_ISREG(status.st_mode):
                raise JobError(f"`{name}` is not a regular file")
            return file.read(most + 1), bool(status.st_mode & 0o100)
    except OSError as error:
        raise JobError(f"`{name}` cannot be read: {error.strerror}") from error
    finally:
        if here >= 0:
            os.close(here)
