"""What a stack reads and writes in S3, and the KMS keys that encrypt it and the stack's secrets. Pure.

https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazons3.html
https://docs.aws.amazon.com/service-authorization/latest/reference/list_awskeymanagementservice.html
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from .scope import Scope
from .statement import allow


def make_storage(role: str, scope: Scope) -> Iterator[dict[str, Any]]:
    """S3: watched objects and packed code, what runs read and leave, and Pulumi's state where it lies there.

    Without ListBucket, S3 says 403 for an object that is not there, and not 404.
    """

    def objects(uri: str) -> str:
        return f"arn:{scope.partition}:s3:::{uri.removeprefix('s3://')}"

    def bucket(uri: str) -> str:
        return uri.split("/")[2]

    read = {bucket(uri) for uri in scope.watched}
    written = set()
    if scope.watched:
        yield allow("ReadWatched", ["s3:GetObject"], map(objects, scope.watched))
    if (scope.read_inputs or role == "read") and scope.inputs:  # whose records are counted
        yield allow("ReadInputs", ["s3:GetObject"], (f"{objects(uri)}*" for uri in scope.inputs))
        read |= {bucket(uri) for uri in scope.inputs}
    if role == "read" and scope.outputs:
        yield allow("ReadResults", ["s3:GetObject"], (f"{objects(uri)}*" for uri in scope.outputs))
        read |= {bucket(uri) for uri in scope.outputs}
    if scope.artifacts and role == "deploy":
        packed = objects(scope.artifacts.rstrip("/") + "/*")
        yield allow("UploadCode", ["s3:GetObject", "s3:PutObject"], [packed])
        written.add(bucket(scope.artifacts))
    if scope.state:
        actions = ["s3:GetObject"]
        actions += ["s3:DeleteObject", "s3:PutObject"] if role == "deploy" else []
        yield allow("State", actions, [objects(scope.state.rstrip("/") + "/*")])
        (written if role == "deploy" else read).add(bucket(scope.state))
    if buckets := read | written | {bucket(uri) for uri in (*scope.inputs, *scope.outputs)}:
        yield allow("FindObjects", ["s3:ListBucket"], map(objects, buckets))
    if role != "preview":  # a pull request is previewed without secrets
        yield from allow_secrets(scope)
    yield from allow_objects(scope.bucket_keys, read, written)


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
        by_service: dict[str, set[str]] = defaultdict(set)
        for bucket in buckets & keys.keys():
            by_service[_s3(keys[bucket])].add(keys[bucket])
        for at, service in enumerate(sorted(by_service)):
            sid, through = f"{operation}OfObjects{at or ''}", {"kms:ViaService": service}
            actions = [f"kms:{operation}"]
            yield allow(sid, actions, by_service[service], {"StringEquals": through})


def _s3(key: str) -> str:
    """S3's name as the service that uses a key in the key's region."""
    _, partition, _, region, *_ = key.split(":")
    return f"s3.{region}.amazonaws.com{'.cn' if partition == 'aws-cn' else ''}"
