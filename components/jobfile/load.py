"""Find and read job files. A bad file is a value, not an exception, so that one run reports everything."""

from __future__ import annotations

import os
import stat
from codecs import BOM_UTF8, BOM_UTF16_BE, BOM_UTF16_LE
from collections.abc import Iterator, Sequence
from pathlib import Path, PurePath
from typing import Any

from .. import yaml12
from ..errors import Problem
from . import json_text
from .model import JobFile
from .pasted import recognize_call
from .places import Places

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
    base = os.path.abspath(root)
    for given in paths:
        path = os.path.abspath(given)
        if not os.path.lexists(path):
            message = "no such file or folder"
            problems.append(_whole(_shorten(path, base), message, "file-missing"))
            continue
        folder = path if os.path.isdir(path) else os.path.dirname(path)
        for found in _list_job_files(path):
            if found in seen:
                continue
            seen.add(found)
            read = _read(found, folder, base)
            if isinstance(read, JobFile):
                files.append(read)
            else:
                problems.append(read)
    packed = _find_packed(files)
    return (
        [file for file in files if not _is_within(file.folder, packed)],
        sorted(p for p in problems if not _is_within(os.path.dirname(p.file), packed)),
    )


def read_text(data: bytes, name: str) -> JobFile | Problem:
    """Read one document that did not come from a file; JSON is recognised by its first character."""
    is_json = data.removeprefix(BOM_UTF8).lstrip()[:1] in (b"{", b"[")
    return _make(data, name, "", "stdin", is_json)


def _list_job_files(path: str) -> Iterator[str]:
    if not os.path.isdir(path):
        yield path
        return
    for folder, folders, names in os.walk(path):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        for name in folders:
            # os.walk does not follow it; jobs that are silently left out would be jobs to delete
            if os.path.islink(os.path.join(folder, name)):
                yield os.path.join(folder, name)
        for name in sorted(names):
            if name.endswith(SUFFIXES) and not name.startswith("."):
                yield os.path.join(folder, name)


def _read(path: str, folder: str, root: str) -> JobFile | Problem:
    shown = _shorten(path, root)
    stem, suffix = os.path.splitext(os.path.basename(path))
    try:
        status = os.lstat(path)
        if stat.S_ISLNK(status.st_mode):
            if not _is_below(os.path.realpath(path), os.path.realpath(folder)):
                message = (
                    "a symbolic link that points outside its folder; copy the file here instead"
                )
                return _whole(shown, message, "file-link")
            if os.path.isdir(path):
                message = "a symbolic link to a folder; only links to files are followed"
                return _whole(shown, message, "file-link")
            status = os.stat(path)
        if suffix not in SUFFIXES:
            message = "not a job file; its name must end in .json, .yaml or .yml"
            return _whole(shown, message, "file-name")
        if not stat.S_ISREG(status.st_mode):
            return _whole(shown, "not a file", "file-unreadable")
        if status.st_size > MAX_BYTES:
            size = max(status.st_size // 1_000_000, 1)
            message = (
                f"{size} MB; a job file may have at most 1 MB; AWS accepts requests of up to 30 KiB"
            )
            return _whole(shown, message, "file-size")
        with open(path, "rb") as file:
            data = file.read()
    except OSError as error:
        return _whole(shown, f"cannot be read: {error.strerror}", "file-unreadable")
    return _make(data, shown, os.path.dirname(shown), stem, suffix == ".json")


def parse(data: bytes, name: str, is_json: bool) -> tuple[str, Any] | Problem:
    """Return the text of a JSON or YAML file, and the document in it."""
    if data.startswith((BOM_UTF16_LE, BOM_UTF16_BE)):
        return _whole(name, "encoded as UTF-16; save it as UTF-8", "file-encoding")
    try:
        text = data.decode("utf-8-sig")
        return text, json_text.load(text) if is_json else yaml12.load(text)
    except UnicodeDecodeError as error:
        before = data[: error.start]
        line = before.count(b"\n") + 1
        column = len(before[before.rfind(b"\n") + 1 :].decode("utf-8", "replace")) + 1
        byte = f"0x{data[error.start]:02x}"
        return Problem(name, line, column, "", f"byte {byte} is not valid UTF-8", "file-encoding")
    except yaml12.Unreadable as error:
        rule = "file-json" if is_json else "file-yaml"
        return Problem(name, error.line, error.column, "", error.message, rule)


def _make(data: bytes, name: str, folder: str, stem: str, is_json: bool) -> JobFile | Problem:
    if not data.removeprefix(BOM_UTF8).strip():
        return _whole(name, "empty file; a job needs at least `kind` and `request`", "file-empty")
    parsed = parse(data, name, is_json)
    if isinstance(parsed, Problem):
        return parsed
    text, document = parsed
    if document is None:
        message = "only comments; a job needs at least `kind` and `request`"
        return _whole(name, message, "file-empty")
    if not isinstance(document, dict):
        kind = "a list" if isinstance(document, list) else "a single value"
        message = f"expected a mapping with `kind`, `request` ..., got {kind}"
        return Problem(name, 1, 1, "", message, "file-shape")
    if said := recognize_call(document):
        return Problem(name, *Places(text, is_json).of(()), "", said, "file-call")
    return JobFile(name, stem, folder, text, is_json, document)


def _find_packed(files: Sequence[JobFile]) -> frozenset[str]:
    """The folders that jobs pack as code, unless the job file itself lies in them."""
    folders = set()
    for file in files:
        code = file.document.get("code")
        named = code.get("dir") if isinstance(code, dict) else None
        if isinstance(named, str):
            folder = os.path.normpath(os.path.join(file.folder, named))
            if not _is_within(file.folder, frozenset((folder,))):
                folders.add(folder)
    return frozenset(folders)


def _is_within(folder: str, folders: frozenset[str]) -> bool:
    path = PurePath(folder)
    return any(str(each) in folders for each in (path, *path.parents)) if folders else False


def _is_below(path: str, folder: str) -> bool:
    return os.path.join(path, "").startswith(os.path.join(folder, ""))


def _shorten(path: str, root: str) -> str:
    return path[len(root) :].lstrip(os.sep) if _is_below(path, root) else path


def _whole(name: str, message: str, rule: str) -> Problem:
    return Problem(name, 0, 0, "", message, rule)
