"""Objects in moto's S3, as the emulated services read and write them."""

from __future__ import annotations

import re
from datetime import datetime, timezone

from moto.s3.exceptions import S3ClientError
from moto.s3.models import S3Backend, s3_backends
from moto.utilities.utils import get_partition

from . import context


def split_uri(uri: str) -> tuple[str, str]:
    """The bucket and the key of s3://bucket/key; of the https forms of it too."""
    match = re.fullmatch(r"s3://([^/]+)/?(.*)", uri, re.DOTALL)
    if match is None:
        match = re.fullmatch(r"https?://[^/]+/([^/]+)/?(.*)", uri, re.DOTALL)
    return (match[1], match[2]) if match else ("", "")


class NotWritable(Exception):
    """S3 refused the object, for the reason that the message gives."""


def make_bucket(account: str, region: str, bucket: str) -> None:
    """Make the bucket, unless it is there."""
    if bucket not in s3_backends.bucket_accounts:
        _s3(account, region).create_bucket(bucket, region)
        context.current.objects_changed = True


def list_buckets(account: str, region: str) -> list[str]:
    """The buckets of a region, in the order in which they were made."""
    found = _s3(account, region).buckets.values()
    return [bucket.name for bucket in found if bucket.region_name == region]


def put_object(
    account: str, region: str, bucket: str, key: str, body: bytes, at: float | None = None
) -> None:
    """Write an object, at this time; a bucket that does not exist is made, since job files name their authors' own."""
    try:
        make_bucket(account, region, bucket)
        written = _s3(account, region).put_object(bucket, key, body)
        moment = datetime.fromtimestamp(context.now() if at is None else at, timezone.utc)
        written.last_modified = moment.replace(tzinfo=None)  # moto's times have no zone
        context.current.objects_changed = True
    except S3ClientError as error:
        raise NotWritable(f"s3://{bucket}/{key}: {error}") from error


def read_object(account: str, region: str, bucket: str, key: str) -> bytes | None:
    """An object's bytes; `None` where there is none."""
    try:
        found = _s3(account, region).get_object(bucket, key)
    except S3ClientError:
        return None
    return None if found is None else found.value


def keys_under(account: str, region: str, bucket: str, prefix: str) -> list[str]:
    """The keys that start with `prefix`, sorted."""
    if bucket not in s3_backends.bucket_accounts:
        return []
    found = _s3(account, region).get_bucket(bucket).keys
    return sorted(key for key in found if key.startswith(prefix))


def _s3(account: str, region: str) -> S3Backend:
    return s3_backends[account][get_partition(region)]
