"""The least that a caller must be allowed, made from the kinds' tables: a new kind brings its actions. Pure.

Resources and condition keys are those of the Service Authorization Reference. It gives Batch's Describe and List
calls and SageMaker's Search no resource, so there is only `*` for them.
https://docs.aws.amazon.com/service-authorization/latest/reference/list_batch.html
https://docs.aws.amazon.com/service-authorization/latest/reference/list_personalize.html
https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonsagemakerai.html
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from .kinds import KINDS, Call, Kind, Link
from .run.definition import IDENTITY
from .wire import pick, walk_leaves

ROLES = ("preview", "deploy")
_ROLE = re.compile(r"arn:aws[a-z-]*:iam::\d{12}:role/\S+")


@dataclass(frozen=True)
class Scope:
    """Whose permissions: one stack's, in one account and region.

    `roles` are the ARNs that its jobs run as, `None` means any; `queues` the names of its queues, none means any.
    `watched` are S3 objects, `inputs` S3 objects and prefixes whose records are read with `read_inputs`. `artifacts`
    and `state` are S3 prefixes (`s3://bucket/prefix`) of packed code and of Pulumi's state. `adopted` are the ARNs of
    the second service's runs (training jobs) that job files adopt; none means none.
    """

    project: str
    stack: str
    account: str = "*"
    region: str = "*"
    partition: str = "aws"
    roles: tuple[str, ...] | None = None
    queues: tuple[str, ...] = ()
    watched: tuple[str, ...] = ()
    inputs: tuple[str, ...] = ()
    read_inputs: bool = False
    artifacts: str = ""
    state: str = ""
    adopted: tuple[str, ...] = ()

    @property
    def identity(self) -> str:
        """The pattern of the identities that the stack's runs carry."""
        return f"{self.project}/{self.stack}/*"

    def arn(self, service: str, resource: str) -> str:
        """The ARN of a resource of this account and region; `*` stays what it is."""
        if resource == "*":
            return "*"
        return f"arn:{self.partition}:{service}:{self.region}:{self.account}:{resource}"


def find_roles(jobs: Iterable[tuple[str, Mapping[str, Any]]]) -> tuple[str, ...] | None:
    """Return the roles of jobs, given by kind and request; `None` (any) where one is known only later."""
    found: set[str] = set()
    for kind, request in jobs:
        path = KINDS[kind].request.role
        role = pick(request, path) if path else ""
        if path and not (isinstance(role, str) and _ROLE.fullmatch(role)):
            return None
        found |= {role} - {""}
    return tuple(sorted(found))


def find_inputs(jobs: Iterable[tuple[str, Mapping[str, Any]]]) -> tuple[str, ...]:
    """Return what jobs, given by kind and request, read: S3 objects and prefixes, as far as they are known."""
    found: set[str] = set()
    for name, request in jobs:
        for path, leaf in walk_leaves(request):
            place = ".".join(part for part in path if isinstance(part, str))
            if (
                place in KINDS[name].request.inputs
                and isinstance(leaf, str)
                and leaf.startswith("s3://")
            ):
                found.add(leaf)
    return tuple(sorted(found))


def find_queues(jobs: Iterable[tuple[str, Mapping[str, Any]]]) -> tuple[str, ...]:
    """Return the queues of jobs, given by kind and request; none (which means any) where one is known only later."""
    fields = {name: kind.request.queue_field for name, kind in KINDS.items()}
    asked = [request[fields[kind]] for kind, request in jobs if fields[kind] in request]
    if not all(isinstance(queue, str) for queue in asked):
        return ()
    return tuple(sorted({queue.rpartition("/")[2] for queue in asked}))


def find_linked_runs(adopts: Iterable[Any]) -> tuple[str, ...]:
    """Return which of the jobs' `adopt` are ARNs of a second service: nothing but `adopt` makes us touch such a run."""
    services = {kind.link.service for kind in KINDS.values() if kind.link}
    arns = {adopt for adopt in adopts if isinstance(adopt, str) and adopt.startswith("arn:")}
    return tuple(sorted(arn for arn in arns if arn.split(":")[2] in services))


def make_policy(role: str, scope: Scope) -> dict[str, Any]:
    """Return the policy document of a role: `preview` reads only, `deploy` also submits, tags and ends.

    https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements.html
    """
    statements = [*_reading(scope), *(_changing(scope) if role == "deploy" else ())]
    statements += _storage(role, scope)
    return {"Version": "2012-10-17", "Statement": statements}


def _statement(
    sid: str, actions: Iterable[str], resources: Iterable[str], condition: Any = None
) -> dict[str, Any]:
    found = {
        "Sid": sid,
        "Effect": "Allow",
        "Action": sorted(set(actions)),
        "Resource": sorted(set(resources)),
    }
    return {**found, "Condition": condition} if condition else found


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
        yield _statement("ReadRoles", ["iam:GetRole"], roles)
    yield _statement("ReadWhereAwsTakesNoResource", everywhere, ["*"])
    for at, resource in enumerate(sorted(by_resource)):
        yield _statement(f"Read{at or ''}", by_resource[resource], [resource])


def _reads(kind: Kind, scope: Scope) -> Iterator[tuple[str, str]]:
    calls = [
        kind.record.describe,
        kind.listing.call,
        kind.tags.read,
        *([kind.listing.scopes] if kind.listing.scopes else []),
    ]
    for call in calls:
        yield _action(kind.service, call), _resource(kind, call, scope)
    if kind.link:
        for call in (kind.link.describe, kind.link.search, kind.link.read_tags):
            about_one = re.search(r"\$(name|arn)\b", json.dumps(dict(call.params)))
            linked = f"{kind.link.resource}/*" if about_one else "*"
            yield _action(kind.link.service, call), scope.arn(kind.link.service, linked)


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
    """Submit, tag and end; only with, and only what carries, this stack's identity."""
    asked = {"StringLike": {f"aws:RequestTag/{IDENTITY}": scope.identity}}
    ours = {"StringLike": {f"aws:ResourceTag/{IDENTITY}": scope.identity}}
    for kind in KINDS.values():
        job = _job(kind, scope)
        service = kind.service
        targets = [scope.arn(service, target) for target in kind.permissions.targets]
        if kind.permissions.queue_targets and scope.queues:
            narrow = kind.permissions.queue_targets
            targets = [scope.arn(service, t.format(queue=q)) for t in narrow for q in scope.queues]
        yield _statement(
            f"Submit{kind.name}", [_action(service, kind.request.submit)], [job, *targets], asked
        )
        yield _statement(f"Claim{kind.name}", [_action(service, kind.tags.add)], [job], asked)
        calls = [kind.tags.add, kind.tags.remove, *kind.request.in_place.values()]
        calls += [kind.terminate] if kind.terminate else []
        yield _statement(f"Own{kind.name}", [_action(service, call) for call in calls], [job], ours)
        if kind.link:
            yield from _changing_linked(kind.name, kind.link, scope, asked, ours)
    services = sorted({kind.runs_as for kind in KINDS.values() if kind.request.role})
    roles = _any_role(scope) if scope.roles is None else scope.roles
    if roles:
        passed = {"StringEquals": {"iam:PassedToService": services}}
        yield _statement("PassJobRoles", ["iam:PassRole"], roles, passed)


def _changing_linked(
    name: str, link: Link, scope: Scope, asked: Any, ours: Any
) -> Iterator[dict[str, Any]]:
    """The second service's record of our runs is marked; a run that only it knows, since `adopt`, is also ended.

    Before it is adopted, such a run carries no tag of ours, so only those that the job files name can be.
    """
    linked = scope.arn(link.service, f"{link.resource}/*")
    tag = _action(link.service, link.tag)
    yield _statement(f"Mark{name}", [tag, _action(link.service, link.terminate)], [linked], ours)
    if named := [arn for arn in scope.adopted if arn.split(":")[2] == link.service]:
        yield _statement(f"Adopt{name}", [tag], named, asked)


def _any_role(scope: Scope) -> list[str]:
    return [f"arn:{scope.partition}:iam::{scope.account}:role/*"]


def _storage(role: str, scope: Scope) -> Iterator[dict[str, Any]]:
    """S3: watched objects and packed code, and Pulumi's state where it lies there.

    Without ListBucket, S3 says 403 for an object that is not there, and not 404.
    """

    def objects(uri: str) -> str:
        return f"arn:{scope.partition}:s3:::{uri.removeprefix('s3://')}"

    buckets = set()
    if scope.watched:
        yield _statement("ReadWatched", ["s3:GetObject"], map(objects, scope.watched))
        buckets |= {uri.split("/")[2] for uri in scope.watched}
    if scope.read_inputs and scope.inputs:
        yield _statement(
            "ReadInputs", ["s3:GetObject"], (f"{objects(uri)}*" for uri in scope.inputs)
        )
    buckets |= {uri.split("/")[2] for uri in scope.inputs}
    if scope.artifacts and role == "deploy":
        packed = objects(scope.artifacts.rstrip("/") + "/*")
        yield _statement("UploadCode", ["s3:GetObject", "s3:PutObject"], [packed])
        buckets.add(scope.artifacts.split("/")[2])
    if scope.state:
        actions = ["s3:GetObject"]
        actions += ["s3:DeleteObject", "s3:PutObject"] if role == "deploy" else []
        yield _statement("State", actions, [objects(scope.state.rstrip("/") + "/*")])
        buckets.add(scope.state.split("/")[2])
    if buckets:
        yield _statement("FindObjects", ["s3:ListBucket"], map(objects, buckets))
