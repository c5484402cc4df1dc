"""Buckets and objects of the emulated S3, kept in the state's database.

Kept of a bucket: its region and versioning; of an object: its versions with their bytes, metadata, tags.
"""

from __future__ import annotations

import json
import sqlite3
from datetime import datetime
from typing import Any

from moto.s3.models import FakeBucket, FakeDeleteMarker, FakeKey, S3Backend, s3_backends

_TABLES = """
CREATE TABLE IF NOT EXISTS buckets (
    name TEXT PRIMARY KEY, account TEXT, partition TEXT, document TEXT
);
CREATE TABLE IF NOT EXISTS objects (
    bucket TEXT, key TEXT, number INTEGER, document TEXT, body BLOB,
    PRIMARY KEY (bucket, key, number)
);
"""

Place = tuple[str, str]
"""A bucket and a key; an empty key is the bucket itself."""

_PLAIN = (
    "encryption",
    "kms_key_id",
    "bucket_key_enabled",
    "checksum_algorithm",
    "checksum_value",
    "checksum_type",
    "checksum_parts",
)


class KeptObjects:
    """What the database holds of S3, and what is different now."""

    def __init__(self, database: sqlite3.Connection) -> None:
        self._database = database
        self._database.executescript(_TABLES)
        self._kept: dict[Place, Any] = {}

    def keep(self) -> None:
        """Write every bucket and object that is not as it was kept."""
        now = _sign_all()
        for name, key in {**self._kept, **now}:
            if self._kept.get((name, key)) == now.get((name, key)):
                continue
            if key:
                self._write_object(name, key)
            else:
                self._write_bucket(name)
        self._kept = now

    def restore(self) -> None:
        """Fill moto's S3 with what was kept."""
        for name, account, partition, document in self._database.execute(
            "SELECT * FROM buckets ORDER BY rowid"
        ).fetchall():
            kept = json.loads(document)
            s3 = s3_backends[account][partition]
            bucket = s3.create_bucket(name, kept["region"])
            bucket.versioning_status = kept["versioning"]
            bucket.creation_date = datetime.fromisoformat(kept["created"])
        for name, key, document, body in self._database.execute(
            "SELECT bucket, key, document, body FROM objects ORDER BY bucket, key, number"
        ).fetchall():
            s3, bucket = _bucket(name)
            version = _revive(s3, bucket, key, json.loads(document), body)
            bucket.keys.setlist(key, [*bucket.keys.getlist(key, []), version])
        self._kept = _sign_all()

    def clear(self) -> None:
        """Forget everything that was kept."""
        self._database.execute("DELETE FROM buckets")
        self._database.execute("DELETE FROM objects")
        self._kept = {}

    def _write_bucket(self, name: str) -> None:
        if name not in s3_backends.bucket_accounts:
            self._database.execute("DELETE FROM buckets WHERE name = ?", (name,))
            return
        _, bucket = _bucket(name)
        partition, account = s3_backends.bucket_accounts[name]
        document = {
            "region": bucket.region_name,
            "versioning": bucket.versioning_status,
            "created": bucket.creation_date.isoformat(),
        }
        self._database.execute(
            "INSERT INTO buckets VALUES (?, ?, ?, ?) "
            "ON CONFLICT (name) DO UPDATE SET document = excluded.document",
            (name, account, partition, json.dumps(document)),
        )

    def _write_object(self, name: str, key: str) -> None:
        self._database.execute("DELETE FROM objects WHERE bucket = ? AND key = ?", (name, key))
        if name not in s3_backends.bucket_accounts:
            return
        s3, bucket = _bucket(name)
        for number, version in enumerate(bucket.keys.getlist(key, [])):
            document = json.dumps(_describe(s3, version))
            body = getattr(version, "value", None)  # a deletion has none
            self._database.execute(
                "INSERT INTO objects VALUES (?, ?, ?, ?, ?)", (name, key, number, document, body)
            )


def _sign_all() -> dict[Place, Any]:
    """What tells a place from what it was: of an object, its versions, their time, content and tags."""
    signatures: dict[Place, Any] = {}
    for name in s3_backends.bucket_accounts:
        s3, bucket = _bucket(name)
        signatures[name, ""] = (bucket.creation_date, bucket.versioning_status)
        for key in bucket.keys:
            signatures[name, key] = [_sign(s3, each) for each in bucket.keys.getlist(key)]
    return signatures


def _sign(s3: S3Backend, version: Any) -> tuple[Any, ...]:
    moment = (version.version_id, version.last_modified)
    if isinstance(version, FakeDeleteMarker):
        return moment
    return (*moment, version.etag, s3.tagger.get_tag_dict_for_resource(version.arn))


def _bucket(name: str) -> tuple[S3Backend, FakeBucket]:
    partition, account = s3_backends.bucket_accounts[name]
    s3 = s3_backends[account][partition]
    return s3, s3.buckets[name]


def _describe(s3: S3Backend, version: Any) -> dict[str, Any]:
    document = {
        "version": version.version_id,
        "modified": version.last_modified.isoformat(),
    }
    if isinstance(version, FakeDeleteMarker):
        return {**document, "marker": True}
    return {
        **document,
        "etag": version.etag.strip('"'),
        "versioned": version.version_id != "null",
        "storage": version.storage_class,
        "metadata": dict(version.metadata),
        "tags": s3.tagger.get_tag_dict_for_resource(version.arn),
        **{name: getattr(version, name) for name in _PLAIN},
    }


def _revive(
    s3: S3Backend, bucket: FakeBucket, key: str, kept: dict[str, Any], body: bytes | None
) -> Any:
    modified = datetime.fromisoformat(kept["modified"])
    if kept.get("marker"):
        marker = FakeDeleteMarker(FakeKey(key, b"", bucket.account_id, bucket.region_name))
        marker.last_modified = modified
        marker._version_id = kept["version"]
        return marker
    version = FakeKey(
        name=key,
        value=body or b"",
        account_id=bucket.account_id,
        region_name=s3.region_name,
        storage=kept["storage"],
        etag=kept["etag"],
        is_versioned=kept["versioned"],
        version_id=kept["version"],
        bucket_name=bucket.name,
    )
    version.last_modified = modified
    version.set_metadata(kept["metadata"], replace=True)
    for name in _PLAIN:
        setattr(version, name, kept[name])
    if kept["tags"]:
        s3.tagger.tag_resource(version.arn, s3.tagger.convert_dict_to_tags_input(kept["tags"]))
    return version
