"""Whether a failed attempt is retried.

https://docs.aws.amazon.com/batch/latest/userguide/service-job-retries.html
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from .names import matches


def is_retried(strategy: Mapping[str, Any] | None, attempts: int, reason: str) -> bool:
    """Whether a job goes back to RUNNABLE after its attempt number `attempts` has failed for `reason`.

    The first rule of evaluateOnExit that matches decides; without a match the job is retried.
    """
    strategy = strategy or {}
    if attempts >= strategy.get("attempts", 1):
        return False
    for rule in strategy.get("evaluateOnExit") or []:
        if matches(rule.get("onStatusReason") or "*", reason):
            return bool(rule.get("action", "RETRY") == "RETRY")
    return True
