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
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
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

Pair = tuple[str, str]  # resource, action


def make_policy(role: str, scope: Scope) -> dict[str, Any]:
    """Return the policy document of a role.

    `preview` reads how runs stand; `deploy` also submits, tags and ends, and reads the logs of what failed. `read` is
    for people who look on: it also reads logs, and what runs have left in S3.

    https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements.html
    """
    statements = [*_allow_reads(scope), *(_allow_changes(scope) if role == "deploy" else ())]
    statements += _allow_logs(scope) if role != "preview" else ()
    statements += make_storage(role, scope)
    return {"Version": "2012-10-17", "Statement": statements}


def _allow_reads(scope: Scope) -> Iterator[dict[str, Any]]:
    """Describe and list: what every kind's refresh, lookup and preflight ask."""
    by_resource = _group(pair for kind in KINDS.values() for pair in _list_reads(kind, scope))
    everywhere = by_resource.pop("*", set())
    if scope.role_arns:
        yield allow("ReadRoles", ["iam:GetRole"], scope.role_arns)
    yield allow("ReadWhereAwsTakesNoResource", everywhere, ["*"])
    yield from _allow_each("Read", by_resource)


def _list_reads(kind: Kind, scope: Scope) -> Iterator[Pair]:
    calls = (kind.record.describe, kind.listing.call, kind.tags.read, kind.listing.scopes)
    for call in filter(None, calls):
        yield _match_resource(kind, call, scope), _name_action(kind.service, call)
    for operation, resource in kind.permissions.reads:
        yield scope.arn(kind.service, resource), f"{kind.service}:{operation}"
    if link := kind.link:
        for call in (link.describe, link.search, link.listing.call, link.tags.read):
            linked = f"{link.resource}/*" if _is_about_one(call) else "*"
            yield scope.arn(link.service, linked), _name_action(link.service, call)


def _group(pairs: Iterable[Pair]) -> dict[str, set[str]]:
    found: dict[str, set[str]] = defaultdict(set)
    for resource, action in pairs:
        found[resource].add(action)
    return found


def _allow_each(
    sid: str, by_resource: Mapping[str, set[str]], condition: Any = None
) -> Iterator[dict[str, Any]]:
    """Yield a statement for each resource, with a number from the second on."""
    for at, resource in enumerate(sorted(by_resource)):
        yield allow(f"{sid}{at or ''}", by_resource[resource], [resource], condition)


def _name_action(service: str, call: Call) -> str:
    return f"{service}:{call.operation}"


def _match_jobs(kind: Kind, scope: Scope) -> str:
    return kind.record.arn.format(
        partition=scope.partition, region=scope.region, account=scope.account, id="*", name="*"
    )


def _is_about_one(call: Call) -> bool:
    return bool(re.search(r"\$(arn|id|name)\b", json.dumps(dict(call.params))))


def _match_resource(kind: Kind, call: Call, scope: Scope) -> str:
    """The job's ARN for a call about one job, `*` for a list."""
    if not _is_about_one(call) or call.operation in kind.permissions.unscoped:
        return "*"
    return _match_jobs(kind, scope)


def _allow_changes(scope: Scope) -> Iterator[dict[str, Any]]:
    """Submit, tag and end."""
    for kind in KINDS.values():
        yield _allow_submission(kind, scope)
    yield from _allow_tags(scope)
    by_resource = _group(pair for kind in KINDS.values() for pair in _list_changes(kind, scope))
    yield from _allow_each("Own", by_resource, {"StringLike": {_CARRIED: scope.identity}})
    if scope.role_arns:
        services = sorted({kind.runs_as for kind in KINDS.values() if kind.request.role})
        passed = {"StringEquals": {"iam:PassedToService": services}}
        yield allow("PassJobRoles", ["iam:PassRole"], scope.role_arns, passed)


def _list_changes(kind: Kind, scope: Scope) -> Iterator[Pair]:
    for call in filter(None, (kind.tags.remove, *kind.request.in_place.values(), kind.terminate)):
        yield _match_resource(kind, call, scope), _name_action(kind.service, call)
    # a training job that was adopted by its ARN has no other record
    if link := kind.link:
        for call in (link.tags.remove, link.terminate):
            yield scope.arn(link.service, f"{link.resource}/*"), _name_action(link.service, call)


def _allow_logs(scope: Scope) -> Iterator[dict[str, Any]]:
    """Read what runs have written.

    https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazoncloudwatchlogs.html
    """
    found: dict[str, set[str]] = defaultdict(set)
    for logs in filter(None, (kind.logs for kind in KINDS.values())):
        group = scope.arn(logs.service, f"log-group:{logs.group}")
        found[_name_action(logs.service, logs.streams)].add(f"{group}:*")
        found[_name_action(logs.service, logs.events)].add(f"{group}:log-stream:*")
    for at, action in enumerate(sorted(found)):
        yield allow(f"ReadLogs{at or ''}", [action], found[action])


def _allow_submission(kind: Kind, scope: Scope) -> dict[str, Any]:
    targets = kind.permissions.targets
    if kind.permissions.queue_targets and scope.queues:
        narrow = kind.permissions.queue_targets
        targets = tuple(target.format(queue=each) for target in narrow for each in scope.queues)
    return allow(
        f"Submit{kind.name}",
        [_name_action(kind.service, kind.request.submit)],
        [_match_jobs(kind, scope), *(scope.arn(kind.service, target) for target in targets)],
        {"StringLike": {_ASKED: scope.identity}},
    )


def _allow_tags(scope: Scope) -> Iterator[dict[str, Any]]:
    """Claim what is nobody's, tag what is ours, rename what was ours under a former name of the stack.

    The second service's record of our runs is tagged too. No page says that the tags of a run reach it, so one that the
    first service made is claimed like a run; of others only those that the job files name.
    """
    claimed: dict[str, set[str]] = defaultdict(set)
    carried: dict[str, set[str]] = defaultdict(set)
    for kind in KINDS.values():
        action, job = (
            _name_action(kind.service, kind.tags.add),
            _match_resource(kind, kind.tags.add, scope),
        )
        claimed[action].add(job)
        carried[action].add(job)
        if link := kind.link:
            action = _name_action(link.service, link.tags.add)
            carried[action].add(scope.arn(link.service, f"{link.resource}/*"))
            claimed[action].add(scope.arn(link.service, f"{link.resource}/{link.prefix}*"))
            claimed[action] |= {arn for arn in scope.adopted if arn.split(":")[2] == link.service}
    asked: Mapping[str, Any] = {"StringLike": {_ASKED: scope.identity}}
    ours = {"StringLike": {_CARRIED: scope.identity}}
    for action in sorted(carried):
        name = action.partition(":")[0].capitalize()
        nobodys = {**asked, "Null": {_CARRIED: "true"}}
        yield allow(f"Claim{name}", [action], claimed[action], nobodys)
        released = {**asked, "Null": {_MARKED: "false"}}
        yield allow(f"ClaimReleased{name}", [action], claimed[action], released)
        kept = {**ours, "StringLikeIfExists": {_ASKED: scope.identity}}
        yield allow(f"Tag{name}", [action], carried[action], kept)
        if scope.formerly:
            former = {"StringLike": {_ASKED: scope.identity, _CARRIED: list(scope.formerly)}}
            yield allow(f"Rename{name}", [action], carried[action], former)
