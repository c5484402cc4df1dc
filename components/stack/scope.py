"""What a stack's jobs touch, for the policies of the roles that deploy it."""

from __future__ import annotations

from collections.abc import Sequence

from .. import yaml12
from ..jobfile.watched_files import is_file
from ..permissions import (
    Scope,
    find_inputs,
    find_linked_runs,
    find_outputs,
    find_queues,
    find_roles,
)
from ..platform.config import Account
from .jobs import StackJobs
from .settings import Settings
from .settings_file import read_file


def build_scope(
    stack: StackJobs, account: Account, state: str = "", formerly: Sequence[str] = ()
) -> Scope:
    """Return the scope of the stack's permissions in an account.

    `state` is the S3 prefix of Pulumi's state; `formerly` are names that the stack had before, as project/stack.
    """
    settings, jobs = stack.settings, stack.jobs
    requests = [(job.kind, job.request) for job in jobs]
    return Scope(
        project=settings.project,
        stack=settings.stack,
        account=account.id,
        region=account.region,
        partition=account.partition,
        roles=find_roles(requests),
        queues=find_queues(requests),
        watched=tuple(sorted({str(uri) for job in jobs for uri in job.watch if not is_file(uri)})),
        inputs=find_inputs(requests),
        outputs=find_outputs(requests),
        read_inputs=settings.read_inputs,
        artifacts=settings.artifacts,
        state=state,
        adopted=find_linked_runs(job.adopt for job in jobs),
        formerly=tuple(f"{name}/*" for name in formerly),
        secrets_provider=_read_secrets_provider(settings),
        bucket_keys=settings.bucket_keys,
    )


def _read_secrets_provider(settings: Settings) -> str:
    """Return `secretsprovider` of the stack's file, which is no config; nothing where there is no such file."""
    try:
        found = read_file(settings.file).get("secretsprovider")
    except yaml12.Unreadable:
        return ""
    return found if isinstance(found, str) else ""
