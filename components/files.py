"""Write files whole, and say in a sentence why one could not be."""

from __future__ import annotations

import os
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path


def replace_file(path: Path, parts: Iterable[bytes], mode: int | None = None) -> None:
    """Replace a file's content, whole or not at all; its folder is made where there is none.

    A write that fails, on a full disk for instance, leaves the file as it was and nothing beside it. Raises `OSError`.
    """
    draft = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    path.parent.mkdir(parents=True, exist_ok=True)
    try:
        with draft.open("wb") as file:
            file.writelines(parts)
        if mode is not None:
            draft.chmod(mode)
        draft.replace(path)
    except BaseException as error:
        with suppress(OSError):
            draft.unlink(missing_ok=True)
        if isinstance(error, OSError):
            error.filename, error.filename2 = str(path), None
        raise


def describe_failure(error: OSError) -> str:
    """Return what could not be done to which file: `/state/dev.json: No space left on device`."""
    reason = error.strerror or str(error)
    return f"{os.fsdecode(error.filename)}: {reason}" if error.filename else reason
