"""The one loader: a stack's jobs, from its settings, job files and policies, for the program and every command."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING

from .. import policy
from ..errors import Problems
from ..jobfile import load
from ..kinds import KINDS
from ..platform.config import Account, parse_platform
from ..platform.references import find_references
from ..run.definition import SECRETS, digest
from . import settings_file
from .jobs import JobFiles, StackJobs
from .settings import Settings

if TYPE_CHECKING:
    from ..aws import Aws


def load_stack(
    settings: Settings,
    aws: Callable[[], Aws] | None = None,
    *,
    account: Account | None = None,
    read: JobFiles | None = None,
) -> StackJobs:
    """Load the stack's jobs.

    With `aws`, all that can be known is looked up and filled in; raises `Problems`, all of them, where one is an
    error. Without it, what only AWS or a package's content can tell stays pending, and problems are collected.
    `account` is where the platform's resources are, by default the caller's. `read` are job files that the caller has
    read, by default those of the stack's folder.
    """
    stack = StackJobs(settings, read or JobFiles(*load([settings.folder], settings.root)))
    stack.found.update(settings_file.find_problems(settings, stack.read.files))
    _load_rules(stack)
    stack.compose()
    if stack.platform:
        artifacts = settings.artifacts or stack.platform.artifacts
        stack.settings = replace(settings, artifacts=artifacts)
    if aws:
        stack.raise_errors()
        settings.require_region()
        stack.outputs = {}
    if stack.platform:
        if aws and account is None:
            account = Account(aws().account, settings.region, aws().partition)
        if account:
            stack.account, stack.outputs = account, stack.platform.outputs(account)
    answers = {("", f"platform.{name}"): value for name, value in (stack.outputs or {}).items()}
    referring = {job.name for job in stack.jobs if answers and find_references(job)}
    stack.fill(answers)
    if aws:
        stack.raise_errors()
        # a tenth of a second, for those who ask AWS
        from .resolve import resolve
        from .slots import wait_for_slots

        resolve(stack, aws)
        wait_for_slots(stack, aws)
        if settings.without_secrets:
            _wait_for_secrets(stack)
        stack.before_platform = stack.compose_without(answers, referring)
    return stack


def _load_rules(stack: StackJobs) -> None:
    """Read the policies and what the stack says of its platform; what is wrong with either is a problem."""
    settings = stack.settings
    try:
        stack.policies = policy.load(settings.root)
    except Problems as error:
        stack.found.update(error.problems)
    try:
        stack.platform = parse_platform(
            settings.platform, settings.project, settings.stack, settings.root
        )
    except Problems as error:
        stack.found.update(error.problems)


def _wait_for_secrets(stack: StackJobs) -> None:
    """Let wait, in a preview without secrets, what has one in its request: such a job is not changed or judged.

    Whether `up` makes another run of it is known all the same: no secret's value is in a digest.
    """
    for job in stack.jobs:
        if job.secret_paths:
            made = digest(KINDS[job.kind], stack.inputs[job.name])
            stack.waiting.setdefault(job.name, [SECRETS + made])
