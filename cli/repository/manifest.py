"""Whose path is whose: the manifest `upstream.yaml`, and `upstream.lock`, which has upstream's files as they were.

The lock's lines are those of `sha256sum`, which can check them: `sha256sum -c upstream.lock`.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path

from cli.project.stack import read_yaml
from cli.repository.git import git, has_git
from components import yaml12
from components.errors import JobError
from components.files import replace_file

MANIFEST, LOCK = "upstream.yaml", "upstream.lock"
SECTIONS = ("upstream", "shared", "team", "left_out")
_JUNK = (".git", ".venv", ".local", "__pycache__", "*.pyc", "*.egg-info", ".*_cache", ".hypothesis")


@dataclass(frozen=True)
class Manifest:
    """The entries of each section: paths of files and folders, or patterns such as `requirements*.txt`."""

    entries: Mapping[str, Sequence[str]]

    def find_entry(self, path: str) -> tuple[str, str]:
        """Return the section and the entry that a path falls under. A path that no entry names is the team's."""
        found = ("team", "")
        for section, entries in self.entries.items():
            for entry in entries:
                if covers(entry, path) and len(entry) > len(found[1]):
                    found = (section, entry)
        return found

    def is_upstream(self, path: str) -> bool:
        """Tell whether a release brings this path."""
        return self.find_entry(path)[0] in ("upstream", "shared")


@dataclass(frozen=True)
class Lock:
    """What a repository had from upstream: the version, the address that it came from, and each file's SHA-256."""

    version: str
    source: str
    files: Mapping[str, str]


def covers(entry: str, path: str) -> bool:
    return path == entry or path.startswith(f"{entry}/") or fnmatchcase(path, entry)


def read_manifest(root: Path) -> Manifest:
    if not (root / MANIFEST).is_file():
        raise JobError(f"{root}: no {MANIFEST}, so this is no release of jobctl")
    document = read_yaml(root / MANIFEST, yaml12.load)
    wrong = sorted(set(document) - set(SECTIONS))
    if wrong or not all(isinstance(entries, list) for entries in document.values()):
        raise JobError(f"{MANIFEST}: expected lists under {', '.join(SECTIONS)}")
    return Manifest({section: [*map(str, entries)] for section, entries in document.items()})


def list_upstream(root: Path, manifest: Manifest) -> list[str]:
    """Return upstream's files in a release's folder, or those that a team's repository has from there."""
    if (root / LOCK).is_file():
        return [path for path in read_lock(root).files if (root / path).is_file()]
    if (root / ".git").exists() and has_git():
        paths: Iterator[str] = iter(git(root, "ls-files", "-z").split("\0"))
    else:
        paths = _walk(root)
    return sorted(path for path in paths if manifest.is_upstream(path) and (root / path).is_file())


def _walk(root: Path) -> Iterator[str]:
    for folder, folders, files in os.walk(root):
        folders[:] = [name for name in folders if not _is_junk(name)]
        for name in files:
            if not _is_junk(name):
                yield Path(folder, name).relative_to(root).as_posix()


def _is_junk(name: str) -> bool:
    return any(fnmatchcase(name, pattern) for pattern in _JUNK)


def _compute_digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest() if path.is_file() else ""


def compute_digests(root: Path, paths: Iterable[str]) -> dict[str, str]:
    """Return the SHA-256 of each file; nothing for one that is not there."""
    return {path: _compute_digest(root / path) for path in paths}


def read_lock(root: Path) -> Lock:
    try:
        text = (root / LOCK).read_text("utf-8")
    except FileNotFoundError:
        raise JobError(
            f"no {LOCK}, so it is not known what is upstream's here: run ./jobctl init . in a fresh copy"
        ) from None
    notes, files = {}, {}
    for line in text.splitlines():
        if line.startswith("# "):
            name, _, value = line[2:].partition(" ")
            notes[name] = value
        else:
            digest, _, path = line.partition("  ")
            files[path] = digest
    return Lock(notes.get("version", ""), notes.get("source", ""), files)


def write_lock(root: Path, lock: Lock) -> None:
    notes = [f"# version {lock.version}", f"# source {lock.source}"]
    lines = [f"{digest}  {path}" for path, digest in sorted(lock.files.items())]
    replace_file(root / LOCK, ["\n".join([*notes, *lines, ""]).encode()])
