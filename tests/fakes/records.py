"""What the fakes hold, and how they refuse."""

from __future__ import annotations

import datetime
from dataclasses import dataclass, field
from typing import Any

from botocore.exceptions import ClientError

ACCOUNT = "123456789012"
REGION = "us-east-1"


def refusal(code: str, message: str, status: int = 400) -> ClientError:
    """AWS's error answer."""
    return ClientError(
        {
            "Error": {"Code": code, "Message": message},
            "ResponseMetadata": {"HTTPStatusCode": status},
        },
        "Operation",
    )


@dataclass
class Record:
    """One job of either service."""

    arn: str
    name: str
    created: float
    status: str
    tags: dict[str, str]
    request: dict[str, Any]
    terminated: bool = False
    reason: str = ""
    expired: bool = False
    training: str = ""
    attempts: list[str] = field(default_factory=list)  # ARNs of the training jobs of ended attempts


def moment(seconds: float) -> datetime.datetime:
    """A time as botocore gives it."""
    return datetime.datetime.fromtimestamp(seconds, datetime.timezone.utc)
