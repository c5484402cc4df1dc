"""boto3, its exceptions, and their sentences: imported at the first call, since most commands' processes make none."""

from __future__ import annotations

import os
import re
from functools import lru_cache
from typing import Any

import boto3
from botocore import exceptions
from botocore.config import Config

from ..errors import (
    Denied,
    JobError,
    Missing,
    NoSlot,
    Rejected,
    Taken,
    Unanswered,
    Unreachable,
    name_setting,
)
from ..kinds import Kind

# Standard mode backs off on throttling; our tokens and names make a repeated submission safe.
# AWS_MAX_ATTEMPTS, as for every AWS tool, overrides how often.
_ATTEMPTS = {} if "AWS_MAX_ATTEMPTS" in os.environ else {"max_attempts": 6}
_CONFIG = Config(
    retries={"mode": "standard", **_ATTEMPTS},
    connect_timeout=10,
    read_timeout=60,
    user_agent_extra="aws-jobs",
)
# A submission whose answer was lost is looked for, never sent again: a token that AWS has forgotten would make two.
_ONCE = _CONFIG.merge(Config(retries={"mode": "standard", "total_max_attempts": 1}))
_EXPIRED = {"ExpiredToken", "ExpiredTokenException", "RequestExpired"}
_BAD_KEYS = {
    "UnrecognizedClientException",
    "InvalidClientTokenId",
    "SignatureDoesNotMatch",
    "InvalidSignatureException",
    "AuthFailure",
}
_DENIED = {"AccessDenied", "AccessDeniedException", "UnauthorizedOperation", "403"}
_THROTTLED = {"Throttling", "ThrottlingException", "TooManyRequestsException", "SlowDown"}
# calls whose permission has another name
_ACTIONS = {"s3:HeadObject": "s3:GetObject", "s3:ListObjectsV2": "s3:ListBucket"}
# what an organisation's policies answer when a tag is missing, or has a value that they do not allow
_BY_ORGANISATION = re.compile(
    r"(?i)explicit deny in a (service|resource) control policy|tag polic(y|ies)"
)
_LOG_IN = "log in (`aws sso login`) or set AWS_PROFILE or AWS_ACCESS_KEY_ID"

FAILURES = (exceptions.BotoCoreError, exceptions.ClientError)


def make_client(service: str, region: str, once: bool) -> Any:
    """Make a boto3 client; endpoint and credentials come from the environment, as for every AWS tool.

    With `once` it sends nothing a second time.
    """
    return make_session(region).client(service, config=_ONCE if once else _CONFIG)


@lru_cache(maxsize=16)
def make_session(region: str) -> boto3.Session:
    """A session parses its endpoints and partitions once for all its clients."""
    return boto3.Session(region_name=region)


def was_not_done(error: Exception) -> bool:
    """Whether AWS cannot have carried the request out: it was throttled, or never sent."""
    if isinstance(error, exceptions.ClientError):
        return error.response.get("Error", {}).get("Code") in _THROTTLED
    return isinstance(error, exceptions.EndpointConnectionError | exceptions.ConnectTimeoutError)


def translate_error(
    error: Exception, service: str, operation: str, job: str, kind: Kind | None
) -> JobError:
    """Turn boto's exception into the sentence for the person, and the class that the caller decides by."""
    of = f"{job}: " if job else ""
    action = f"{service}:{operation}"
    action = _ACTIONS.get(action, action)
    if isinstance(error, exceptions.ClientError):
        return _refusal(error, of, action, kind)
    if isinstance(error, exceptions.NoCredentialsError | exceptions.PartialCredentialsError):
        return JobError(f"{of}no AWS credentials: {_LOG_IN}")
    if isinstance(error, exceptions.ProfileNotFound | exceptions.ConfigNotFound):
        return JobError(f"{of}{error}: correct AWS_PROFILE or the file ~/.aws/config")
    if isinstance(
        error,
        exceptions.TokenRetrievalError | exceptions.SSOError | exceptions.CredentialRetrievalError,
    ):
        return JobError(f"{of}the AWS login has expired or cannot be read: {_LOG_IN}")
    if isinstance(error, exceptions.NoRegionError):
        return JobError(f"{of}no AWS region: {name_setting('aws:region', 'REGION')}")
    if isinstance(error, exceptions.EndpointConnectionError | exceptions.ConnectTimeoutError):
        url = "/".join(str(error.kwargs.get("endpoint_url", "")).split("/")[:3])
        if re.match(r"https?://(localhost|127\.|\[::1\])", url):
            return Unreachable(
                f"{of}nothing answers at {url}: is the emulator running? (./jobctl emulator start)"
            )
        return Unreachable(
            f"{of}cannot reach {url}: check the network, the region and AWS_ENDPOINT_URL"
        )
    if isinstance(error, exceptions.HTTPClientError):
        return Unanswered(f"{of}the connection ended before AWS answered {action}; run `up` again")
    if isinstance(error, exceptions.ParamValidationError):
        return Rejected(
            f"{of}{action} does not accept this request; run `./jobctl validate` to see where"
        )
    return JobError(f"{of}{action} failed: {type(error).__name__}")


def _refusal(error: exceptions.ClientError, of: str, action: str, kind: Kind | None) -> JobError:
    code = str(error.response.get("Error", {}).get("Code", ""))
    said = str(error.response.get("Error", {}).get("Message", "")).strip()
    status = int(error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0))
    if code in _EXPIRED:
        return JobError(f"{of}the AWS credentials have expired: {_LOG_IN}")
    if code in _BAD_KEYS:
        return JobError(f"{of}AWS does not accept these credentials ({code}): {_LOG_IN}")
    if _BY_ORGANISATION.search(said):
        return Denied(
            f"{of}an organisation policy denies {action}: {said} If it requires tags, add them to the "
            "request, or to all jobs of the stack with aws-jobs:tags",
            action,
        )
    if code in _DENIED:
        help_ = "(./jobctl iam prints what its role needs)"
        return Denied(f"{of}AWS denies {action} to this caller {help_}: {said}", action)
    if code in _THROTTLED:
        return Unanswered(f"{of}AWS throttled {action} for too long; run `up` again")
    if kind is not None:
        for (word, pattern), error_class in (
            (kind.errors.taken, Taken),
            (kind.errors.no_slot, NoSlot),
            (kind.errors.missing, Missing),
        ):
            if word and code == word and re.search(pattern, said):
                return error_class(f"{of}AWS refused {action}: {said}")
    if status >= 500:
        return Unanswered(f"{of}AWS failed in {action} ({code}); run `up` again")
    return Rejected(f"{of}AWS refused {action}: {said or code}")
