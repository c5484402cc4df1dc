"""What a run has left in S3, and for how many records of its input there is a result."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cli.editing.job_text import keep_request_fields
from cli.runs.reasons import read_request
from components.aws import Aws, Run
from components.aws.objects import StoredObject, list_stored, read_object
from components.errors import Rejected
from components.kinds import Kind
from components.lifecycle.outputs import make_outputs
from components.run.data import list_uris
from components.wire import pick

COUNTED = 100_000_000  # bytes of input and results that are read only to count records
_MANIFESTS = ("ManifestFile", "AugmentedManifestFile")


@dataclass(frozen=True)
class Artifact:
    """An object, and its name below the run's folder."""

    name: str
    stored: StoredObject


@dataclass(frozen=True)
class RunArtifacts:
    """The objects of a run below its folder; `older` are those that were there before it."""

    folder: str
    found: Sequence[Artifact]
    older: int = 0

    @property
    def size(self) -> int:
        """The bytes of all."""
        return sum(each.stored.size for each in self.found)


@dataclass(frozen=True)
class Records:
    """How many records a run has read, and how many have a result or an error; `read` is `None` where nobody knows."""

    read: int | None
    done: int
    failed: int


def list_artifacts(aws: Aws, kind: Kind, run: Run) -> RunArtifacts:
    """Return what the run has left; in a folder that it shares, what was written since it was made.

    S3 tells whole seconds.
    """
    folder = find_folder(kind, run)
    if not folder:
        return RunArtifacts("", ())
    prefix = folder.removeprefix("s3://").partition("/")[2]
    try:
        every = list(list_stored(aws, folder))
    except Rejected as error:
        if "does not exist" in str(error):
            return RunArtifacts(folder, ())  # the bucket that the run was to write to
        raise
    since = run.created // 1000 * 1000
    own = [each for each in every if kind.artifacts.own or each.modified >= since]
    found = [Artifact(each.key.removeprefix(prefix), each) for each in own]
    return RunArtifacts(folder, found, len(every) - len(own))


def find_folder(kind: Kind, run: Run) -> str:
    """Return the URI of the run's folder, `s3://bucket/prefix/`; '' where it is not known yet."""
    request = keep_request_fields(read_request(kind, run), f"requests/{kind.name}", ())
    outputs = make_outputs(kind, {"request": request}, run)
    return str(outputs.get(kind.artifacts.folder) or "")


def list_inputs(aws: Aws, kind: Kind, request: Mapping[str, Any]) -> list[StoredObject] | None:
    """Return the objects that the run has read; `None` where a manifest names them."""
    found: dict[str, StoredObject] = {}
    fields = kind.request.inputs
    for path, uri in list_uris(request, fields):
        beside = fields[".".join(part for part in path if isinstance(part, str))]
        if pick(request, ".".join(map(str, (*path[:-1], beside)))) in _MANIFESTS:
            return None
        below = list(list_stored(aws, uri))
        exact = [each for each in below if f"s3://{each.bucket}/{each.key}" == uri]
        found.update({f"{each.bucket}/{each.key}": each for each in exact or below})
    return list(found.values())


def count_records(
    aws: Aws,
    kind: Kind,
    inputs: Sequence[StoredObject] | None,
    artifacts: RunArtifacts,
    folder: Path | None = None,
) -> Records:
    """Read input and results, and count their records: lines that are not blank.

    Results that were downloaded are read from `folder`.
    """
    read = None
    if inputs is not None:
        read = sum(1 for each in inputs for _ in split_lines(read_object(aws, each)))
    done = failed = 0
    for artifact in artifacts.found:
        for line in split_lines(_read_artifact(aws, artifact, folder)):
            bad = has_error(line, kind.artifacts.error)
            done, failed = done + (not bad), failed + bad
    return Records(read, done, failed)


def _read_artifact(aws: Aws, artifact: Artifact, folder: Path | None) -> Iterator[bytes]:
    if folder and (folder / artifact.name).is_file():
        with (folder / artifact.name).open("rb") as file:
            yield from file
    else:
        yield from read_object(aws, artifact.stored)


def has_error(line: bytes, field: str) -> bool:
    """Whether a result is none, by the field that says why."""
    if not field:
        return False
    try:
        result = json.loads(line)
    except ValueError:
        return False
    return bool(result.get(field)) if isinstance(result, dict) else False


def split_lines(chunks: Iterable[bytes]) -> Iterator[bytes]:
    """Yield the lines of a text that comes in pieces (a file's are its lines), without blank ones."""
    rest = b""
    for chunk in chunks:
        *lines, rest = (rest + chunk).split(b"\n")
        yield from (line for line in lines if line.strip())
    if rest.strip():
        yield rest
