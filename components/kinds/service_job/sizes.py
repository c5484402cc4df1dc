"""How large a service job's payload and request may be.

https://docs.aws.amazon.com/batch/latest/userguide/service_limits.html
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from ...jobfile.rules.view import JobProblem, Rule, View

PAYLOAD_MOST = 10 * 1024
REQUEST_MOST = 30 * 1024
# our tags with the longest identity, the token and the name, at their longest
_ADDED = 900


def sizes(view: View) -> Iterator[JobProblem]:
    """What is sent, counted in bytes of UTF-8; what is pending counts as it is written."""
    payload = _bytes(view.payload)
    if payload > PAYLOAD_MOST:
        message = (
            f"{payload} bytes as JSON, more than the {PAYLOAD_MOST} (10 KiB) that AWS Batch accepts; move large "
            "values to a file in S3"
        )
        yield JobProblem(view.at(), message, "payload-size")
    rest = {name: value for name, value in view.request.items() if value is not view.payload}
    # the payload is sent as a string in JSON: its quotes are escaped
    request = _bytes(rest) + payload + str(view.payload).count("'") + _ADDED
    if request > REQUEST_MOST:
        message = (
            f"about {request} bytes, more than the {REQUEST_MOST} (30 KiB) that AWS Batch accepts"
        )
        yield JobProblem(("request",), message, "request-size")


def _bytes(value: Any) -> int:
    text = json.dumps(value, separators=(",", ":"), ensure_ascii=False, default=str)
    return len(text) if text.isascii() else len(text.encode())


RULES: tuple[Rule, ...] = (sizes,)
