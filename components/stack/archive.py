"""Pack a code folder into the same bytes every time: what differs is another run, what does not is none.

SageMaker's script mode takes a gzipped tar with the entry point at its root.
https://docs.aws.amazon.com/sagemaker/latest/dg/docker-containers-create.html
"""

from __future__ import annotations

import gzip
import hashlib
import io
import tarfile
from dataclasses import dataclass
from pathlib import Path

from ..errors import JobError

IGNORED = ("__pycache__", ".git", ".DS_Store", ".ipynb_checkpoints", ".pytest_cache", ".venv")
SHOWN = 12  # hexadecimal characters of a file's hash in the preview


@dataclass(frozen=True)
class Archive:
    """A packed folder: its bytes, their SHA-256, and each file's hash for the preview."""

    content: bytes
    sha256: str
    files: dict[str, str]


def pack_folder(folder: Path) -> Archive:
    """Pack a folder's files, by name, without times, owners or caches. Raises `JobError` if there are none."""
    if not folder.is_dir():
        raise JobError("there is no such folder")
    names = sorted(
        path.relative_to(folder).as_posix()
        for path in folder.rglob("*")
        if path.is_file() and not any(part in IGNORED for part in path.relative_to(folder).parts)
    )
    if not names:
        raise JobError("the folder has no files")
    files: dict[str, str] = {}
    # of the files, not of the compressed bytes: another zlib must not make another run
    digest = hashlib.sha256()
    buffer = io.BytesIO()
    # mtime 0: gzip would otherwise write the time of packing
    with (
        gzip.GzipFile(fileobj=buffer, mode="wb", mtime=0, filename="") as stream,
        tarfile.open(fileobj=stream, mode="w", format=tarfile.PAX_FORMAT) as archive,
    ):
        for name in names:
            path = folder / name
            content = path.read_bytes()
            executable = bool(path.stat().st_mode & 0o100)
            entry = tarfile.TarInfo(name)
            entry.size = len(content)
            entry.mode = 0o755 if executable else 0o644
            archive.addfile(entry, io.BytesIO(content))
            sha256 = hashlib.sha256(content).hexdigest()
            files[name] = sha256[:SHOWN]
            digest.update(f"{name}\0{'x' if executable else '-'}\0{sha256}\n".encode())
    return Archive(buffer.getvalue(), digest.hexdigest(), files)
