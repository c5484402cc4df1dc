"""What job files are expanded for when nobody asks Pulumi: the stacks that have a settings file. Decrypts nothing."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cli.project.stack import Project, Stack, find_project, read_stack
from components.errors import JobError
from components.jobfile import Context
from components.jobfile.messages import meant

NEUTRAL = Context("dev", any_config=True)
JOBS = "jobs"  # where job files lie, unless `aws-jobs:jobs` says otherwise


@dataclass(frozen=True)
class Home:
    """A folder of job files, and the stacks that deploy it."""

    folder: Path
    contexts: tuple[Context, ...]


def project_of(here: Path) -> Project:
    """The project at or above the folder; a folder in none is one without stacks, whose job files lie in `jobs/`."""
    project = find_project(here)
    return project if here.is_relative_to(project.root) else Project(here, project.name)


def homes(project: Project, stack: str) -> list[Home]:
    """The folder of the stack of that name; without a name those of all stacks, or `jobs/` for a neutral one."""
    names = project.stacks()
    short = stack.rpartition("/")[2]
    if short and short not in names:
        raise JobError(
            f"there is no Pulumi.{short}.yaml, so the stack `{short}` has no settings{meant(short, names)}"
        )
    found: dict[Path, list[Context]] = {}
    for name in [short] if short else names:
        settings = read_stack(project, name)
        folder = project.root / (settings.setting("aws-jobs:jobs") or JOBS)
        found.setdefault(folder, []).append(context(settings, names))
    if not found:
        return [Home(project.root / JOBS, (NEUTRAL,))]
    return [Home(folder, tuple(stacks)) for folder, stacks in found.items()]


def contexts(project: Project, stack: str) -> list[Context]:
    """The context of the stack of that name; without a name those of all stacks, or a neutral one."""
    return [context for home in homes(project, stack) for context in home.contexts]


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
