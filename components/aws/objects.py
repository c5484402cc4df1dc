"""S3 objects that a definition refers to: watched ones, the archives of its code, and what a job reads."""

from __future__ import annotations

import re

from ..errors import JobError, Rejected
from ..kinds import Call
from .client import Aws

_HEAD = Call("HeadObject", {"Bucket": "$bucket", "Key": "$key"})
_LIST = Call("ListObjectsV2", {"Bucket": "$bucket", "Prefix": "$prefix"})
_LONGEST_PAGE = 1000  # https://docs.aws.amazon.com/AmazonS3/latest/API/API_ListObjectsV2.html
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


def list_objects(aws: Aws, bucket: str, prefix: str, most: int) -> dict[str, int]:
    """Return the size of each of the first `most` objects or so whose key begins with the prefix, by key.

    The empty objects that stand for folders are left out. Raises `Rejected` where there is no such bucket. The key
    that is the prefix itself comes first.
    """
    found: dict[str, int] = {}
    asked: dict[str, object] = {"MaxKeys": min(most, _LONGEST_PAGE)}
    while True:
        answer = aws.call("s3", _LIST, {"bucket": bucket, "prefix": prefix}, request=asked)
        items = answer.get("Contents") or []
        found |= {item["Key"]: item["Size"] for item in items if not item["Key"].endswith("/")}
        if not answer.get("IsTruncated") or len(found) >= most:
            return found
        asked["ContinuationToken"] = answer["NextContinuationToken"]


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
