"""What a request refers to besides queues and data: a role, and Personalize's solution versions and filters."""

from __future__ import annotations

from typing import Any

from ..errors import Rejected
from ..kinds import Call
from .client import Aws

_ROLE = Call("GetRole", {"RoleName": "$name"}, result="Role")

_CALLS = {
    "solutionVersionArn": Call(
        "DescribeSolutionVersion", {"solutionVersionArn": "$arn"}, result="solutionVersion"
    ),
    "filterArn": Call("DescribeFilter", {"filterArn": "$arn"}, result="filter"),
}


def reference(aws: Aws, field: str, arn: str) -> dict[str, Any]:
    """Describe what a request's `field` names. Raises `Rejected` where AWS has no such thing."""
    record: dict[str, Any] = aws.call("personalize", _CALLS[field], {"arn": arn})
    return record


def role(aws: Aws, name: str) -> dict[str, Any] | None:
    """Return a role of the caller's account with its trust policy, or nothing where there is none.

    https://docs.aws.amazon.com/IAM/latest/APIReference/API_GetRole.html
    """
    try:
        record: dict[str, Any] = aws.call("iam", _ROLE, {"name": name})
    except Rejected:
        return None
    return record


def latest_solution_version(aws: Aws, solution_arn: str) -> str | None:
    """Return the newest ACTIVE version of a solution; nothing where it has none yet.

    https://docs.aws.amazon.com/personalize/latest/dg/API_ListSolutionVersions.html
    """
    versions = aws.pages("personalize", _VERSIONS, {"arn": solution_arn})
    active = [item for item in versions if item.get("status") == "ACTIVE"]
    newest = max(active, key=lambda item: str(item.get("creationDateTime", "")), default=None)
    return None if newest is None else str(newest["solutionVersionArn"])


_VERSIONS = Call(
    "ListSolutionVersions",
    {"solutionArn": "$arn", "maxResults": 100},
    result="solutionVersions",
    next_token="nextToken",
)
