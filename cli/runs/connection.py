"""A stack's AWS and its jobs, for commands that ask AWS themselves."""

from __future__ import annotations

import json
import os

from cli.engine.run import capture
from cli.project.settings import list_secrets, read_stack_settings
from cli.project.stack import Stack
from cli.project.variables import child_environment, require_answer
from components.aws import Aws, connect
from components.stack.jobs import StackJobs
from components.stack.load import load_stack


def connect_stack(stack: Stack) -> Aws:
    """Return the stack's AWS, in its region. boto3 finds endpoint and credentials in this process's environment."""
    child = child_environment(stack, os.environ)
    require_answer(stack, child)
    for name in os.environ.keys() - child.keys():
        del os.environ[name]
    os.environ.update(child)
    return connect(read_stack_settings(stack, environment=os.environ).require_region())


def load_jobs(stack: Stack, aws: Aws) -> StackJobs:
    """Load the stack's jobs as the program would declare them now. Raises `Problems` with all of them.

    Secret settings are decrypted for it: a request is judged with its values, and none of them leaves this process.
    """
    decrypted = _decrypt(stack) if list_secrets(stack) else {}
    settings = read_stack_settings(stack, environment=os.environ, decrypted=decrypted)
    return load_stack(settings, lambda: aws)


def decrypt_secrets(stack: Stack) -> dict[str, str]:
    """Return the stack's secret settings with their values."""
    secret = list_secrets(stack)
    return {key: value for key, value in _decrypt(stack).items() if key in secret} if secret else {}


def _decrypt(stack: Stack) -> dict[str, str]:
    argv = ["config", "--show-secrets", "--json", "--stack", stack.name]
    entries = json.loads(capture(stack, argv))
    return {key: str(entry.get("value", "")) for key, entry in entries.items()}
