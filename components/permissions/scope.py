"""Whose permissions: one stack's, with what its jobs touch. Pure."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from ..kinds import KINDS
from ..run.data import list_uris
from ..wire import pick

_ROLE = re.compile(r"arn:aws[a-z-]*:iam::\d{12}:role/\S+")


@dataclass(frozen=True)
class Scope:
    """Whose permissions: one stack's, in one account and region.

    `roles` are the ARNs that its jobs run as, `None` means any; `queues` the names of its queues, none means any.
    `watched` are S3 objects, `inputs` S3 objects and prefixes whose records are read with `read_inputs`, `outputs` the
    prefixes that the jobs themselves write to. `artifacts`
    and `state` are S3 prefixes (`s3://bucket/prefix`) of packed code and of Pulumi's state. `adopted` are the ARNs of
    the second service's runs (training jobs) that job files adopt; none means none. `formerly` are patterns of the
    identities that the stack's runs carried under its former names. `secrets_provider` is Pulumi's URL of it
    (`awskms://...`), and `bucket_keys` the ARNs of the KMS keys of buckets that have one.
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
    outputs: tuple[str, ...] = ()
    read_inputs: bool = False
    artifacts: str = ""
    state: str = ""
    adopted: tuple[str, ...] = ()
    formerly: tuple[str, ...] = ()
    secrets_provider: str = ""
    bucket_keys: Mapping[str, str] = field(default_factory=dict)

    @property
    def identity(self) -> str:
        """The pattern of the identities that the stack's runs carry."""
        return f"{self.project}/{self.stack}/*"

    @property
    def role_arns(self) -> tuple[str, ...]:
        """The roles that jobs run as; the pattern of all where any is meant."""
        any_role = f"arn:{self.partition}:iam::{self.account}:role/*"
        return (any_role,) if self.roles is None else self.roles

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
    return _find_uris((request, KINDS[name].request.inputs) for name, request in jobs)


def find_outputs(jobs: Iterable[tuple[str, Mapping[str, Any]]]) -> tuple[str, ...]:
    """Return where jobs, given by kind and request, write: S3 prefixes, as far as they are known."""
    return _find_uris((request, KINDS[name].request.outputs) for name, request in jobs)


def _find_uris(jobs: Iterable[tuple[Mapping[str, Any], Collection[str]]]) -> tuple[str, ...]:
    return tuple(sorted({uri for job in jobs for _, uri in list_uris(*job)}))


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
