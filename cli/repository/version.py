"""The version of this jobctl. `./jobctl --version` imports it before anything is installed."""

from __future__ import annotations

import re
from pathlib import Path

_LINE = re.compile(r'^version = "([^"]+)"$', re.MULTILINE)


def read_version(root: str | Path) -> str:
    """Return the version in `pyproject.toml`, the one place that has it."""
    found = _LINE.search((Path(root) / "pyproject.toml").read_text("utf-8"))
    return found[1] if found else "unknown"
