"""New job files in a project: their names, the schema that an editor checks them with, and writing them."""

from __future__ import annotations

import os
from pathlib import Path

from cli.display.text import relative
from components.errors import JobError
from components.jobfile.load import SUFFIXES


def find_schema(root: Path, folder: Path) -> str:
    """Return the path of the project's schema, as seen from a job file in the folder."""
    return Path(os.path.relpath(root / "schemas" / "job.schema.json", folder)).as_posix()


def write_new(path: Path, text: str) -> None:
    """Write a job file. Raises `JobError` where one of that name exists, or the suffix is not a job file's."""
    for suffix in SUFFIXES:
        if path.with_suffix(suffix).exists():
            raise JobError(f"{relative(path.with_suffix(suffix))} already exists")
    if path.suffix not in SUFFIXES:
        raise JobError(f"{relative(path)}: a job file ends in .yaml, .yml or .json")
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, "utf-8")
