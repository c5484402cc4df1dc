"""Objects in moto's S3, as the emulated services read and write them."""

from __future__ import annotations

import gzip
import io
import re
import tarfile
from datetime import datetime, timezone

from moto.s3.exceptions import S3ClientError
from moto.s3.models import S3Backend, s3_backends
from moto.utilities.utils import get_partition

from . import context


def split_uri(uri: str) -> tuple[str, str]:
    """The bucket and the key of s3://bucket/key; of the https forms of it too."""
    match = re.fullmatch(r"(?:s3:/|https?://[^/]+)/([^/]+)/?(.*)", uri, re.DOTALL)
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
        written.last_modified = make_naive(context.now() if at is None else at)
        context.current.objects_changed = True
    except S3ClientError as error:
        raise NotWritable(f"s3://{bucket}/{key}: {error}") from error


def read_inputs(account: str, region: str, uri: str) -> dict[str, bytes]:
    """The objects that a batch job reads, by key: those whose keys start with that of the URI, but for folders."""
    bucket, prefix = split_uri(uri)
    if bucket not in s3_backends.bucket_accounts:
        return {}
    s3 = _s3(account, region)
    keys = [key for key in s3.get_bucket(bucket).keys if key.startswith(prefix)]
    found = {key: s3.get_object(bucket, key) for key in sorted(keys) if not key.endswith("/")}
    return {key: each.value for key, each in found.items() if each is not None}


def write_outputs(account: str, region: str, uri: str, outputs: dict[str, str], at: float) -> None:
    """Write what a batch job makes of each input, whose key is given: `<URI>/<name of the input>.out`."""
    bucket, folder = split_uri(uri)
    for key, text in outputs.items():
        name = f"{folder.removesuffix('/')}/{key.rpartition('/')[2]}.out".lstrip("/")
        put_object(account, region, bucket, name, text.encode(), at)


def pack_file(name: str, content: bytes, at: float = 0) -> bytes:
    """Pack a file of this time as .tar.gz, the same way each time."""
    entry = tarfile.TarInfo(name)
    entry.size = len(content)
    entry.mtime = int(at)
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w") as archive:
        archive.addfile(entry, io.BytesIO(content))
    return gzip.compress(packed.getvalue(), mtime=at)


def make_naive(seconds: float) -> datetime:
    """Return a time as moto has it: UTC, without saying so."""
    return datetime.fromtimestamp(seconds, timezone.utc).replace(tzinfo=None)


def _s3(account: str, region: str) -> S3Backend:
    return s3_backends[account][get_partition(region)]
