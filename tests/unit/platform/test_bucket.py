"""The bucket: encrypted, closed, TLS only, versioned, cleared of what is old."""

from __future__ import annotations

from components.platform.bucket import Bucket
from tests.unit.platform.recording import ACCOUNT, REGION, Registry, run

ARN = "arn:aws:s3:::acme-jobs"
TLS_ONLY = {
    "Sid": "TlsOnly",
    "Effect": "Deny",
    "Principal": "*",
    "Action": "s3:*",
    "Resource": [ARN, f"{ARN}/*"],
    "Condition": {"Bool": {"aws:SecureTransport": "false"}},
}


def made(*, personalize: bool = False, key: str = "") -> Registry:
    return run(
        lambda: (
            Bucket(
                "data",
                bucket="acme-jobs",
                account=ACCOUNT,
                region=REGION,
                personalize=personalize,
                key=key,
                archive_days=90,
                tags={"team": "growth"},
            )
            and None
        )
    )


def test_all_parts_belong_to_one_component() -> None:
    """Seven resources: the component, and its children under its own name."""
    found = made()
    [component] = [r for r in found.all if r.type == "aws-jobs:platform:Bucket"]
    # the SDK keeps one root stack a process, whichever test made it first
    assert {(r.type, r.name, r.parent) for r in found.all} == {
        ("aws-jobs:platform:Bucket", "data", component.parent),
        ("aws:s3/bucket:Bucket", "data", "data"),
        ("aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock", "data", "data"),
        (
            "aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration",
            "data",
            "data",
        ),
        ("aws:s3/bucketVersioning:BucketVersioning", "data", "data"),
        ("aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration", "data", "data"),
        ("aws:s3/bucketPolicy:BucketPolicy", "data", "data"),
    }


def test_bucket_has_the_name_and_the_tags_given() -> None:
    """Nothing is left to chance in its name, and it is not emptied to be deleted."""
    inputs = made().one("aws:s3/bucket:Bucket").inputs
    assert inputs == {"bucket": "acme-jobs", "tags": {"team": "growth"}}


def test_nothing_in_it_can_be_public() -> None:
    """All four of S3's blocks."""
    inputs = made().one("aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock").inputs
    assert inputs == {
        "bucket": "acme-jobs",
        "blockPublicAcls": True,
        "blockPublicPolicy": True,
        "ignorePublicAcls": True,
        "restrictPublicBuckets": True,
    }


def test_it_is_encrypted_and_versioned() -> None:
    """SSE-S3 for every object, and old versions are kept."""
    found = made()
    encryption = found.one(
        "aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration"
    )
    assert encryption.inputs["rules"] == [
        {"applyServerSideEncryptionByDefault": {"sseAlgorithm": "AES256"}}
    ]
    versioning = found.one("aws:s3/bucketVersioning:BucketVersioning")
    assert versioning.inputs["versioningConfiguration"] == {"status": "Enabled"}


def test_a_key_of_ones_own_encrypts_it() -> None:
    """With S3's bucket key, so that not every object costs a call of KMS."""
    key = "arn:aws:kms:us-east-1:123456789012:key/1234abcd"
    encryption = made(key=key).one(
        "aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration"
    )
    assert encryption.inputs["rules"] == [
        {
            "applyServerSideEncryptionByDefault": {
                "sseAlgorithm": "aws:kms",
                "kmsMasterKeyId": key,
            },
            "bucketKeyEnabled": True,
        }
    ]


def test_only_code_archives_expire_and_old_versions() -> None:
    """Data and models stay for ever; archives 90 days here, old versions 30, broken uploads 7."""
    rules = made().one("aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration")
    assert rules.inputs["rules"] == [
        {
            "id": "old-archives",
            "status": "Enabled",
            "filter": {"prefix": "code/"},
            "expiration": {"days": 90},
        },
        {
            "id": "old-versions",
            "status": "Enabled",
            "filter": {"prefix": ""},
            "noncurrentVersionExpiration": {"noncurrentDays": 30},
            "abortIncompleteMultipartUpload": {"daysAfterInitiation": 7},
        },
    ]


def test_its_policy_refuses_all_that_is_not_tls() -> None:
    """Without Personalize, that is all of it."""
    policy = made().one("aws:s3/bucketPolicy:BucketPolicy").document("policy")
    assert policy == {"Version": "2012-10-17", "Statement": [TLS_ONLY]}


def test_personalize_is_let_in_for_this_account_alone() -> None:
    """Personalize asks the bucket's policy too; another account's jobs get nothing."""
    policy = made(personalize=True).one("aws:s3/bucketPolicy:BucketPolicy").document("policy")
    assert policy["Statement"] == [
        TLS_ONLY,
        {
            "Sid": "Personalize",
            "Effect": "Allow",
            "Principal": {"Service": "personalize.amazonaws.com"},
            "Action": ["s3:GetObject", "s3:ListBucket", "s3:PutObject"],
            "Resource": [ARN, f"{ARN}/*"],
            "Condition": {
                "StringEquals": {"aws:SourceAccount": "123456789012"},
                "ArnLike": {"aws:SourceArn": "arn:aws:personalize:us-east-1:123456789012:*"},
            },
        },
    ]


def test_the_order_is_what_s3_insists_on() -> None:
    """The policy follows the public access block; the lifecycle rules follow the versioning."""
    found = made()
    policy = found.one("aws:s3/bucketPolicy:BucketPolicy")
    assert "aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock::data" in policy.waits_for
    rules = found.one("aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration")
    assert "aws:s3/bucketVersioning:BucketVersioning::data" in rules.waits_for
