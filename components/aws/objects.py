"""S3 objects that a definition refers to: watched ones, the archives of its code, and what a job reads."""

from __future__ import annotations

import re

from ..errors import JobError, Rejected
from ..kinds import Call
from .client import Aws

_HEAD = Call("HeadObject", {"Bucket": "$bucket", "Key": "$key"})
_LIST = Call("ListObjectsV2", {"Bucket": "$bucket", "Prefix": "$prefix"}, result="Contents")
_GET = Call("GetObject", {"Bucket": "$bucket", "Key": "$key"}, result="Body")
_PUT = Call("PutObject", {"Bucket": "$bucket", "Key": "$key"})


def split_uri(uri: str) -> tuple[str, str]:
    """Take `s3://bucket/key` apart. Raises `JobError` for anything else."""
    found = re.fullmatch(r"s3://([^/]+)/(.+)", uri)
    if not found:
        raise JobError(f"{uri} is not an S3 object: write s3://bucket/key")
    return found[1], found[2]


def read_etag(aws: Aws, uri: str) -> str | None:
    """Return an object's ETag, or nothing where there is no such object."""
    bucket, key = split_uri(uri)
    try:
        answer = aws.call("s3", _HEAD, {"bucket": bucket, "key": key})
    except Rejected as error:
        if re.search(r"(?i)not found|404|no such", str(error)):
            return None
        raise
    return str(answer["ETag"]).strip('"')


def list_keys(aws: Aws, bucket: str, prefix: str) -> list[str]:
    """Return the first few keys that begin with the prefix, without the empty objects that stand for folders.

    Raises `Rejected` where there is no such bucket. The key that is the prefix itself comes first.
    """
    found = aws.call("s3", _LIST, {"bucket": bucket, "prefix": prefix}, request={"MaxKeys": 10})
    return [item["Key"] for item in found or [] if not item["Key"].endswith("/")]


def read_beginning(aws: Aws, bucket: str, key: str, size: int = 65_536) -> str:
    """Return the whole lines among an object's first bytes; a last line without its end counts in a short object."""
    some = {"Range": f"bytes=0-{size - 1}"}
    try:
        data: bytes = aws.call("s3", _GET, {"bucket": bucket, "key": key}, request=some).read()
    except Rejected as error:
        if "range" in str(error):
            return ""  # an empty object has no first byte
        raise
    if len(data) == size:
        data = data[: data.rfind(b"\n") + 1]
    return data.decode("utf-8", "replace")


def put_once(aws: Aws, uri: str, content: bytes) -> None:
    """Write an object whose name says its content; one that is there already is left as it is."""
    if read_etag(aws, uri) is None:
        bucket, key = split_uri(uri)
        aws.call("s3", _PUT, {"bucket": bucket, "key": key}, request={"Body": content})
