"""S3 objects: watched ones, the archives of a job's code, what it reads and what its runs leave."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Any

from ..errors import JobError, Rejected, Unanswered
from ..kinds import Call
from .client import Aws
from .runs import to_milliseconds

_HEAD = Call("HeadObject", {"Bucket": "$bucket", "Key": "$key"})
_LIST = Call("ListObjectsV2", {"Bucket": "$bucket", "Prefix": "$prefix"})
_LONGEST_PAGE = 1000  # https://docs.aws.amazon.com/AmazonS3/latest/API/API_ListObjectsV2.html
_GET = Call("GetObject", {"Bucket": "$bucket", "Key": "$key"}, result="Body")
_PUT = Call("PutObject", {"Bucket": "$bucket", "Key": "$key"})
_CHUNK = 1 << 20


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


@dataclass(frozen=True)
class StoredObject:
    """An object as a listing shows it: bytes, when it was written in milliseconds, and what tells this content."""

    bucket: str
    key: str
    size: int
    modified: float
    etag: str


def list_stored(aws: Aws, uri: str, page: int = _LONGEST_PAGE) -> Iterator[StoredObject]:
    """Yield the objects whose keys begin as the URI does, by key, without the empty ones that stand for folders.

    Raises `Rejected` where there is no such bucket. The key that is the prefix itself comes first.
    """
    bucket, _, prefix = uri.removeprefix("s3://").partition("/")
    asked: dict[str, Any] = {"MaxKeys": page}
    while True:
        answer = aws.call("s3", _LIST, {"bucket": bucket, "prefix": prefix}, request=asked)
        for item in answer.get("Contents") or []:
            if not item["Key"].endswith("/"):
                modified = to_milliseconds(item["LastModified"])
                etag = str(item["ETag"]).strip('"')
                yield StoredObject(bucket, item["Key"], int(item["Size"]), modified, etag)
        if not answer.get("IsTruncated"):
            return
        asked["ContinuationToken"] = answer["NextContinuationToken"]


def list_objects(aws: Aws, bucket: str, prefix: str, most: int) -> dict[str, int]:
    """Return the size of each of the first `most` objects whose key begins with the prefix, by key."""
    found = list_stored(aws, f"s3://{bucket}/{prefix}", min(most, _LONGEST_PAGE))
    return {each.key: each.size for each in islice(found, most)}


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


def read_object(aws: Aws, found: StoredObject, start: int = 0) -> Iterator[bytes]:
    """Yield an object's bytes from `start` on, as long as it is the one that was listed.

    Raises `Unanswered` where the connection ends before the object does, and `Rejected` where it has changed.
    https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetObject.html
    """
    from . import boto

    asked: dict[str, Any] = {"IfMatch": found.etag}
    if start:
        asked["Range"] = f"bytes={start}-"
    values = {"bucket": found.bucket, "key": found.key}
    body = aws.call("s3", _GET, values, request=asked)
    try:
        yield from body.iter_chunks(_CHUNK)
    except boto.FAILURES as error:
        raise Unanswered(f"the connection ended before all of {found.key} was read") from error


def put_once(aws: Aws, uri: str, content: bytes) -> None:
    """Write an object whose name says its content; one that is there already is left as it is."""
    if read_etag(aws, uri) is None:
        bucket, key = split_uri(uri)
        aws.call("s3", _PUT, {"bucket": bucket, "key": key}, request={"Body": content})
