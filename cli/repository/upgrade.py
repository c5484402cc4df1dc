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
    LOCK,
    Lock,
    Manifest,
    compute_digests,
    covers,
    list_upstream,
    read_manifest,
    write_lock,
)
from cli.repository.source import find_source, find_version, without_credentials
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


def apply(root: Path, release: Release, changes: Changes, source: str) -> None:
    """Bring the release's files into the repository, and note them in the lock. Nothing of the team's is touched.

    `source` is the address of further releases; where it is not known, that of the release's folder is taken.
    """
    copy_files(release.folder, root, changes.write)
    for path in changes.remove:
        (root / path).unlink()
        _remove_empty(root, (root / path).parent)
    address = without_credentials(source) or find_source(release.folder)
    write_lock(root, Lock(release.version, address, release.files))


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
    """Open a release: a folder, or a version's tag, a branch or a commit at the address `source`.

    By default it is the tag of the newest version.
    """
    if wanted and Path(wanted).is_dir():
        yield _read(Path(wanted).resolve())
        return
    if not source:
        raise JobError(
            f"{LOCK} has no address to upgrade from: this repository was made from a folder. "
            "Use ./jobctl upgrade --from ADDRESS, which is remembered, or ./jobctl upgrade FOLDER"
        )
    tag = f"v{wanted.removeprefix('v')}" if wanted else find_newest(list_tags(source))
    if not tag:
        raise JobError(
            f"{without_credentials(source)} has no release, which is a tag such as v1.2.0: name a branch "
            "(./jobctl upgrade main), a whole commit, or a folder"
        )
    with tempfile.TemporaryDirectory(prefix="jobctl-upgrade-") as folder:
        root = Path(folder)
        git(root, "init", "--quiet")
        is_version = _TAG.fullmatch(tag) is not None
        fetched = f"refs/tags/{tag}:refs/tags/{tag}" if is_version else wanted
        try:
            git(root, "fetch", "--quiet", "--depth", "1", "--", source, fetched)
        except JobError as error:
            raise JobError(
                f"`{wanted}` is neither a folder nor a version, branch or whole commit of "
                f"{without_credentials(source)}: {error}"
            ) from None
        git(root, "checkout", "--quiet", tag if is_version else "FETCH_HEAD")
        yield _read(root)


def _read(folder: Path) -> Release:
    manifest = read_manifest(folder)
    files = compute_digests(folder, list_upstream(folder, manifest))
    return Release(folder, find_version(folder), manifest, files)


def list_tags(source: str) -> list[str]:
    lines = git(Path.cwd(), "ls-remote", "--tags", "--refs", "--", source).splitlines()
    return [line.rpartition("refs/tags/")[2] for line in lines]


def find_newest(tags: Sequence[str]) -> str:
    """Return the tag of the highest version, `v1.10.0` after `v1.9.0`, or nothing where none is one."""
    found = [(*map(int, match.groups()), tag) for tag in tags if (match := _TAG.fullmatch(tag))]
    return str(max(found)[-1]) if found else ""
