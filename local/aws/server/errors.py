"""An AWS error as each protocol has it."""

from __future__ import annotations

import json
from typing import Any
from uuid import uuid4
from xml.sax.saxutils import escape

from ..service.refusal import Refusal
from .calls import Call

Answer = tuple[int, list[tuple[str, str]], bytes]


def write_json(status: int, document: Any, *headers: tuple[str, str]) -> Answer:
    """The answer that a JSON document is."""
    return status, [("Content-Type", "application/json"), *headers], json.dumps(document).encode()


def write_error(call: Call, refusal: Refusal) -> Answer:
    """The answer that says no, in the protocol of the call."""
    request_id = str(uuid4())
    headers = [("x-amzn-RequestId", request_id), ("x-amz-request-id", request_id)]
    if call.protocol in ("json", "rest-json"):
        document = {"__type": refusal.code, "message": refusal.message}
        return write_json(refusal.status, document, *headers, ("x-amzn-ErrorType", refusal.code))
    inner = f"<Code>{refusal.code}</Code><Message>{escape(refusal.message)}</Message>"
    identifier = f"<RequestId>{request_id}</RequestId>"
    if call.protocol == "query":
        inner = f"<Error><Type>Sender</Type>{inner}</Error>{identifier}"
        body = f"<ErrorResponse>{inner}</ErrorResponse>"
    else:
        body = f'<?xml version="1.0" encoding="UTF-8"?><Error>{inner}{identifier}</Error>'
    return refusal.status, [*headers, ("Content-Type", "text/xml")], body.encode()


def refuse_rate(call: Call) -> Refusal:
    """The service says that there are too many requests."""
    code, status = {
        "batch": ("TooManyRequestsException", 429),
        "s3": ("SlowDown", 503),
    }.get(call.service, ("ThrottlingException", 400))
    if call.protocol == "query":
        code = "Throttling"
    return Refusal(code, "Rate exceeded", status)


def refuse_session(call: Call) -> Refusal:
    """The caller's session is over."""
    if call.protocol == "rest-xml":
        return Refusal("ExpiredToken", "The provided token has expired.")
    code = "ExpiredToken" if call.protocol == "query" else "ExpiredTokenException"
    return Refusal(code, "The security token included in the request is expired", 403)


def refuse_key(call: Call) -> Refusal:
    """The caller's access key is nobody's."""
    if call.protocol == "rest-xml":
        message = "The AWS Access Key Id you provided does not exist in our records."
        return Refusal("InvalidAccessKeyId", message, 403)
    code = "InvalidClientTokenId" if call.protocol == "query" else "UnrecognizedClientException"
    return Refusal(code, "The security token included in the request is invalid.", 403)


def refuse_action(call: Call, action: str, account: str) -> Refusal:
    """No policy of the caller allows the action."""
    message = (
        f"User: arn:aws:sts::{account}:user/moto is not authorized to perform: {action} "
        f"because no identity-based policy allows the {action} action"
    )
    code = "AccessDenied" if call.protocol in ("query", "rest-xml") else "AccessDeniedException"
    return Refusal(code, message, 403)
