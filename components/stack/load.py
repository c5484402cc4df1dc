"""The one loader: a stack's jobs, from its settings, job files and policies, for the program and every command."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timezone
from typing import Any

from .. import policy
from ..aws import Aws
from ..errors import Problem, Problems
from ..jobfile import Context, Job, JobFile, load
from ..platform.config import Account, PlatformConfig, parse_platform
from ..platform.references import find_references, find_unknown
from ..policy import Policy
from .archive import Archive
from .expansion import Expansion, JobFiles
from .inputs import InputBuilder
from .resolve import Resolver
from .settings import Settings
from .slots import SLOT, find_waiting


@dataclass
class StackJobs:
    """The jobs of one stack with all that makes their runs.

    `settings` are the stack's, with the place that archives go to; `platform` is what it configures, in `account`.
    Without AWS, `problems` has errors too, and what follows `account` is empty. `inputs` are resource inputs by job
    name; `waiting` says which other jobs each one waits for; `archives` are the code folders to upload, by URI. Leaves
    that refer to the stack's own platform have the value that they are going to have; `before_platform` are the same
    jobs with these leaves pending (`s3://${platform.bucket}/models/`).
    """

    settings: Settings
    jobs: Sequence[Job]
    files: Sequence[JobFile]
    problems: list[Problem]
    policies: Sequence[Policy] = ()
    platform: PlatformConfig | None = None
    account: Account | None = None
    inputs: dict[str, dict[str, Any]] = field(default_factory=dict)
    waiting: dict[str, list[str]] = field(default_factory=dict)
    archives: dict[str, Archive] = field(default_factory=dict)
    before_platform: Sequence[Job] = ()


def read_job_files(settings: Settings) -> JobFiles:
    """Read the files in the stack's folder of jobs."""
    return JobFiles(*load([settings.folder], settings.root))


def load_stack(
    settings: Settings,
    aws: Callable[[], Aws] | None = None,
    *,
    account: Account | None = None,
    read: JobFiles | None = None,
) -> StackJobs:
    """Load the stack's jobs.

    With `aws`, all that can be known is filled in and looked up; raises `Problems`, all of them, where one is an
    error. Without it, what is known outside the files only stays pending, and problems are collected, not raised.
    `account` is where the platform's resources are, by default the caller's. `read` are job files that the caller has
    read; by default those of the stack's folder.
    """
    read = read or read_job_files(settings)
    policies, platform, wrong = _load_rules(settings)
    expansion = Expansion(read, _context(settings), policies, settings.root)
    if aws:
        settings.require_region()
        expansion.raise_errors(wrong)
    if platform:
        settings = replace(settings, artifacts=settings.artifacts or platform.artifacts)
        if aws and account is None:
            account = Account(aws().account, settings.region, aws().partition)
    outputs = platform.outputs(account) if platform and account else {}
    answers = {("", f"platform.{name}"): value for name, value in outputs.items()}
    referring = {job.name for job in expansion.jobs if answers and find_references(job)}
    expansion.fill(answers)
    stack = StackJobs(settings, (), read.files, [], policies, platform, account)
    if aws:
        unknown = find_unknown(expansion.jobs, settings.stack, outputs)
        expansion.raise_errors(unknown)
        _resolve(stack, expansion, aws)
        stack.before_platform = expansion.compose_without(answers, referring)
    stack.jobs, stack.problems = expansion.jobs, sorted({*wrong, *expansion.problems})
    return stack


def _load_rules(settings: Settings) -> tuple[list[Policy], PlatformConfig | None, list[Problem]]:
    """Return the policies, the platform, and what is wrong with either."""
    policies: list[Policy] = []
    platform = None
    problems: list[Problem] = []
    try:
        policies = policy.load(settings.root)
    except Problems as error:
        problems += error.problems
    try:
        platform = parse_platform(
            settings.platform, settings.project, settings.stack, settings.root
        )
    except Problems as error:
        problems += error.problems
    return policies, platform, problems


def _resolve(stack: StackJobs, expansion: Expansion, aws: Callable[[], Aws]) -> None:
    builder = InputBuilder(stack.settings, aws)
    resolver = Resolver(expansion, builder, aws)
    resolver.resolve()
    stack.inputs, stack.waiting, stack.archives = (
        resolver.inputs,
        resolver.waiting,
        builder.archives,
    )
    if stack.settings.preflight:
        ready = [job for job in expansion.jobs if job.name not in stack.waiting]
        for name in find_waiting(ready, stack.inputs, aws):
            stack.waiting[name] = [SLOT]


def _context(settings: Settings) -> Context:
    return Context(
        stack=settings.stack,
        region=settings.region,
        tags=settings.tags,
        config=settings.config,
        secrets=settings.secrets,
        today=datetime.now(timezone.utc).date(),
        any_config=settings.any_config,
        stacks=settings.stacks,
    )
