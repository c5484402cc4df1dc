"""Whether a failed attempt is retried.

https://docs.aws.amazon.com/batch/latest/userguide/service-job-retries.html
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


def again(strategy: Mapping[str, Any] | None, attempts: int, reason: str) -> bool:
    """Whether a job goes back to RUNNABLE after its attempt number `attempts` has failed for `reason`.

    The first rule of evaluateOnExit that matches decides; without a match the job is retried.
    """
    if attempts >= (strategy or {}).get("attempts", 1):
        return False
    for rule in (strategy or {}).get("evaluateOnExit") or []:
        if matches(rule.get("onStatusReason"), reason):
            return str(rule.get("action", "RETRY")).upper() == "RETRY"
    return True


def matches(pattern: str | None, reason: str) -> bool:
    """Whether the reason is the pattern, or starts with it where the pattern ends with an asterisk."""
    if pattern is None:
        return True
    if pattern.endswith("*"):
        return reason.startswith(pattern[:-1])
    return reason == pattern
