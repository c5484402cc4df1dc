"""Find and read job files. A bad file is a value, not an exception, so that one run reports everything."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from pathlib import Path

from ..errors import Problem
from . import json_text, yaml12
from .model import JobFile

SUFFIXES = (".json", ".yaml", ".yml")
MAX_BYTES = 1_000_000  # AWS takes requests of 30 KiB


def load(paths: Sequence[Path], root: Path) -> tuple[list[JobFile], list[Problem]]:
    """Read the files, and the job files in the folders and the folders below them.

    Problems name files relative to `root`. Hidden files, and folders that a job packs as its `code`, are not job
    files.
    """
    files: list[JobFile] = []
    problems: list[Problem] = []
    seen: set[str] = set()
    root = Path(os.path.abspath(root))
    for given in paths:
        path = Path(os.path.abspath(given))
        if not path.exists() and not path.is_symlink():
            problems.append(
                _whole(_shown(path, root), "there is no such file or folder", "file.missing")
            )
            continue
        folder = path if path.is_dir() else path.parent
        for found in _job_files(path):
            key = str(found)
            if key in seen:
                continue
            seen.add(key)
            read = _read(found, folder, root)
            if isinstance(read, JobFile):
                files.append(read)
            else:
                problems.append(read)
    packed = _packed(files)
    return (
        [file for file in files if not _within(file.folder, packed)],
        sorted(p for p in problems if not _within(os.path.dirname(p.file), packed)),
    )


def read_text(data: bytes, name: str) -> JobFile | Problem:
    """Read one document that did not come from a file; JSON is recognised by its first character."""
    text = _decoded(data, name)
    if isinstance(text, Problem):
        return text
    return _document(text, name, "", "stdin", text.lstrip()[:1] in ("{", "["))


def _job_files(path: Path) -> Iterator[Path]:
    if not path.is_dir():
        yield path
        return
    for folder, folders, names in os.walk(path):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        for name in folders:
            if os.path.islink(os.path.join(folder, name)):
                yield Path(folder, name)
        for name in sorted(names):
            if name.endswith(SUFFIXES) and not name.startswith("."):
                yield Path(folder, name)


def _read(path: Path, folder: Path, root: Path) -> JobFile | Problem:
    shown = _shown(path, root)
    if path.is_symlink():
        target = Path(os.path.realpath(path))
        if not target.is_relative_to(os.path.realpath(folder)):
            return _whole(shown, "a link out of its folder; put the file itself here", "file.link")
        if target.is_dir():
            return _whole(
                shown, "a link to a folder; only links to files are followed", "file.link"
            )
    if path.suffix not in SUFFIXES:
        return _whole(
            shown, "not a job file; its name must end in .json, .yaml or .yml", "file.name"
        )
    try:
        if path.exists() and not path.is_file():
            return _whole(shown, "not a file", "file.unreadable")
        if path.stat().st_size > MAX_BYTES:
            size = path.stat().st_size // 1_000_000
            return _whole(
                shown,
                f"{max(size, 1)} MB; a job file has at most 1 MB, AWS takes requests of 30 KiB",
                "file.size",
            )
        data = path.read_bytes()
    except OSError as error:
        return _whole(shown, f"cannot be read: {error.strerror}", "file.unreadable")
    text = _decoded(data, shown)
    if isinstance(text, Problem):
        return text
    return _document(text, shown, os.path.dirname(shown), path.stem, path.suffix == ".json")


def _decoded(data: bytes, name: str) -> str | Problem:
    if data[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return _whole(name, "this is UTF-16; save it as UTF-8", "file.encoding")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        before = data[: error.start]
        line = before.count(b"\n") + 1
        column = len(before[before.rfind(b"\n") + 1 :].decode("utf-8", "replace")) + 1
        byte = f"0x{data[error.start]:02x}"
        return Problem(name, line, column, "", f"the byte {byte} is not UTF-8", "file.encoding")


def _document(text: str, name: str, folder: str, stem: str, is_json: bool) -> JobFile | Problem:
    if not text.strip():
        return _whole(name, "an empty file; a job has at least `kind` and `request`", "file.empty")
    try:
        document = json_text.load(text) if is_json else yaml12.load(text)
    except yaml12.Unreadable as error:
        rule = "file.json" if is_json else "file.yaml"
        return Problem(name, error.line, error.column, "", error.message, rule)
    if document is None:
        return _whole(
            name, "nothing but comments; a job has at least `kind` and `request`", "file.empty"
        )
    if not isinstance(document, dict):
        kind = "a list" if isinstance(document, list) else "a single value"
        return Problem(
            name,
            1,
            1,
            "",
            f"{kind}; a job file is a mapping of `kind`, `request` ...",
            "file.shape",
        )
    return JobFile(name, stem, folder, text, is_json, document)


def _packed(files: Sequence[JobFile]) -> frozenset[str]:
    """The folders that jobs pack as code, unless the job file itself lies in them."""
    folders = set()
    for file in files:
        code = file.document.get("code")
        named = code.get("dir") if isinstance(code, dict) else None
        if isinstance(named, str):
            folder = os.path.normpath(os.path.join(file.folder, named))
            if not _within(file.folder, frozenset((folder,))):
                folders.add(folder)
    return frozenset(folders)


def _within(folder: str, folders: frozenset[str]) -> bool:
    if not folders:
        return False
    while True:
        if (folder or ".") in folders:
            return True
        above = os.path.dirname(folder)
        if above == folder:
            return False
        folder = above


def _shown(path: Path, root: Path) -> str:
    return path.relative_to(root).as_posix() if path.is_relative_to(root) else str(path)


def _whole(name: str, message: str, rule: str) -> Problem:
    return Problem(name, 0, 0, "", message, rule)
