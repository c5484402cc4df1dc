"""S3 objects that a definition refers to: watched ones, and the archives of its code."""

from __future__ import annotations

import re

from ..errors import JobError, Rejected
from ..kinds import Call
from .client import Aws

_HEAD = Call("HeadObject", {"Bucket": "$bucket", "Key": "$key"})
_PUT = Call("PutObject", {"Bucket": "$bucket", "Key": "$key"})


def split(uri: str) -> tuple[str, str]:
    """Take `s3://bucket/key` apart. Raises `JobError` for anything else."""
    found = re.fullmatch(r"s3://([^/]+)/(.+)", uri)
    if not found:
        raise JobError(f"{uri} is no S3 object: write s3://bucket/key")
    return found[1], found[2]


def etag(aws: Aws, uri: str) -> str | None:
    """Return an object's ETag, or nothing where there is no such object."""
    bucket, key = split(uri)
    try:
        answer = aws.call("s3", _HEAD, {"bucket": bucket, "key": key})
    except Rejected as error:
        if re.search(r"(?i)not found|404|no such", str(error)):
            return None
        raise
    return str(answer["ETag"]).strip('"')


def put_once(aws: Aws, uri: str, content: bytes) -> None:
    """Write an object whose name says its content; one that is there already is left as it is."""
    if etag(aws, uri) is None:
        bucket, key = split(uri)
        aws.call("s3", _PUT, {"bucket": bucket, "key": key}, request={"Body": content})
