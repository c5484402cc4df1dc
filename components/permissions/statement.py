"""A statement of a policy. Pure.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements.html
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any


def allow(
    sid: str, actions: Iterable[str], resources: Iterable[str], condition: Any = None
) -> dict[str, Any]:
    found = {
        "Sid": sid,
        "Effect": "Allow",
        "Action": sorted(set(actions)),
        "Resource": sorted(set(resources)),
    }
    return {**found, "Condition": condition} if condition else found
