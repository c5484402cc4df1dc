"""A stack's AWS, its jobs and their runs, for commands that ask AWS themselves."""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Iterator
from contextlib import suppress

from cli.engine.run import capture
from cli.project.settings import list_secrets, read_stack_settings
from cli.project.stack import Stack
from cli.project.variables import child_environment, require_answer
from cli.runs.entries import Entry
from components.aws import Aws, Run, connect, describe
from components.aws.linked import find_newest_attempt
from components.aws.runs import arn_region
from components.errors import JobError, Missing
from components.redact import Redactor
from components.stack.jobs import StackJobs
from components.stack.load import load_stack
from components.wire import walk_leaves


def connect_stack(stack: Stack) -> Aws:
    """Return the stack's AWS, in its region. boto3 finds endpoint and credentials in this process's environment."""
    child = child_environment(stack, os.environ)
    require_answer(stack, child)
    for name in os.environ.keys() - child.keys():
        del os.environ[name]
    os.environ.update(child)
    return connect(read_stack_settings(stack, environment=os.environ).require_region())


def connect_to_run(stack: Stack, entry: Entry) -> Aws:
    """Return AWS in the region of the run of a job that was submitted."""
    connect_stack(stack)
    return connect(arn_region(entry.id))


def describe_run(aws: Aws, entry: Entry) -> Run:
    """Describe the job's run; where Batch has forgotten it, its last attempt stands for it."""
    try:
        return describe(aws, entry.kind, entry.id, entry.name)
    except Missing:
        found = find_newest_attempt(aws, entry.kind, entry.outputs, entry.name)
        if found is None:
            raise
        return found


def make_redactor(stack: Stack) -> Redactor:
    """Return what hides the stack's secret settings in AWS's words.

    Raises `JobError` where they cannot be decrypted here: nothing that may hold one is shown then.
    """
    secrets = list_secrets(stack)
    if not secrets:
        return Redactor(())
    try:
        decrypted = _decrypt(stack)
    except JobError as error:
        raise JobError(
            f"the secrets of '{stack.name}' cannot be decrypted here, and AWS's words may hold them: {error}"
        ) from error
    return Redactor(_list_texts(decrypted[key] for key in secrets if key in decrypted))


def _list_texts(values: Iterable[str]) -> Iterator[str]:
    """Yield each value, and the texts within one that is a JSON object or list."""
    for value in values:
        yield value
        with suppress(ValueError):
            yield from (str(leaf) for _, leaf in walk_leaves(json.loads(value)) if leaf)


def read_chains(stack: Stack) -> dict[str, tuple[str, ...]]:
    """Return the jobs that each job depends on, as far as the job files can be read; AWS is not asked."""
    try:
        return {job.name: job.depends_on for job in load_stack(read_stack_settings(stack)).jobs}
    except JobError:
        return {}


def load_jobs(stack: Stack, aws: Aws) -> StackJobs:
    """Load the stack's jobs as the program would declare them now. Raises `Problems` with all of them.

    Secret settings are decrypted for it: a request is judged with its values, and none of them leaves this process.
    """
    decrypted = _decrypt(stack) if list_secrets(stack) else {}
    settings = read_stack_settings(stack, environment=os.environ, decrypted=decrypted)
    return load_stack(settings, lambda: aws)


def _decrypt(stack: Stack) -> dict[str, str]:
    argv = ["config", "--show-secrets", "--json", "--stack", stack.name]
    entries = json.loads(capture(stack, argv))
    return {key: str(entry.get("value", "")) for key, entry in entries.items()}
