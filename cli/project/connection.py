"""A stack's settings and its AWS, for commands that ask AWS themselves. Only `declared` reads the job files."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from datetime import datetime, timezone

from cli.engine.run import capture
from cli.project.contexts import context
from cli.project.stack import Stack
from cli.project.variables import child_environment, on_loopback, require_answer
from components.aws import Aws, connect
from components.errors import Problems
from components.jobfile import Context, load
from components.stack import resolve as stackjobs
from components.stack import settings as stack_settings
from components.stack.resolve import StackJobs
from components.stack.settings import Settings


def settings_of(stack: Stack, environment: Mapping[str, str]) -> Settings:
    """The settings as the program reads them; a secret one is known by name alone."""
    known = context(stack, [])
    return stack_settings.read(
        stack.project.name,
        stack.name,
        stack.project.root,
        known.config,
        known.secrets,
        environment,
    )


def connected(stack: Stack) -> Aws:
    """The stack's AWS, in its region. boto3 finds endpoint and credentials in this process's environment."""
    child = child_environment(stack, os.environ)
    if stack.on_emulator or on_loopback(child):
        require_answer(stack, child)
    for name in os.environ.keys() - child.keys():
        del os.environ[name]
    os.environ.update(child)
    return connect(settings_of(stack, os.environ).region)


def declared(stack: Stack, aws: Aws) -> StackJobs:
    """The stack's jobs as the program would declare them now. Raises `Problems` with every mistake in the files.

    Secret settings are decrypted for it: a request is judged with its values, and none of them leaves this process.
    """
    settings = settings_of(stack, os.environ)
    files, problems = load([settings.root / settings.jobs], settings.root)
    if any(problem.level == "error" for problem in problems):
        raise Problems(problems)
    found = Context(
        stack=settings.stack,
        region=settings.region,
        tags=settings.tags,
        config={**settings.config, **_decrypted(stack, settings)},
        secrets=settings.secrets,
        today=datetime.now(timezone.utc).date(),
    )
    return stackjobs.resolve(files, settings, found, lambda: aws)


def _decrypted(stack: Stack, settings: Settings) -> dict[str, str]:
    if not settings.secrets:
        return {}
    argv = ["config", "--show-secrets", "--json", "--stack", stack.name]
    values = {
        key: str(entry.get("value", "")) for key, entry in json.loads(capture(stack, argv)).items()
    }
    return {
        **values,
        **{key.removeprefix(f"{settings.project}:"): value for key, value in values.items()},
    }
