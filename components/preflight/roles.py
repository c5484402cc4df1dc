"""The roles that the jobs run as: there, of this account, and trusting the service.

https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_use_passrole.html
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from ..aws import Aws
from ..errors import Denied
from ..jobfile import Job
from ..kinds import KINDS, Call
from ..wire import pick
from .problem import ReferenceProblem, denied
from .references import look_up

_ROLE = re.compile(r"arn:[^:]+:iam::(\d{12}):role/(?:\S+/)?(\S+)")
# https://docs.aws.amazon.com/IAM/latest/APIReference/API_GetRole.html
_GET = Call("GetRole", {"RoleName": "$name"}, result="Role")


def find_problems(jobs: Sequence[Job], aws: Aws) -> Iterator[ReferenceProblem]:
    """Each role is asked for once, however many jobs it has."""
    for job in jobs:
        kind = KINDS[job.kind]
        named = pick(job.request, kind.request.role) if kind.request.role else None
        arn = named if isinstance(named, str) else ""
        match = _ROLE.fullmatch(arn)
        if match is None:
            continue
        path = f"request.{kind.request.role}"
        answer = look_up(aws, "iam", _GET, match[2])
        if isinstance(answer, Mapping) and answer.get("Arn") == arn:
            if trusts(answer.get("AssumeRolePolicyDocument") or {}, kind.runs_as):
                continue
            message = (
                f"{arn} cannot be used: its trust policy does not let {kind.runs_as} assume it"
            )
        elif match[1] != aws.account:
            message = (
                f"{arn} is in another account than the caller ({aws.account}): it cannot be passed"
            )
        elif isinstance(answer, Denied):
            yield denied(job, path, answer)
            continue
        else:
            message = f"the role {arn} does not exist"
        yield ReferenceProblem(job, path, message, "preflight.role")


def trusts(document: Mapping[str, Any], principal: str) -> bool:
    """Whether a trust policy lets a service assume its role; conditions are taken to hold."""
    return any(
        statement.get("Effect") == "Allow"
        and any(
            re.fullmatch(re.escape(action).replace(r"\*", ".*"), "sts:AssumeRole", re.IGNORECASE)
            for action in _listed(statement.get("Action"))
        )
        and _names(statement.get("Principal"), principal)
        for statement in _listed(document.get("Statement"))
    )


def _names(principal: Any, service: str) -> bool:
    if isinstance(principal, Mapping):
        principal = principal.get("Service")
    return bool({"*", service} & set(_listed(principal)))


def _listed(value: Any) -> list[Any]:
    if value is None:
        return []
    return value if isinstance(value, list) else [value]
