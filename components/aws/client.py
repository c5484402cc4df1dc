"""One caller's view of AWS in one region. The first call loads boto3: a third of a second that most providers save."""

from __future__ import annotations

import random
import re
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from copy import copy
from functools import lru_cache
from typing import Any, TypeVar

from ..kinds import Call, Kind
from ..wire import pick
from .pace import Pace
from .shared import AGE, SharedList

# Seconds before a submission that certainly was not carried out is sent again, up to half longer or shorter: others
# who were throttled wait too.
_PAUSES = (1, 2, 4, 8, 16, 16, 16)
_Answer = TypeVar("_Answer")
ClientMaker = Callable[[str, str, bool], Any]


def make_client(service: str, region: str, once: bool) -> Any:
    """Make a boto3 client; with `once` it sends nothing a second time."""
    from . import boto

    return boto.make_client(service, region, once)


class Aws:
    """Calls into one region. Thread-safe; `make`, `clock` and `sleep` are given by tests.

    `submit_rate` is how many submissions a second the stack allows itself; 0 for what AWS takes.
    """

    def __init__(
        self,
        region: str,
        make: ClientMaker = make_client,
        clock: Callable[[], float] = time.time,
        sleep: Callable[[float], None] = time.sleep,
        *,
        submit_rate: float = 0,
    ) -> None:
        self.region = region
        self.clock = clock
        self.sleep = sleep
        self._make = make
        self._clients: dict[tuple[str, bool], Any] = {}
        self._memory: dict[str, Any] = {}
        self._paces: dict[str, Pace] = {}
        self._submit_rate = submit_rate
        self._lists: dict[str, tuple[float, SharedList]] | None = {}
        self._lock = threading.RLock()

    def client(self, service: str, *, once: bool = False) -> Any:
        """Return the service's client, made once; with `once`, the one that sends nothing a second time."""
        from . import boto

        with self._lock:
            if (service, once) not in self._clients:
                try:
                    self._clients[service, once] = self._make(service, self.region, once)
                except (*boto.FAILURES, ValueError) as error:
                    raise boto.translate_error(error, service, "", "", None) from error
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
        rate: float = 0,
    ) -> Any:
        """Carry out one call of a kind's table and return its result.

        `values` fill the templates (`$arn`); `request` is added as it is. With `once` it is sent again only where it
        certainly was not carried out. `rate` is how many a second AWS takes of an account in a region. Raises
        `Missing`, `Denied`, `Taken`, `NoSlot`, `Rejected` or `Unanswered`; each names the job and what was being done.
        """
        params = {**_filled(call.params, values or {}), **(request or {})}
        answer = self._ask(service, call.operation, params, job, kind, once=once, rate=rate)
        return pick(answer, call.result) if call.result else answer

    def pages(
        self, service: str, call: Call, values: Mapping[str, Any], *, job: str = ""
    ) -> Iterator[dict[str, Any]]:
        """Yield the items of a list call, page by page, as far as the caller reads."""
        token = ""
        while True:
            items, token = self.read_page(service, call, values, token, job=job)
            yield from items
            if not token:
                return

    def read_page(
        self, service: str, call: Call, values: Mapping[str, Any], token: str, *, job: str = ""
    ) -> tuple[list[dict[str, Any]], str]:
        """Return one page of a list call, and the token of the next one, or "" after the last."""
        params = dict(_filled(call.params, values))
        if token:
            params[call.next_token] = token
        answer = self._ask(service, call.operation, params, job, None)
        following = answer.get(call.next_token) if call.next_token else None
        return answer.get(call.result) or [], following or ""

    def share(self, key: str, make: Callable[[], SharedList]) -> SharedList | None:
        """Return the list that all jobs share under this key; nothing where AWS is looked at afresh."""
        if self._lists is None:
            return None
        with self._lock:
            made, found = self._lists.get(key, (0.0, None))
            if found is None or not made <= self.clock() < made + AGE:
                found = make()
                self._lists[key] = (self.clock(), found)
            return found

    def afresh(self) -> Aws:
        """Return this view of AWS without what its jobs share: for a look at what has just changed."""
        other = copy(self)
        other._lists = None
        return other

    def _ask(
        self,
        service: str,
        operation: str,
        params: dict[str, Any],
        job: str,
        kind: Kind | None,
        *,
        once: bool = False,
        rate: float = 0,
    ) -> Any:
        from . import boto

        method = getattr(self.client(service, once=once), _snake(operation))
        pauses = iter(_PAUSES if once else ())
        pace = self._pace(f"{service}:{operation}", rate) if rate else None
        while True:
            if pace:
                pace.take()
            try:
                return method(**params)
            except boto.FAILURES as error:
                pause = next(pauses, None) if boto.was_not_done(error) else None
                if pause is None:
                    raise boto.translate_error(error, service, operation, job, kind) from error
            if pace:
                pace.drain()
            self.sleep(pause * random.uniform(0.5, 1.5))

    def _pace(self, action: str, rate: float) -> Pace:
        with self._lock:
            if action not in self._paces:
                self._paces[action] = Pace(self._submit_rate or rate, self.clock, self.sleep)
            return self._paces[action]

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
        def ask() -> tuple[str, str]:
            answer = self._ask("sts", "GetCallerIdentity", {}, "", None)
            return answer["Account"], answer["Arn"].split(":")[1]

        return self.remembered("caller", ask)


@lru_cache(maxsize=16)
def connect(region: str, submit_rate: float = 0) -> Aws:
    """Return this process's connection to a region."""
    return Aws(region, submit_rate=submit_rate)


def disconnect() -> None:
    """Let the next connections follow the environment as it is then: another account, another endpoint."""
    from . import boto

    connect.cache_clear()
    boto.make_session.cache_clear()


def _snake(operation: str) -> str:
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", operation).lower()


def _filled(template: Any, values: Mapping[str, Any]) -> Any:
    """Replace `$name` by its value, also inside a longer text; a field without a value is left out."""
    if isinstance(template, Mapping):
        filled = {key: _filled(item, values) for key, item in template.items()}
        return {key: item for key, item in filled.items() if item is not None}
    if isinstance(template, list):
        return [_filled(item, values) for item in template]
    if isinstance(template, str) and "$" in template:
        if template.startswith("$"):
            return pick(values, template[1:])
        return re.sub(r"\$(\w+)", lambda found: str(values[found[1]]), template)
    return template
