"""One caller's view of AWS in one region. The only module that knows boto3; its exceptions stop here."""

from __future__ import annotations

import os
import re
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from functools import lru_cache
from typing import Any, TypeVar

import boto3
from botocore import exceptions as boto
from botocore.config import Config

from ..errors import Denied, JobError, Missing, NoSlot, Rejected, Taken, Unanswered
from ..kinds import Call, Kind
from ..wire import pick

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
# Seconds before a submission that certainly was not carried out is sent again.
_PAUSES = (1, 2, 4, 8, 16)
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
_LOG_IN = "log in (`aws sso login`) or set AWS_PROFILE or AWS_ACCESS_KEY_ID"

_Answer = TypeVar("_Answer")
ClientMaker = Callable[[str, str], Any]


def boto_client(service: str, region: str) -> Any:
    """Make a boto3 client; endpoint and credentials come from the environment, as for every AWS tool."""
    return boto3.Session(region_name=region).client(service, config=_CONFIG)


def boto_client_once(service: str, region: str) -> Any:
    """Make a boto3 client that sends every request once."""
    return boto3.Session(region_name=region).client(service, config=_ONCE)


class Aws:
    """Calls into one region. Thread-safe; `make`, `clock` and `sleep` are given by tests."""

    def __init__(
        self,
        region: str,
        make: ClientMaker = boto_client,
        clock: Callable[[], float] = time.time,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._make_once = boto_client_once if make is boto_client else make
        self.region = region
        self.clock = clock
        self.sleep = sleep
        self._make = make
        self._clients: dict[tuple[str, bool], Any] = {}
        self._caller: tuple[str, str] | None = None
        self._memory: dict[str, Any] = {}
        self._lock = threading.RLock()

    def client(self, service: str, *, once: bool = False) -> Any:
        """Return the service's client, made once; with `once`, the one that sends nothing a second time."""
        make = self._make_once if once else self._make
        with self._lock:
            if (service, once) not in self._clients:
                try:
                    self._clients[service, once] = make(service, self.region)
                except (boto.BotoCoreError, ValueError) as error:
                    raise _sentence(error, service, "", "", None) from error
            return self._clients[service, once]

    def call(
        self,
        service: str,
        call: Call,
        values: Mapping[str, Any] | None = None,
        *,
        job: str = "",
        kind: Kind | None = None,
        request: Mapping[str, Any] | None = None,
        once: bool = False,
    ) -> Any:
        """Carry out one call of a kind's table and return its result.

        `values` fill the templates (`$arn`); `request` is added as it is. With `once` it is sent again only where it
        certainly was not carried out. Raises `Missing`, `Denied`,
        `Taken`, `NoSlot`, `Rejected` or `Unanswered`; each names the job and what was being done.
        """
        params = {**_filled(call.params, values or {}), **(request or {})}
        answer = self._ask(service, call.operation, params, job, kind, once=once)
        return pick(answer, call.result) if call.result else answer

    def pages(
        self, service: str, call: Call, values: Mapping[str, Any], *, job: str = ""
    ) -> Iterator[dict[str, Any]]:
        """Yield the items of a list call, page by page, as far as the caller reads."""
        params = dict(_filled(call.params, values))
        while True:
            answer = self._ask(service, call.operation, params, job, None)
            yield from answer.get(call.result) or []
            following = answer.get(call.next_token) if call.next_token else None
            if not following:
                return
            params[call.next_token] = following

    def _ask(
        self,
        service: str,
        operation: str,
        params: dict[str, Any],
        job: str,
        kind: Kind | None,
        *,
        once: bool = False,
    ) -> Any:
        method = getattr(self.client(service, once=once), _snake(operation))
        pauses = iter(_PAUSES if once else ())
        while True:
            try:
                return method(**params)
            except (boto.BotoCoreError, boto.ClientError) as error:
                pause = next(pauses, None) if _was_not_done(error) else None
                if pause is None:
                    raise _sentence(error, service, operation, job, kind) from error
            self.sleep(pause)

    def remembered(self, key: str, ask: Callable[[], _Answer]) -> _Answer:
        """Return what `ask` answered the first time; for what does not change while one command runs."""
        with self._lock:
            if key not in self._memory:
                self._memory[key] = ask()
            answer: _Answer = self._memory[key]
            return answer

    @property
    def account(self) -> str:
        """The caller's account, twelve digits (STS GetCallerIdentity, which needs no permission)."""
        return self._identity()[0]

    @property
    def partition(self) -> str:
        """`aws`, `aws-cn` or `aws-us-gov`."""
        return self._identity()[1]

    def _identity(self) -> tuple[str, str]:
        with self._lock:
            if self._caller is None:
                answer = self._ask("sts", "GetCallerIdentity", {}, "", None)
                self._caller = (answer["Account"], answer["Arn"].split(":")[1])
            return self._caller


@lru_cache(maxsize=16)
def connect(region: str) -> Aws:
    """Return this process's connection to a region."""
    return Aws(region)


def _snake(operation: str) -> str:
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", operation).lower()


def _filled(template: Any, values: Mapping[str, Any]) -> Any:
    """Replace `$name` by its value, and `$name` inside a longer text by its words."""
    if isinstance(template, Mapping):
        return {key: _filled(item, values) for key, item in template.items()}
    if isinstance(template, list):
        return [_filled(item, values) for item in template]
    if isinstance(template, str) and "$" in template:
        if template.startswith("$"):
            return pick(values, template[1:])
        return re.sub(r"\$(\w+)", lambda found: str(values[found[1]]), template)
    return template


def _was_not_done(error: Exception) -> bool:
    """Whether AWS cannot have carried the request out: it was throttled, or never sent."""
    if isinstance(error, boto.ClientError):
        return error.response.get("Error", {}).get("Code") in _THROTTLED
    return isinstance(error, boto.EndpointConnectionError | boto.ConnectTimeoutError)


def _sentence(
    error: Exception, service: str, operation: str, job: str, kind: Kind | None
) -> JobError:
    """Turn boto's exception into the sentence for the person, and the class that the caller decides by."""
    of = f"{job}: " if job else ""
    action = f"{service}:{operation}"
    if isinstance(error, boto.ClientError):
        return _refusal(error, of, action, kind)
    if isinstance(error, boto.NoCredentialsError | boto.PartialCredentialsError):
        return JobError(f"{of}no AWS credentials: {_LOG_IN}")
    if isinstance(error, boto.ProfileNotFound | boto.ConfigNotFound):
        return JobError(f"{of}{error}: correct AWS_PROFILE or the file ~/.aws/config")
    if isinstance(error, boto.TokenRetrievalError | boto.SSOError | boto.CredentialRetrievalError):
        return JobError(f"{of}the AWS login has expired or cannot be read: {_LOG_IN}")
    if isinstance(error, boto.NoRegionError):
        return JobError(f"{of}no AWS region: `pulumi config set aws:region REGION`")
    if isinstance(error, boto.EndpointConnectionError | boto.ConnectTimeoutError):
        url = "/".join(str(error.kwargs.get("endpoint_url", "")).split("/")[:3])
        if re.match(r"https?://(localhost|127\.|\[::1\])", url):
            return JobError(
                f"{of}nothing answers at {url}: is the emulator running? (./jobctl emulator start)"
            )
        return JobError(
            f"{of}cannot reach {url}: check the network, the region and AWS_ENDPOINT_URL"
        )
    if isinstance(error, boto.HTTPClientError):
        return Unanswered(f"{of}the connection ended before AWS answered {action}; run `up` again")
    if isinstance(error, boto.ParamValidationError):
        return Rejected(f"{of}{action} does not allow this request; ./jobctl validate says where")
    return JobError(f"{of}{action} failed: {type(error).__name__}")


def _refusal(error: boto.ClientError, of: str, action: str, kind: Kind | None) -> JobError:
    code = str(error.response.get("Error", {}).get("Code", ""))
    said = str(error.response.get("Error", {}).get("Message", "")).strip()
    status = int(error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0))
    if code in _EXPIRED:
        return JobError(f"{of}the AWS credentials have expired: {_LOG_IN}")
    if code in _BAD_KEYS:
        return JobError(f"{of}AWS does not accept these credentials ({code}): {_LOG_IN}")
    if code in _DENIED:
        return Denied(f"{of}AWS denies {action} to this caller: {said}", action)
    if code in _THROTTLED:
        return Unanswered(f"{of}AWS throttled {action} for too long; run `up` again")
    if kind is not None:
        for (word, pattern), error_class in (
            (kind.taken, Taken),
            (kind.no_slot, NoSlot),
            (kind.missing, Missing),
        ):
            if word and code == word and re.search(pattern, said):
                return error_class(f"{of}{said}")
    if status >= 500:
        return Unanswered(f"{of}AWS failed in {action} ({code}); run `up` again")
    return Rejected(f"{of}AWS refused {action}: {said or code}")
