"""What a run left in S3, in one line an object."""

from __future__ import annotations

import io
import tarfile
import zlib
from collections.abc import Iterator

from components.aws import Aws
from components.errors import JobError
from components.kinds import Call

_GET = Call("GetObject", {"Bucket": "$bucket", "Key": "$key"}, result="Body")
_LIST = Call(
    "ListObjectsV2", {"Bucket": "$bucket", "Prefix": "$prefix"}, result="Contents", next_token=""
)
LONGEST = 100  # characters of a line


def describe_objects(aws: Aws, uri: str) -> Iterator[str]:
    """Yield one line an object: an archive's members, or a text's first line. `uri` is an object or a folder."""
    bucket, _, key = uri.removeprefix("s3://").partition("/")
    keys = [str(item["Key"]) for item in aws.pages("s3", _LIST, {"bucket": bucket, "prefix": key})]
    for found in keys:
        content = aws.call("s3", _GET, {"bucket": bucket, "key": found}).read()
        yield f"s3://{bucket}/{found}: {_describe(found, content)}"


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
