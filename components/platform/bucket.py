"""The bucket for data, code archives and models."""

from __future__ import annotations

import pulumi
from pulumi_aws import s3

from . import documents
from .component import Component, Tags, write_document
from .config import CODE


class Bucket(Component):
    """An S3 bucket: encrypted, closed to the public, TLS only, versioned, its old archives cleared away.

    `bucket` is the bucket's name, unique in the world. `archive_days` after its upload a code archive
    (`code/<SHA-256>.tar.gz`) expires; the next `up` that needs it uploads it again. `old_version_days` after it was
    overwritten or deleted, an object's old version expires. `personalize` lets Amazon Personalize in, which asks the
    bucket's own policy besides the role's. `key` is the ARN of a KMS key that encrypts it, by default S3's own. A
    bucket that still holds objects is never deleted.
    https://docs.aws.amazon.com/AmazonS3/latest/userguide/security-best-practices.html
    """

    name: pulumi.Output[str]
    arn: pulumi.Output[str]

    def __init__(
        self,
        resource_name: str,
        *,
        bucket: pulumi.Input[str],
        account: pulumi.Input[str],
        region: pulumi.Input[str],
        partition: pulumi.Input[str] = "aws",
        personalize: bool = False,
        archive_days: pulumi.Input[int] = 180,
        old_version_days: pulumi.Input[int] = 30,
        key: str = "",
        tags: Tags | None = None,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        super().__init__(resource_name, opts)
        made = s3.Bucket(resource_name, bucket=bucket, tags=tags, opts=self.inside())
        self.name, self.arn = made.bucket, made.arn
        closed = s3.BucketPublicAccessBlock(
            resource_name,
            bucket=made.bucket,
            block_public_acls=True,
            block_public_policy=True,
            ignore_public_acls=True,
            restrict_public_buckets=True,
            opts=self.inside(),
        )
        s3.BucketServerSideEncryptionConfiguration(
            resource_name,
            bucket=made.bucket,
            rules=[
                s3.BucketServerSideEncryptionConfigurationRuleArgs(
                    apply_server_side_encryption_by_default=s3.BucketServerSideEncryptionConfigurationRuleApplyServerSideEncryptionByDefaultArgs(
                        sse_algorithm="aws:kms" if key else "AES256",
                        kms_master_key_id=key or None,
                    ),
                    bucket_key_enabled=True if key else None,
                )
            ],
            opts=self.inside(),
        )
        versioned = s3.BucketVersioning(
            resource_name,
            bucket=made.bucket,
            versioning_configuration=s3.BucketVersioningVersioningConfigurationArgs(
                status="Enabled"
            ),
            opts=self.inside(),
        )
        s3.BucketLifecycleConfiguration(
            resource_name,
            bucket=made.bucket,
            rules=_make_rules(archive_days, old_version_days),
            # AWS takes a rule about old versions only from a bucket that keeps some
            opts=self.inside(after=versioned),
        )
        s3.BucketPolicy(
            resource_name,
            bucket=made.bucket,
            policy=write_document(
                documents.bucket,
                name=made.bucket,
                account=account,
                region=region,
                partition=partition,
                for_personalize=personalize,
            ),
            # S3 refuses two changes of a bucket's access at once
            opts=self.inside(after=closed),
        )
        self.register_outputs({"name": self.name, "arn": self.arn})


def _make_rules(
    archive_days: pulumi.Input[int], old_version_days: pulumi.Input[int]
) -> list[s3.BucketLifecycleConfigurationRuleArgs]:
    return [
        s3.BucketLifecycleConfigurationRuleArgs(
            id="old-archives",
            status="Enabled",
            filter=s3.BucketLifecycleConfigurationRuleFilterArgs(prefix=f"{CODE}/"),
            expiration=s3.BucketLifecycleConfigurationRuleExpirationArgs(days=archive_days),
        ),
        s3.BucketLifecycleConfigurationRuleArgs(
            id="old-versions",
            status="Enabled",
            filter=s3.BucketLifecycleConfigurationRuleFilterArgs(prefix=""),
            noncurrent_version_expiration=s3.BucketLifecycleConfigurationRuleNoncurrentVersionExpirationArgs(
                noncurrent_days=old_version_days
            ),
            abort_incomplete_multipart_upload=s3.BucketLifecycleConfigurationRuleAbortIncompleteMultipartUploadArgs(
                days_after_initiation=7
            ),
        ),
    ]
