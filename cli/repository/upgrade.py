"""What an upgrade changes, and where it comes from. Which files: pure, of three sets of digests."""

from __future__ import annotations

import re
import shutil
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from cli.repository.create import copy_files
from cli.repository.git import git
from cli.repository.manifest import (
    Lock,
    Manifest,
    compute_digest,
    covers,
    list_upstream,
    read_manifest,
    write_lock,
)
from cli.repository.version import read_version
from components.errors import JobError

_TAG = re.compile(r"v(\d+)\.(\d+)\.(\d+)")


@dataclass
class Changes:
    """Paths to `write` and to `remove`; upstream's that the team `changed`; shared ones that the team `kept`."""

    write: list[str] = field(default_factory=list)
    remove: list[str] = field(default_factory=list)
    changed: list[str] = field(default_factory=list)
    kept: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class Release:
    """A version of upstream in a folder."""

    folder: Path
    version: str
    manifest: Manifest
    files: Mapping[str, str]


def compare(
    release: Release, base: Mapping[str, str], have: Mapping[str, str], take: Sequence[str] = ()
) -> Changes:
    """Return what becomes of each path. `base`: upstream's digests as the lock has them; `have`: those of today.

    What is below `take` is upstream's, whatever the team made of it. What the team removed as a whole entry of the
    manifest stays away.
    """
    changes = Changes()
    entries = {path: release.manifest.find_entry(path) for path in {*release.files, *base}}
    present = {entries[path] for path in base if have.get(path)}
    gone = {entries[path] for path in base} - present
    for path in sorted(entries):
        section = entries[path][0]
        new, old, now = release.files.get(path, ""), base.get(path, ""), have.get(path, "")
        if now == new or entries[path] in gone:
            continue
        if now == old or any(covers(entry, path) for entry in take):
            (changes.write if new else changes.remove).append(path)
        elif section == "shared":
            if new != old:
                changes.kept.append(path)
        elif now or new:
            changes.changed.append(path)
    return changes


def compute_digests(root: Path, paths: Sequence[str]) -> dict[str, str]:
    """Return the SHA-256 of each file; nothing for one that is not there."""
    return {path: compute_digest(root / path) for path in paths}


def apply(root: Path, release: Release, changes: Changes, source: str) -> None:
    """Bring the release's files into the repository, and note them in the lock. Nothing of the team's is touched."""
    copy_files(release.folder, root, changes.write)
    for path in changes.remove:
        (root / path).unlink()
        _remove_empty(root, (root / path).parent)
    write_lock(root, Lock(release.version, source, release.files))


def _remove_empty(root: Path, folder: Path) -> None:
    while folder != root:
        # what Python compiled of files that are gone
        left = [path for path in folder.iterdir() if path.name != "__pycache__"]
        if left:
            return
        shutil.rmtree(folder)
        folder = folder.parent


@contextmanager
def open_release(wanted: str, source: str) -> Iterator[Release]:
    """Open a release: a folder, or a version's tag at the address `source`, by default the newest one."""
    if wanted and Path(wanted).is_dir():
        yield _read(Path(wanted).resolve())
        return
    if wanted and not _TAG.fullmatch(f"v{wanted.removeprefix('v')}"):
        raise JobError(f"`{wanted}` is neither a folder nor a version such as 1.2.0")
    if not source:
        raise JobError(
            "no address to upgrade from is known; name a folder with the release, or --from ADDRESS"
        )
    tag = f"v{wanted.removeprefix('v')}" if wanted else find_newest(list_tags(source))
    with tempfile.TemporaryDirectory(prefix="jobctl-upgrade-") as folder:
        clone = ["clone", "--quiet", "--depth", "1", "--branch", tag, "--", source, "release"]
        git(Path(folder), *clone)
        yield _read(Path(folder) / "release")


def _read(folder: Path) -> Release:
    manifest = read_manifest(folder)
    files = compute_digests(folder, list_upstream(folder, manifest))
    return Release(folder, read_version(folder), manifest, files)


def list_tags(source: str) -> list[str]:
    lines = git(Path.cwd(), "ls-remote", "--tags", "--refs", "--", source).splitlines()
    return [line.rpartition("refs/tags/")[2] for line in lines]


def find_newest(tags: Sequence[str]) -> str:
    """Return the tag of the highest version, `v1.10.0` after `v1.9.0`."""
    found = [(*map(int, match.groups()), tag) for tag in tags if (match := _TAG.fullmatch(tag))]
    if not found:
        raise JobError("there is no release (a tag such as v1.2.0); name a folder")
    return str(max(found)[-1])
