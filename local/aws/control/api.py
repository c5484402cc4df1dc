"""The control API under /_emulator/: look at the emulator, move its clock, make things go wrong.

    GET status                 what it has
    POST clock                 {"freeze": true}, {"advance": seconds}
    POST pace                  {"running": seconds, ...}; null keeps jobs in that state
    GET, POST token-mode       {"mode": "reject" | "return-first" | "forget" | "token-only"}
    GET, POST lag              {"lists": seconds, "tags": seconds}: a new job is not listed yet, its tags are not on
                               its training job yet; null for tags is never
    POST seed                  {"region"}: what the first region has, in another one
    GET, POST assumptions      {"retention": seconds, "tokenLifetime": seconds or null, "words": "own" | "other",
                               "shareDecay": "linear" | "exponential" | "none", "doubleSlash": "kept" | "merged"}:
                               what no page of AWS says (docs/emulator.md)
    POST, GET, DELETE faults   {"operation", "kind", "times", "after", "code", "message", "status", "percent",
                               "rate"}
    POST, DELETE deny          {"only": [actions]}, {"except": [actions]}
    POST jobs/<id or name>     {"end": "succeed" | "fail"} or {"status"}, "reason", "hold", "attempt"; DELETE: Batch
                               forgets the job
    GET, DELETE calls          who called what
    POST reset                 as it was when it first started

Each takes the header `Authorization: Bearer TOKEN`; `jobctl emulator status --json` prints the token. Requests and
answers are JSON. A mistake in a request is answered with status 400 and {"message": ...}.
"""

from __future__ import annotations

import json
import logging
import math
from collections.abc import Callable
from dataclasses import fields
from functools import partial
from typing import Any
from urllib.parse import unquote

from moto.batch.models import batch_backends
from moto.iam.models import iam_backends
from moto.personalize.models import personalize_backends
from moto.utilities.utils import get_partition

from ..batch.fairness import DECAYS
from ..batch.models import ServiceJobBackend
from ..clock import Pace, is_number
from ..personalize.models import BatchInferenceBackend
from ..personalize.solutions import VERSION
from ..server import extend
from ..server.errors import Answer, write_json
from ..server.faults import Fault, Faults, Permissions
from ..service import context, objects
from . import jobs as force
from . import seed
from .seed import ACCOUNT, REGION

ROOT = "/_emulator/"


class Control:
    """The state that the control API sets, and the handlers of its paths."""

    def __init__(self, endpoint: Callable[[], str], reset: Callable[[], None]) -> None:
        self._endpoint = endpoint
        self._reset = reset
        self.faults = Faults()
        self.permissions = Permissions()
        self.calls: list[dict[str, Any]] = []

    def clear(self) -> None:
        """Nothing goes wrong, nothing is denied, nobody has called."""
        self.faults.clear()
        self.permissions = Permissions()
        self.calls.clear()

    def set_pace(self, pace: Pace) -> None:
        """Let every job go on at this pace, from when it entered its state."""
        context.current.pace = pace
        extend.resume()

    def answer(self, method: str, path: str, body: bytes) -> Answer:
        """The HTTP answer to a request."""
        try:
            asked = json.loads(body) if body.strip() else {}
            status, document = self.handle(method, path, asked)
        except ValueError as error:  # a JSON error is one too
            status, document = 400, {"message": str(error)}
        except Exception as error:  # a mistake of ours: told, lest it look like the network's
            logging.getLogger(__name__).exception("%s %s", method, path)
            status, document = 500, {"message": f"the emulator failed: {error!r} (in its log)"}
        return write_json(status, document)

    def handle(self, method: str, path: str, asked: Any) -> tuple[int, Any]:
        """Do what is asked: the status and the document of the answer. A mistake is a ValueError."""
        name, _, rest = path.removeprefix(ROOT).partition("/")
        handler = getattr(self, f"_{method.lower()}_{name}", None)
        if name in _SWITCHES and method in ("GET", "POST"):
            handler = partial(_switch, _SWITCHES[name])
        if handler is None or not path.startswith(ROOT) or (rest and name != "jobs"):
            return 404, {"message": f"The emulator has no {method} {path}"}
        if not isinstance(asked, dict):
            raise ValueError("the body must be a JSON object")
        return 200, handler(unquote(rest), asked) if name == "jobs" else handler(asked)

    def _get_status(self, _: dict[str, Any]) -> dict[str, Any]:
        clock = context.current.clock
        here = list_region(REGION)
        used = {*batch_backends[ACCOUNT], *personalize_backends[ACCOUNT]} - {REGION}
        found = {region: list_region(region) for region in sorted(used)}
        return {
            "endpoint": self._endpoint(),
            "region": REGION,
            "account": ACCOUNT,
            **here,
            "roles": [role.arn for role in iam_backends[ACCOUNT]["aws"].roles.values()],
            "regions": {
                REGION: here,
                **{name: has for name, has in found.items() if any(has.values())},
            },
            "now": clock.now(),
            "frozen": clock.frozen,
            "pace": context.pace().as_json(),
            "tokenMode": context.current.tokens,
        }

    def _post_clock(self, asked: dict[str, Any]) -> dict[str, Any]:
        _only(asked, "freeze", "advance")
        clock = context.current.clock
        if "freeze" in asked:
            if not isinstance(asked["freeze"], bool):
                raise ValueError("freeze takes true or false")
            if asked["freeze"]:
                clock.freeze()
            else:
                clock.thaw()
        if "advance" in asked:
            clock.advance(asked["advance"])
        return {"now": clock.now(), "frozen": clock.frozen}

    def _post_pace(self, asked: dict[str, Any]) -> dict[str, Any]:
        self.set_pace(context.pace().change(asked))
        return {"pace": context.pace().as_json()}

    def _post_seed(self, asked: dict[str, Any]) -> dict[str, Any]:
        _only(asked, "region")
        region = asked.get("region")
        if region not in batch_backends[ACCOUNT].regions or get_partition(region) != "aws":
            raise ValueError(f"{region} is not a region of AWS's partition aws that has Batch")
        seed.seed_region(region)
        return list_region(region)

    def _get_faults(self, _: dict[str, Any]) -> dict[str, Any]:
        return {"faults": self.faults.as_json()}

    def _post_faults(self, asked: dict[str, Any]) -> dict[str, Any]:
        _only(asked, *(field.name for field in fields(Fault) if field.init))
        for name in ("operation", "kind"):
            if not isinstance(asked.get(name), str):
                raise ValueError(f"a fault needs {name}, a text")
        self.faults.add(Fault(**asked))
        return {"faults": self.faults.as_json()}

    def _delete_faults(self, _: dict[str, Any]) -> dict[str, Any]:
        self.faults.clear()
        return {"faults": []}

    def _post_deny(self, asked: dict[str, Any]) -> dict[str, Any]:
        _only(asked, "except", "only")
        for name, value in asked.items():
            if not isinstance(value, list) or not all(isinstance(entry, str) for entry in value):
                raise ValueError(f"{name} takes a list of actions, such as batch:SubmitServiceJob")
        self.permissions = Permissions(asked.get("except"), asked.get("only"))
        return {"except": self.permissions.exempt, "only": self.permissions.only}

    def _delete_deny(self, _: dict[str, Any]) -> dict[str, Any]:
        return self._post_deny({})

    def _get_calls(self, _: dict[str, Any]) -> dict[str, Any]:
        return {"calls": self.calls}

    def _delete_calls(self, _: dict[str, Any]) -> dict[str, Any]:
        self.calls.clear()
        return {"calls": []}

    def _post_jobs(self, wanted: str, asked: dict[str, Any]) -> dict[str, Any]:
        _only(asked, "status", "reason", "hold", "attempt", "end")
        return force.move(wanted, asked)

    def _delete_jobs(self, wanted: str, _: dict[str, Any]) -> dict[str, Any]:
        return force.expire(wanted)

    def _post_reset(self, _: dict[str, Any]) -> dict[str, Any]:
        self._reset()
        return {}


def list_region(region: str) -> dict[str, Any]:
    """Return what jobs may refer to in a region, by name and ARN."""
    batch = extend.find_backend(ServiceJobBackend, ACCOUNT, region)
    versions: list[str] = []
    if extend.has_service("personalize", ACCOUNT, region):
        personalize = extend.find_backend(BatchInferenceBackend, ACCOUNT, region)
        versions = [version.arn for version in personalize.of_kind(VERSION)]
    queues = [queue.name for queue in batch.queues]
    queues += [queue["jobQueueName"] for queue in batch.describe_job_queues()]
    return {
        "queues": queues,
        "solutionVersions": versions,
        "buckets": objects.list_buckets(ACCOUNT, region),
    }


def _only(asked: dict[str, Any], *names: str) -> None:
    for name in asked:
        if name not in names:
            raise ValueError(f"unknown field {name}; allowed: {', '.join(names)}")


def _number(name: str, value: Any) -> float:
    if not is_number(value) or math.isinf(value):
        raise ValueError(f"{name} takes a number of seconds from 0 up")
    return float(value)


def _optional_number(name: str, value: Any) -> float | None:
    return None if value is None else _number(name, value)


def _choice(*words: str) -> Callable[[str, Any], str]:
    def read(name: str, value: Any) -> str:
        if value not in words:
            raise ValueError(f"{name} takes one of {', '.join(words)}")
        return str(value)

    return read


_Switches = dict[str, tuple[str, Callable[[str, Any], Any]]]
_SWITCHES: dict[str, _Switches] = {
    "token-mode": {"mode": ("tokens", _choice(*context.TOKEN_MODES))},
    "lag": {"lists": ("list_lag", _number), "tags": ("tags_lag", _optional_number)},
    "assumptions": {
        "retention": ("retention", _number),
        "tokenLifetime": ("token_lifetime", _optional_number),
        "words": ("words", _choice(*context.WORDS)),
        "doubleSlash": ("double_slash", _choice(*context.DOUBLE_SLASHES)),
        "shareDecay": ("share_decay", _choice(*DECAYS)),
    },
}
"""What a request to a path may set: by its name there, the field of the context, and how it is read."""


def _switch(switches: _Switches, asked: dict[str, Any]) -> dict[str, Any]:
    """Set what is asked, all or nothing; return how all of them are set."""
    _only(asked, *switches)
    for field, value in [(switches[n][0], switches[n][1](n, v)) for n, v in asked.items()]:
        setattr(context.current, field, value)
    if asked:
        extend.resume()  # retention says when a job's last step is due
    return {name: getattr(context.current, field) for name, (field, _) in switches.items()}
