"""The version of this jobctl. `./jobctl --version` imports it before anything is installed."""

from __future__ import annotations

import re
from pathlib import Path

_NUMBERS = re.compile(r"(\d+)\.(\d+)\.(\d+)")
_LINE = re.compile(r'^version = "([^"]+)"$', re.MULTILINE)


def read_version(root: str | Path) -> str:
    """Return the version in `pyproject.toml`, the one place that has it."""
    found = _LINE.search((Path(root) / "pyproject.toml").read_text("utf-8"))
    return found[1] if found else "unknown"


def is_older(version: str, than: str) -> bool:
    """Tell whether a version comes before another; of two commits of the same version nobody knows."""
    numbers = [_NUMBERS.match(each) for each in (version, than)]
    first, second = ([int(part) for part in found.groups()] if found else [] for found in numbers)
    return bool(first and second and first < second)
