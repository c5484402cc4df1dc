"""What a run left in S3, in one line an object."""

from __future__ import annotations

import io
import tarfile
import zlib
from collections.abc import Iterator

from components.aws import Aws
from components.aws.objects import list_stored, read_object
from components.errors import JobError

LONGEST = 100  # characters of a line


def describe_objects(aws: Aws, uri: str) -> Iterator[str]:
    """Yield one line an object: an archive's members, or a text's first line. `uri` is an object or a folder."""
    for found in list_stored(aws, uri):
        content = b"".join(read_object(aws, found))
        yield f"s3://{found.bucket}/{found.key}: {_describe(found.key, content)}"


def _describe(key: str, content: bytes) -> str:
    if key.endswith(".tar.gz"):
        try:
            with tarfile.open(fileobj=io.BytesIO(content)) as archive:
                return f"{len(content)} bytes, with {', '.join(archive.getnames())}"
        except (tarfile.TarError, EOFError, zlib.error):
            raise JobError(f"{key} is not a tar.gz archive") from None
    lines = content.decode("utf-8", "replace").splitlines()
    first = lines[0] if lines else ""
    cut = first if len(first) <= LONGEST else first[: LONGEST - 3] + "..."
    return f"{len(lines)} line{'' if len(lines) == 1 else 's'}, the first: {cut}"
