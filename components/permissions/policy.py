"""The policy documents of the roles that preview and deploy a stack. Pure.

Resources and condition keys are those of the Service Authorization Reference. It gives Batch's Describe and List calls,
SageMaker's Search and Personalize's tag calls no resource, so there is only `*` for them.
https://docs.aws.amazon.com/service-authorization/latest/reference/list_batch.html
https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonpersonalize.html
https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonsagemakerai.html

Tags say whose a run is. A run may be given this stack's identity while it has none, or once its stack has released it;
and only what carries this stack's identity may be changed, ended, or tagged otherwise, never with another stack's
identity. The reference lists no tag keys for Personalize, whose guide has them for all its operations:
https://docs.aws.amazon.com/personalize/latest/dg/tags-iam.html
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

from ..kinds import KINDS, Call, Kind
from ..run.definition import IDENTITY, RELEASED
from .scope import Scope
from .statement import allow
from .storage import make_storage

ROLES = ("preview", "deploy", "read")
_ASKED = f"aws:RequestTag/{IDENTITY}"
_CARRIED = f"aws:ResourceTag/{IDENTITY}"
_MARKED = f"aws:ResourceTag/{RELEASED}"


def make_policy(role: str, scope: Scope) -> dict[str, Any]:
    """Return the policy document of a role.

    `preview` reads how runs stand; `deploy` also submits, tags and ends, and reads the logs of what failed. `read` is
    for people who look on: it also reads logs, and what runs have left in S3.

    https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements.html
    """
    statements = [*_reading(scope), *(_changing(scope) if role == "deploy" else ())]
    statements += _reading_logs(scope) if role != "preview" else ()
    statements += make_storage(role, scope)
    return {"Version": "2012-10-17", "Statement": statements}


def _reading(scope: Scope) -> Iterator[dict[str, Any]]:
    """Describe and list: what every kind's refresh, lookup and preflight ask."""
    by_resource: dict[str, set[str]] = {}
    for kind in KINDS.values():
        for action, resource in _reads(kind, scope):
            by_resource.setdefault(resource, set()).add(action)
        for operation, resource in kind.permissions.reads:
            arn = scope.arn(kind.service, resource)
            by_resource.setdefault(arn, set()).add(f"{kind.service}:{operation}")
    everywhere = by_resource.pop("*", set())
    roles = _any_role(scope) if scope.roles is None else scope.roles
    if roles:
        yield allow("ReadRoles", ["iam:GetRole"], roles)
    yield allow("ReadWhereAwsTakesNoResource", everywhere, ["*"])
    for at, resource in enumerate(sorted(by_resource)):
        yield allow(f"Read{at or ''}", by_resource[resource], [resource])


def _reads(kind: Kind, scope: Scope) -> Iterator[tuple[str, str]]:
    calls = [
        kind.record.describe,
        kind.listing.call,
        kind.tags.read,
        *([kind.listing.scopes] if kind.listing.scopes else []),
    ]
    for call in calls:
        yield _action(kind.service, call), _resource(kind, call, scope)
    if link := kind.link:
        for call in (link.describe, link.search, link.listing.call, link.read_tags):
            about_one = re.search(r"\$(name|arn)\b", json.dumps(dict(call.params)))
            linked = f"{link.resource}/*" if about_one else "*"
            yield _action(link.service, call), scope.arn(link.service, linked)


def _action(service: str, call: Call) -> str:
    return f"{service}:{call.operation}"


def _job(kind: Kind, scope: Scope) -> str:
    return kind.record.arn.format(
        partition=scope.partition, region=scope.region, account=scope.account, id="*", name="*"
    )


def _resource(kind: Kind, call: Call, scope: Scope) -> str:
    """The job's ARN for a call about one job, `*` for a list."""
    about_one = any(word in json.dumps(dict(call.params)) for word in ("$arn", "$id", "$name"))
    if not about_one or call.operation in kind.permissions.unscoped:
        return "*"
    return _job(kind, scope)


def _changing(scope: Scope) -> Iterator[dict[str, Any]]:
    """Submit, tag and end."""
    for kind in KINDS.values():
        yield _submitting(kind, scope)
    yield from _tagging(scope)
    ours = {"StringLike": {_CARRIED: scope.identity}}
    by_resource: dict[str, set[str]] = {}
    for kind in KINDS.values():
        calls = [kind.tags.remove, *kind.request.in_place.values()]
        for call in [*calls, *([kind.terminate] if kind.terminate else [])]:
            by_resource.setdefault(_resource(kind, call, scope), set()).add(
                _action(kind.service, call)
            )
        # a training job that was adopted by its ARN has no other record
        if link := kind.link:
            linked = scope.arn(link.service, f"{link.resource}/*")
            both = {_action(link.service, call) for call in (link.untag, link.terminate)}
            by_resource.setdefault(linked, set()).update(both)
    for at, resource in enumerate(sorted(by_resource)):
        yield allow(f"Own{at or ''}", by_resource[resource], [resource], ours)
    services = sorted({kind.runs_as for kind in KINDS.values() if kind.request.role})
    roles = _any_role(scope) if scope.roles is None else scope.roles
    if roles:
        passed = {"StringEquals": {"iam:PassedToService": services}}
        yield allow("PassJobRoles", ["iam:PassRole"], roles, passed)


def _reading_logs(scope: Scope) -> Iterator[dict[str, Any]]:
    """Read what runs have written.

    https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazoncloudwatchlogs.html
    """
    found: dict[str, set[str]] = {}
    for kind in KINDS.values():
        if logs := kind.logs:
            group = scope.arn(logs.service, f"log-group:{logs.group}")
            found.setdefault(_action(logs.service, logs.streams), set()).add(f"{group}:*")
            found.setdefault(_action(logs.service, logs.events), set()).add(f"{group}:log-stream:*")
    for at, action in enumerate(sorted(found)):
        yield allow(f"ReadLogs{at or ''}", [action], found[action])


def _submitting(kind: Kind, scope: Scope) -> dict[str, Any]:
    targets = [scope.arn(kind.service, target) for target in kind.permissions.targets]
    if kind.permissions.queue_targets and scope.queues:
        narrow = kind.permissions.queue_targets
        targets = [scope.arn(kind.service, t.format(queue=q)) for t in narrow for q in scope.queues]
    return allow(
        f"Submit{kind.name}",
        [_action(kind.service, kind.request.submit)],
        [_job(kind, scope), *targets],
        {"StringLike": {_ASKED: scope.identity}},
    )


def _tagging(scope: Scope) -> Iterator[dict[str, Any]]:
    """Claim what is nobody's, tag what is ours, rename what was ours under a former name of the stack.

    The second service's record of our runs is tagged too. No page says that the tags of a run reach it, so one that the
    first service made is claimed like a run; of others only those that the job files name.
    """
    claimed: dict[str, set[str]] = {}
    carried: dict[str, set[str]] = {}
    for kind in KINDS.values():
        action, job = _action(kind.service, kind.tags.add), _resource(kind, kind.tags.add, scope)
        claimed.setdefault(action, set()).add(job)
        carried.setdefault(action, set()).add(job)
        if link := kind.link:
            action = _action(link.service, link.tag)
            carried.setdefault(action, set()).add(scope.arn(link.service, f"{link.resource}/*"))
            named = {arn for arn in scope.adopted if arn.split(":")[2] == link.service}
            made = scope.arn(link.service, f"{link.resource}/{link.prefix}*")
            claimed.setdefault(action, set()).update({*named, made})
    asked: Mapping[str, Any] = {"StringLike": {_ASKED: scope.identity}}
    for action in sorted(carried):
        name = action.partition(":")[0].capitalize()
        if resources := claimed.get(action):
            nobodys = {**asked, "Null": {_CARRIED: "true"}}
            yield allow(f"Claim{name}", [action], resources, nobodys)
            released = {**asked, "Null": {_MARKED: "false"}}
            yield allow(f"ClaimReleased{name}", [action], resources, released)
        ours = {"StringLike": {_CARRIED: scope.identity}}
        kept = {**ours, "StringLikeIfExists": {_ASKED: scope.identity}}
        yield allow(f"Tag{name}", [action], carried[action], kept)
        if scope.formerly:
            former = {"StringLike": {_ASKED: scope.identity, _CARRIED: list(scope.formerly)}}
            yield allow(f"Rename{name}", [action], carried[action], former)


def _any_role(scope: Scope) -> list[str]:
    return [f"arn:{scope.partition}:iam::{scope.account}:role/*"]
