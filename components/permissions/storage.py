"""What a stack reads and writes in S3, with what encrypts it, as statements of a policy. Pure.

https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazons3.html
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from .keys import allow_objects, allow_secrets
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
