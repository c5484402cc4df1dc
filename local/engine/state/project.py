"""The project that a command works on: what `Pulumi.yaml` says."""

from __future__ import annotations

import hashlib
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from local.engine.errors import EngineError, Unsupported

NAMES = ("Pulumi.yaml", "Pulumi.yml")


@dataclass(frozen=True, slots=True)
class Project:
    """A project's name, its folder, its program and the Python that runs it."""

    name: str
    root: Path
    program: Path
    python: Path
    always_refresh: bool
    file: Path

    def stack_file(self, stack: str) -> Path:
        return self.root / f"Pulumi.{stack}.yaml"

    @property
    def workspace_name(self) -> str:
        """The name under which the CLI remembers this project's selected stack."""
        digest = hashlib.sha1(str(self.file).encode(), usedforsecurity=False).hexdigest()
        return f"{self.name}-{digest}-workspace.json"


def find(start: Path) -> Project:
    """The project that `start` lies in."""
    for folder in (start, *start.parents):
        for name in NAMES:
            if (folder / name).is_file():
                return read(folder / name)
    raise EngineError(
        f"no Pulumi.yaml project file found (searching upwards from {start}); "
        "run this in a project's folder, or name it with --cwd"
    )


def read(file: Path) -> Project:
    document = mapping(file)
    name = document.get("name")
    runtime = document.get("runtime")
    options: Mapping[str, Any] = {}
    if isinstance(runtime, dict):
        options = runtime.get("options") or {}
        runtime = runtime.get("name")
    if not isinstance(name, str) or not name:
        raise EngineError(f"{file}: the project has no name")
    if runtime != "python":
        raise Unsupported(f"{file.name}: the runtime {runtime!r}")
    toolchain = options.get("toolchain", "pip")
    if toolchain != "pip":
        raise Unsupported(f"{file.name}: the toolchain {toolchain!r}")
    if document.get("config"):
        raise Unsupported(f"{file.name}: config for all stacks")
    root = file.parent
    main = root / str(document.get("main") or ".")
    program = main / "__main__.py" if main.is_dir() else main
    if not program.is_file():
        raise EngineError(f"{file}: there is no program {program}")
    settings = document.get("options") or {}
    return Project(
        name=name,
        root=root,
        program=program,
        python=interpreter(root, options.get("virtualenv")),
        always_refresh=settings.get("refresh") == "always",
        file=file,
    )


def interpreter(root: Path, virtualenv: str | None) -> Path:
    """The Python of the project's virtualenv where there is one, else the one that runs the engine."""
    if virtualenv:
        found = root / virtualenv / "bin" / "python"
        if found.is_file():
            return found
    return Path(sys.executable)


def mapping(file: Path) -> dict[str, Any]:
    """A YAML file that holds a mapping."""
    try:
        document = yaml.safe_load(file.read_text(encoding="utf-8"))
    except (OSError, yaml.YAMLError) as problem:
        raise EngineError(f"{file} cannot be read: {problem}") from problem
    if document is None:
        return {}
    if not isinstance(document, dict):
        raise EngineError(f"{file}: expected a mapping")
    return document
