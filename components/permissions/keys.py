"""Use of KMS keys: the one that encrypts a stack's secrets, and those of buckets. Pure.

https://docs.aws.amazon.com/service-authorization/latest/reference/list_awskeymanagementservice.html
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from .scope import Scope
from .statement import allow


def allow_secrets(scope: Scope) -> Iterator[dict[str, Any]]:
    """Decrypt the stack's data key, with which Pulumi encrypts its secrets; nothing for another secrets provider.

    Pulumi names no key in that call, so an alias is one that the key has, not one of the request.
    https://www.pulumi.com/docs/iac/concepts/secrets/#aws-key-management-service-kms
    https://docs.aws.amazon.com/kms/latest/developerguide/alias-authorization.html
    """
    url = urlsplit(scope.secrets_provider)
    if url.scheme != "awskms":
        return
    query = dict(parse_qsl(url.query))
    key = f"{url.netloc}{url.path}".lstrip("/")
    place = f"arn:{scope.partition}:kms:{query.get('region') or scope.region}:{scope.account}"
    if key.startswith("arn:"):
        place, _, key = key.rpartition(":")
        key = key.removeprefix("key/")
    condition: dict[str, Any] = {}
    if key.startswith("alias/"):
        condition["ForAnyValue:StringEquals"] = {"kms:ResourceAliases": [key]}
        key = "*"
    context = {
        f"kms:EncryptionContext:{name.removeprefix('context_')}": value
        for name, value in query.items()
        if name.startswith("context_")
    }
    if context:
        condition["StringEquals"] = context
    yield allow("DecryptSecrets", ["kms:Decrypt"], [f"{place}:key/{key}"], condition)


def allow_objects(
    keys: Mapping[str, str], read: Iterable[str], write: Iterable[str]
) -> Iterator[dict[str, Any]]:
    """Read and write objects of buckets that have a key (bucket -> its ARN), through S3 alone.

    A multipart upload also decrypts.
    https://docs.aws.amazon.com/AmazonS3/latest/userguide/UsingKMSEncryption.html
    https://docs.aws.amazon.com/AmazonS3/latest/userguide/mpuoverview.html#mpuAndPermissions
    """
    written = set(write)
    uses = {"Decrypt": {*read, *written}, "GenerateDataKey": written}
    for operation, buckets in uses.items():
        by_service: dict[str, set[str]] = {}
        for bucket in buckets & keys.keys():
            by_service.setdefault(_s3(keys[bucket]), set()).add(keys[bucket])
        for at, service in enumerate(sorted(by_service)):
            through = {"StringEquals": {"kms:ViaService": service}}
            yield allow(
                f"{operation}OfObjects{at or ''}",
                [f"kms:{operation}"],
                by_service[service],
                through,
            )


def _s3(key: str) -> str:
    """S3's name as the service that uses a key in the key's region."""
    _, partition, _, region, *_ = key.split(":")
    return f"s3.{region}.amazonaws.com{'.cn' if partition == 'aws-cn' else ''}"
