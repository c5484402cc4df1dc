"""The project that a command works on, as `Pulumi.yaml` says, and its selected stack, as the CLI records it."""

from __future__ import annotations

import hashlib
import json
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from components import pulumi_yaml
from components.files import describe_failure, replace_file
from components.yaml12 import Unreadable
from local.engine.errors import EngineError, Unsupported

NAME = "Pulumi.yaml"


@dataclass(frozen=True, slots=True)
class Project:
    """A project's name, its folder, its program and the Python that runs it."""

    name: str
    root: Path
    program: Path
    python: Path
    always_refresh: bool

    def stack_file(self, stack: str) -> Path:
        return self.root / f"Pulumi.{stack}.yaml"


def find_project(start: Path) -> Project:
    """Return the project that `start` lies in."""
    for folder in (start, *start.parents):
        if (folder / NAME).is_file():
            return read_project(folder / NAME)
    raise EngineError(
        f"no Pulumi.yaml project file found (searching upwards from {start}); "
        "run this in a project's folder, or name it with --cwd"
    )


def read_project(file: Path) -> Project:
    document = read_mapping(file)
    name = document.get("name")
    runtime = document.get("runtime")
    options: Mapping[str, Any] = {}
    if isinstance(runtime, dict):
        options = expect_mapping(runtime.get("options"), f"{file}: runtime.options")
        runtime = runtime.get("name")
    if not isinstance(name, str) or not name:
        raise EngineError(f"{file}: the project has no name")
    toolchain = options.get("toolchain", "pip")
    # tags that `pulumi new` writes, for a backend that keeps them
    config = document.get("config") or {}
    refused = {
        f"the runtime {runtime!r}": runtime != "python",
        f"the toolchain {toolchain!r}": toolchain != "pip",
        "config for all stacks": not isinstance(config, dict) or set(config) - {"pulumi:tags"},
        "another main than __main__.py": document.get("main"),
    }
    for what, is_asked_for in refused.items():
        if is_asked_for:
            raise Unsupported(f"{file.name}: {what}")
    root = file.parent
    program = root / "__main__.py"
    if not program.is_file():
        raise EngineError(f"{file}: there is no program {program}")
    settings = expect_mapping(document.get("options"), f"{file}: options")
    return Project(
        name=name,
        root=root,
        program=program,
        python=find_interpreter(root, options.get("virtualenv")),
        always_refresh=settings.get("refresh") == "always",
    )


def find_interpreter(root: Path, virtualenv: str | None) -> Path:
    """Return the Python of the project's virtualenv where there is one, else the one that runs the engine."""
    found = root / (virtualenv or "") / "bin" / "python"
    return found if virtualenv and found.is_file() else Path(sys.executable)


def read_mapping(file: Path) -> dict[str, Any]:
    """Return a YAML file that holds a mapping."""
    try:
        return pulumi_yaml.read(file)
    except OSError as problem:
        raise EngineError(describe_failure(problem)) from problem
    except Unreadable as problem:
        raise EngineError(problem.describe(str(file))) from None


def expect_mapping(value: Any, where: str) -> dict[str, Any]:
    """Return a mapping from a file; one that is left out is empty."""
    if not isinstance(value or {}, dict):
        raise EngineError(f"{where}: expected a mapping")
    return value or {}


class Workspace:
    """The selected stack of one project, one for each backend."""

    def __init__(self, project: Project, env: Mapping[str, str]) -> None:
        home = Path(env.get("PULUMI_HOME") or Path.home() / ".pulumi")
        digest = hashlib.sha1(str(project.root / NAME).encode(), usedforsecurity=False).hexdigest()
        self._file = home / "workspaces" / f"{project.name}-{digest}-workspace.json"
        self._url = env.get("PULUMI_BACKEND_URL", "")

    def _read(self) -> dict[str, Any]:
        try:
            document = json.loads(self._file.read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return {}
        return document if isinstance(document, dict) else {}

    @property
    def selected(self) -> str | None:
        """The full name of the stack, or None."""
        document = self._read()
        return (document.get("stacks") or {}).get(self._url) or document.get("stack") or None

    def select(self, full_name: str | None) -> None:
        document = self._read()
        stacks = document.get("stacks") or {}
        stacks.pop(self._url, None)
        if full_name:
            stacks[self._url] = full_name
        document.pop("stack", None)
        document["stacks"] = stacks
        replace_file(self._file, [json.dumps(document, indent=4).encode()])
