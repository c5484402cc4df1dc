"""What a job's resource is declared with: its request, what is watched, its packed code.

AWS is asked for the watched objects' ETags only.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from ..aws import Aws
from ..aws.objects import read_etag as find_etag
from ..errors import JobError, Problems
from ..jobfile import Job, Pending
from ..jobfile.watched_files import hash_files, is_file
from ..kinds import KINDS
from ..wire import map_leaves, walk_leaves
from .jobs import StackJobs

if TYPE_CHECKING:
    from .archive import Archive


class InputBuilder:
    """Builds the inputs of a stack's jobs; a folder is packed and an object looked up once."""

    def __init__(self, stack: StackJobs, aws: Callable[[], Aws]) -> None:
        self._settings, self._archives, self._aws = stack.settings, stack.archives, aws
        self._packed: dict[tuple[str, ...], Archive] = {}
        self._etags: dict[str, str] = {}

    def build(self, job: Job) -> dict[str, Any]:
        """Return the inputs of the job's resource. Raises `Problems` where its code or a watched object is missing."""
        identity = self._settings.identity
        optional = {
            "formerly": [identity(alias) for alias in job.aliases],
            "generation": job.generation,
            "period": job.period,
            "adopt": job.adopt,
            "secretPaths": list(job.secret_paths),
            "watched": self._find_watched(job),
            "code": self._pack_code(job, job.code) if job.code else None,
        }
        inputs = {
            "name": job.name,
            "identity": identity(job.name),
            "region": self._settings.region,
            "request": _as_written(job.request),
            "onReplace": job.on_replace,
            "onDelete": job.on_delete,
            **{key: value for key, value in optional.items() if value not in (None, [], {})},
        }
        if "code" in inputs:
            inputs["request"] = _add_code(job, inputs["request"], inputs["code"])
        return inputs

    def _find_watched(self, job: Job) -> dict[str, str]:
        """Return what tells the content of what is watched: an object's ETag, a file's hash."""
        found: dict[str, str] = {}
        for watched in map(str, job.watch):
            if not is_file(watched):
                found[watched] = self._find_etag(job, watched)
                continue
            try:
                settings = self._settings
                found |= hash_files(settings.root, watched, settings.max_code_bytes)
            except JobError as error:
                raise _problem(job, "watch", str(error)) from error
        return found

    def _find_etag(self, job: Job, uri: str) -> str:
        if uri not in self._etags:
            try:
                found = find_etag(self._aws(), uri)
            except JobError as error:
                raise _problem(job, "watch", str(error)) from error
            if found is None:
                raise _problem(job, "watch", f"there is no object {uri}")
            self._etags[uri] = found
        return self._etags[uri]

    def _pack_code(self, job: Job, code: Mapping[str, Any]) -> dict[str, Any]:
        folder, artifacts = str(code["dir"]), self._settings.artifacts
        key = (folder, *job.include)
        if key not in self._packed:
            from .archive import pack_folder  # few stacks have code

            settings = self._settings
            try:
                self._packed[key] = pack_folder(
                    settings.root, folder, job.include, settings.max_code_bytes
                )
            except JobError as error:
                raise _problem(job, "code.dir", str(error)) from error
        archive = self._packed[key]
        uri = f"{artifacts}/{archive.sha256}.tar.gz"
        self._archives[uri] = archive
        return {
            **code,
            "uri": uri,
            "sha256": archive.sha256,
            "count": archive.count,
            "bytes": archive.size,
            "files": archive.files,
        }


def _as_written(value: Any) -> Any:
    """Write what is not known yet as the file has it: a placeholder's request, never a submitted one."""
    return map_leaves(value, lambda at, leaf: str(leaf) if isinstance(leaf, Pending) else leaf)


def _add_code(job: Job, request: dict[str, Any], code: Mapping[str, Any]) -> dict[str, Any]:
    """Say in the payload where the code is, unless the file does so itself."""
    payload = KINDS[job.kind].payload
    assert payload is not None  # the rules refuse `code` of any other kind
    body = request.get(payload.field)
    if not isinstance(body, dict) or any(code["uri"] == leaf for _, leaf in walk_leaves(body)):
        return request
    body = dict(body)
    for path, key in payload.code.items():
        parent, name = path.split(".")
        if code.get(key):
            body[parent] = {name: code[key], **(body.get(parent) or {})}
    return {**request, payload.field: body}


def _problem(job: Job, path: str, message: str) -> Problems:
    return Problems([job.problem(path, message, "outside")])
