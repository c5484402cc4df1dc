"""Which stack is selected: the CLI's own record of it, in `~/.pulumi/workspaces`."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from local.engine.state.project import Project


class Workspace:
    """The selected stack of one project, one for each backend."""

    def __init__(self, project: Project, env: Mapping[str, str]) -> None:
        home = Path(env.get("PULUMI_HOME") or Path.home() / ".pulumi")
        self._file = home / "workspaces" / project.workspace_name
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
        stacks = document.get("stacks")
        found = stacks.get(self._url) if isinstance(stacks, dict) else None
        found = found or document.get("stack")
        return found if isinstance(found, str) and found else None

    def select(self, full_name: str | None) -> None:
        document = self._read()
        stacks = document.get("stacks")
        stacks = dict(stacks) if isinstance(stacks, dict) else {}
        stacks.pop(self._url, None)
        if full_name:
            stacks[self._url] = full_name
        document.pop("stack", None)
        document["stacks"] = stacks
        self._file.parent.mkdir(parents=True, exist_ok=True)
        draft = self._file.with_name(f"{self._file.name}.{os.getpid()}.tmp")
        draft.write_text(json.dumps(document, indent=4), encoding="utf-8")
        draft.replace(self._file)
