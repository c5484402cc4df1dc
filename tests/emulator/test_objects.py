"""`components.aws.objects`: objects listed whole, and read from any byte on as long as they are the same."""

from __future__ import annotations

from typing import Any

import pytest

from components.aws import Aws
from components.aws.objects import list_objects, list_stored, read_object
from components.errors import Rejected
from local.aws.server.emulator import Emulator

from .conftest import START, make_client
from .samples import service_job


@pytest.fixture
def aws(emulator: Emulator) -> Aws:
    return Aws("us-east-1", lambda service, *_: make_client(emulator.endpoint, service))


@pytest.fixture
def bucket(s3: Any) -> str:
    s3.create_bucket(Bucket="own")
    return "own"


def test_objects_are_listed_page_by_page(aws: Aws, s3: Any, bucket: str) -> None:
    """All of a prefix, by key, whatever the page; those that stand for folders are none."""
    for key in ("a/", "a/3", "a/1", "a/2/x", "b"):
        s3.put_object(Bucket=bucket, Key=key, Body=key.encode())
    found = list(list_stored(aws, "s3://own/a/", page=2))
    assert [(each.key, each.size) for each in found] == [("a/1", 3), ("a/2/x", 5), ("a/3", 3)]
    assert list_objects(aws, bucket, "", 2) == {"a/1": 3, "a/2/x": 5}
    assert [each.key for each in list_stored(aws, "s3://own")] == ["a/1", "a/2/x", "a/3", "b"]
    with pytest.raises(Rejected, match="does not exist"):
        list(list_stored(aws, "s3://nowhere/"))


def test_an_object_is_read_from_a_byte_on(aws: Aws, s3: Any, bucket: str) -> None:
    """One that was written anew since it was listed is refused."""
    s3.put_object(Bucket=bucket, Key="a", Body=b"0123456789" * 200_000)
    (found,) = list_stored(aws, "s3://own/a")
    chunks = list(read_object(aws, found))
    assert (len(chunks), b"".join(chunks)) == (2, b"0123456789" * 200_000)
    assert b"".join(read_object(aws, found, 1_999_997)) == b"789"
    s3.put_object(Bucket=bucket, Key="a", Body=b"other")
    with pytest.raises(Rejected):
        list(read_object(aws, found))


def test_what_a_job_leaves_is_of_the_emulators_time(
    aws: Aws, batch: Any, emulator: Emulator
) -> None:
    """The emulator writes objects at its own time, so that they are newer than their run wherever its clock is."""
    batch.submit_service_job(**service_job())
    emulator.advance(10)
    (found,) = list_stored(aws, "s3://aws-jobs-output/")
    assert found.modified == (START + 3) * 1000
