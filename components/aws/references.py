"""What a request refers to besides queues and data: a role, and the newest item of a list."""

from __future__ import annotations

from typing import Any

from ..errors import Rejected
from ..kinds import Call, Kind
from .client import Aws

_ROLE = Call("GetRole", {"RoleName": "$name"}, result="Role")


def get_role(aws: Aws, name: str) -> dict[str, Any] | None:
    """Return a role of the caller's account with its trust policy, or nothing where there is none.

    https://docs.aws.amazon.com/IAM/latest/APIReference/API_GetRole.html
    """
    try:
        record: dict[str, Any] = aws.call("iam", _ROLE, {"name": name})
    except Rejected:
        return None
    return record


def find_latest(aws: Aws, kind: Kind, arn: str) -> str | None:
    """Return what a kind's `latest` expression stands for: an ARN, or nothing where no item is ready yet."""
    latest = kind.latest
    assert latest is not None
    items = aws.pages(kind.service, latest.call, {"arn": arn})
    ready = [item for item in items if item.get("status") == latest.ready]
    newest = max(ready, key=lambda item: str(item.get(latest.created, "")), default=None)
    return None if newest is None else str(newest[latest.arn])
