"""A project, its stacks, and the settings in their files. Reads files only."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from components import pulumi_yaml, yaml12
from components.errors import JobError
from components.stack.settings import add_namespace

HERE = Path(__file__).resolve().parents[2]


@dataclass(frozen=True)
class Project:
    """A folder with a `Pulumi.yaml`: the project's name in it, and its config, which every stack inherits."""

    root: Path
    name: str
    config: Mapping[str, Any] = field(default_factory=dict, hash=False)

    @property
    def local(self) -> Path:
        """Return the folder for this machine's own files, which git ignores."""
        return self.root / ".local"

    def settings_file(self, stack: str) -> Path:
        return self.root / f"Pulumi.{stack}.yaml"

    def stacks(self) -> list[str]:
        """Return the stacks that have a settings file."""
        names = (
            path.name[len("Pulumi.") : -len(".yaml")] for path in self.root.glob("Pulumi.*.yaml")
        )
        return sorted(names)


@dataclass(frozen=True)
class Stack:
    """A stack and its settings: config keys with their project (`aws:region`), values as Pulumi keeps them.

    One that imports environments of Pulumi ESC has `more` config, which Pulumi alone knows:
    https://www.pulumi.com/docs/iac/concepts/config/
    """

    project: Project
    name: str
    config: Mapping[str, Any] = field(default_factory=dict)
    more: bool = False

    def setting(self, key: str) -> str:
        """Return a plain setting as text, empty where it is not set; a secret one counts as not set."""
        value = self.config.get(key, "")
        return "" if isinstance(value, (dict, list)) else pulumi_yaml.write_text(value)

    @property
    def on_emulator(self) -> bool:
        return self.setting("aws-jobs:emulator").lower() == "true"


def find_project(start: Path) -> Project:
    """Return the nearest project at or above `start`, as Pulumi does; elsewhere the one that this jobctl belongs to."""
    folders = (each for each in (start, *start.parents) if (each / "Pulumi.yaml").is_file())
    root = next(folders, HERE)
    document = read_yaml(root / "Pulumi.yaml")
    name = str(document.get("name", ""))
    return Project(root, name, _read_inherited(name, document.get("config")))


def read_stack(project: Project, name: str) -> Stack:
    """Read a stack by name (`prod`, or `organization/aws-jobs/prod`); one without a settings file has no config."""
    short = name.rpartition("/")[2]
    path = project.settings_file(short)
    document = read_yaml(path) if path.is_file() else {}
    config = document.get("config") or {}
    if not isinstance(config, dict):
        raise JobError(f"{path.name}: `config` must be a mapping of keys to values")
    keys = {**project.config, **_qualify(project.name, config)}
    return Stack(
        project, short, add_namespace(project.name, keys), more=bool(document.get("environment"))
    )


def _qualify(project: str, config: Mapping[str, Any]) -> dict[str, Any]:
    """Return config by full key: one without a namespace belongs to the project."""
    return {key if ":" in key else f"{project}:{key}": value for key, value in config.items()}


def _read_inherited(project: str, config: Any) -> dict[str, Any]:
    """Return the values that a project's config gives every stack; what is only declared has none.

    https://www.pulumi.com/docs/iac/concepts/projects/project-file/
    """
    found: dict[str, Any] = {}
    for key, entry in (config if isinstance(config, dict) else {}).items():
        if not isinstance(entry, dict):
            found[str(key)] = entry
        elif entry.get("secret"):
            found[str(key)] = {"secure": ""}
        else:
            found[str(key)] = entry.get("value", entry.get("default"))
    return _qualify(project, {key: value for key, value in found.items() if value is not None})


def find_selected(project: Project, env: Mapping[str, str]) -> str:
    """Return the stack that `pulumi stack select` chose for this folder, or nothing; both engines use the same file.

    Pulumi keeps one choice a backend, and which backend is meant follows from the stack: two choices need a name.
    """
    if env.get("PULUMI_STACK"):
        return env["PULUMI_STACK"]
    home = Path(env.get("PULUMI_HOME") or Path.home() / ".pulumi")
    digest = hashlib.sha1(
        str(project.root / "Pulumi.yaml").encode(), usedforsecurity=False
    ).hexdigest()
    path = home / "workspaces" / f"{project.name}-{digest}-workspace.json"
    try:
        document = json.loads(path.read_text("utf-8"))
        stacks = {"": document.get("stack"), **(document.get("stacks") or {})}
    except (OSError, ValueError, AttributeError, TypeError):
        return ""
    if env.get("PULUMI_BACKEND_URL"):
        return str(stacks.get(env["PULUMI_BACKEND_URL"]) or stacks[""] or "")
    choices = sorted({str(name) for name in stacks.values() if name})
    if len(choices) > 1:
        raise JobError(f"several stacks are selected ({', '.join(choices)}); use -s STACK")
    return choices[0] if choices else ""


def has_secret(value: Any) -> bool:
    """Tell whether a setting is encrypted, or has something encrypted in it."""
    if isinstance(value, Mapping):
        return "secure" in value or any(map(has_secret, value.values()))
    return isinstance(value, list) and any(map(has_secret, value))


def read_yaml(
    path: Path,
    load: Callable[[str], Any] = pulumi_yaml.load,
    name: str = "",
    entries: str = "keys to values",
) -> dict[str, Any]:
    """Read a file as a mapping of these entries, as Pulumi does its own; an error has its `name` and the place."""
    name = name or path.name
    try:
        return yaml12.read_mapping(path, load, entries)
    except OSError as error:
        raise JobError(f"{name}: {error.strerror}") from None
    except yaml12.Unreadable as error:
        raise JobError(error.describe(name)) from None
