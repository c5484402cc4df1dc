"""Pack a code folder into the same bytes every time: what differs is another run, what does not is none.

SageMaker's script mode takes a gzipped tar with the entry point at its root.
https://docs.aws.amazon.com/sagemaker/latest/dg/docker-containers-create.html
"""

from __future__ import annotations

import gzip
import hashlib
import io
import tarfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from ..errors import JobError
from ..jobfile.code_files import CodeFolder, list_files
from ..jobfile.regular_files import read_regular

SHOWN = 12  # hexadecimal characters of a file's hash in the preview
RECORDED = 50  # entries of the record of a folder's files: each job's state has it


@dataclass(frozen=True)
class Archive:
    """A packed folder: its bytes; SHA-256, number and bytes of its files; their record for the preview."""

    content: bytes
    sha256: str
    count: int
    size: int
    files: dict[str, str]


def pack_folder(root: Path, folder: str, include: Sequence[str], most: int) -> Archive:
    """Pack a folder's files; `root` is the project's folder. Raises `JobError` where one cannot be packed."""
    listed = list_files(root, folder, include, most)
    for problem in listed.problems:
        if problem.level == "error":
            raise JobError(problem.message)
    return pack_files(listed, most)


def pack_files(listed: CodeFolder, most: int) -> Archive:
    """Pack the listed files, by name, without times or owners.

    Raises `JobError` where they are more than `most` bytes, or a file is not what it was when it was listed.
    """
    files: dict[str, str] = {}
    size = 0
    # of the files, not of the compressed bytes: another zlib must not make another run
    digest = hashlib.sha256()
    buffer = io.BytesIO()
    # mtime 0: gzip would otherwise write the time of packing
    with (
        gzip.GzipFile(fileobj=buffer, mode="wb", mtime=0, filename="") as stream,
        tarfile.open(fileobj=stream, mode="w", format=tarfile.PAX_FORMAT) as archive,
    ):
        for file in listed.files:
            name = file.name
            # what is read is what was looked at: a link that has come in between is not followed
            content, executable = read_regular(listed.folder, file.source, most - size)
            size += len(content)
            if size > most:
                raise JobError(f"the folder has more than {most:,} bytes")
            entry = tarfile.TarInfo(name)
            entry.size = len(content)
            entry.mode = 0o755 if executable else 0o644
            archive.addfile(entry, io.BytesIO(content))
            sha256 = hashlib.sha256(content).hexdigest()
            files[name] = sha256[:SHOWN]
            digest.update(f"{name}\0{'x' if executable else '-'}\0{sha256}\n".encode())
    return Archive(
        buffer.getvalue(), digest.hexdigest(), len(files), size, shorten_record(files, RECORDED)
    )


def shorten_record(files: Mapping[str, str], most: int) -> dict[str, str]:
    """Return the files' hashes, of more than `most` those of the deepest folders (`data/`), or none."""
    depth = _find_depth(files)
    found = dict(files)
    while len(found) > most and depth:
        found = collapse_folders(found, depth)
        depth -= 1
    return found if len(found) <= most else {}


def collapse_folders(files: Mapping[str, str], depth: int) -> dict[str, str]:
    """Return a record in which one entry (`a/b/` at the depth 2) stands for all that is in a folder of that depth.

    The deepest folders come first, so that a record which has folders already gives the same as that of all files.
    """
    found = dict(files)
    for level in range(_find_depth(found), depth - 1, -1):
        inner: dict[str, list[str]] = {}
        for name in list(found):
            parts = name.rstrip("/").split("/")
            if len(parts) > level:
                folder = "/".join(parts[:level]) + "/"
                inner.setdefault(folder, []).append(f"{name}\0{found.pop(name)}\n")
        for folder, lines in inner.items():
            found[folder] = hashlib.sha256("".join(sorted(lines)).encode()).hexdigest()[:SHOWN]
    return dict(sorted(found.items()))


def _find_depth(files: Mapping[str, str]) -> int:
    return max((name.rstrip("/").count("/") for name in files), default=0)
