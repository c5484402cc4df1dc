"""The settings of a project's stacks as their files have them, and where their job files are. Decrypts nothing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from cli.project.region import find_region
from cli.project.stack import Project, Stack, find_project, has_secret, read_stack
from components.errors import JobError
from components.jobfile.words import suggest
from components.stack.settings import Settings, read_settings


@dataclass(frozen=True)
class JobFolder:
    """A folder of job files, and the settings of the stacks that deploy it."""

    path: Path
    stacks: tuple[Settings, ...]


def find_own_project(here: Path) -> Project:
    """Return the project at or above the folder; elsewhere one without stacks, whose job files are in `jobs/`."""
    project = find_project(here)
    return project if here.is_relative_to(project.root) else Project(here, project.name)


def list_job_folders(
    project: Project, stack: str = "", *, unreadable: bool = False
) -> list[JobFolder]:
    """Return the folder of the stack of that name; without a name those of all stacks.

    A project without stacks has `jobs/`, for a stack of which nothing is known; where `unreadable` ones are wanted
    too, so has a stack whose file cannot be read.
    """
    names = project.stacks()
    short = stack.rpartition("/")[2]
    if short and short not in names:
        raise JobError(
            f"there is no Pulumi.{short}.yaml, so the stack `{short}` has no settings{suggest(short, names)}"
        )
    found: dict[Path, list[Settings]] = {}
    for name in [short] if short else names:
        try:
            known = read_stack(project, name)
        except JobError:
            if not unreadable:
                raise
            known = Stack(project, name, project.config, more=True)
        settings = read_stack_settings(known)
        found.setdefault(settings.folder, []).append(settings)
    if not found:
        unknown = Settings("dev", project=project.name, root=project.root, any_config=True)
        return [JobFolder(unknown.folder, (unknown,))]
    return [JobFolder(path, tuple(stacks)) for path, stacks in found.items()]


def read_stack_settings(
    stack: Stack,
    *,
    environment: Mapping[str, str] | None = None,
    decrypted: Mapping[str, str] | None = None,
) -> Settings:
    """Read the settings that the stack's file has. A secret one is known by name alone, unless it is `decrypted`."""
    secrets = list_secrets(stack)
    if stack.on_emulator:
        environment = {**(environment or {}), "AWS_REGION": find_region(stack)}
    plain = {key: value for key, value in stack.config.items() if key not in secrets}
    settings = read_settings(
        stack.project.name,
        stack.name,
        stack.project.root,
        {**plain, **(decrypted or {})},
        secrets,
        environment=environment,
        stacks=tuple(stack.project.stacks()),
    )
    return replace(settings, any_config=stack.more)


def list_secrets(stack: Stack) -> frozenset[str]:
    """Return the keys of the settings that are secret, or have something secret in them."""
    return frozenset(key for key, value in stack.config.items() if has_secret(value))
