"""What job files are expanded for when nobody asks Pulumi: the stacks that have a settings file. Decrypts nothing."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from cli.stack import Project, Stack, read_stack
from components.errors import JobError
from components.jobfile import Context
from components.jobfile.messages import meant

NEUTRAL = Context("dev", any_config=True)


def contexts(project: Project, stack: str) -> list[Context]:
    """The context of the stack of that name; without a name those of all stacks, or a neutral one."""
    names = project.stacks()
    if not stack:
        found = [context(read_stack(project, name), names) for name in names]
        return found or [NEUTRAL]
    short = stack.rpartition("/")[2]
    if short not in names:
        raise JobError(
            f"there is no Pulumi.{short}.yaml, so the stack `{short}` has no settings{meant(short, names)}"
        )
    return [context(read_stack(project, short), names)]


def context(stack: Stack, stacks: list[str]) -> Context:
    """A stack's settings as a context; a secret value is known to be there, and no more."""
    secrets = frozenset(key for key, value in stack.config.items() if _is_secret(value))
    return Context(
        stack.name,
        region=stack.setting("aws:region"),
        tags=stack_tags(stack.config.get("aws-jobs:tags"), stack),
        config={key: _text(v) for key, v in stack.config.items() if key not in secrets},
        secrets=secrets,
        stacks=tuple(stacks),
    )


def stack_tags(value: Any, stack: Stack) -> dict[str, str]:
    """The stack's own tags: a mapping in its settings, or the JSON text that `config set` writes."""
    if not value or _is_secret(value):
        return {}
    if isinstance(value, str):
        try:
            value = json.loads(value)
        except ValueError:
            value = None
    if not isinstance(value, dict):
        where = stack.project.settings_file(stack.name).name
        raise JobError(f"{where}: aws-jobs:tags must be a mapping of tag names to values")
    return {str(key): _text(item) for key, item in value.items()}


def _is_secret(value: Any) -> bool:
    if isinstance(value, Mapping):
        return "secure" in value or any(map(_is_secret, value.values()))
    return isinstance(value, list) and any(map(_is_secret, value))


def _text(value: Any) -> str:
    """A setting as the program gets it from Pulumi: text."""
    return value if isinstance(value, str) else json.dumps(value, default=str)
