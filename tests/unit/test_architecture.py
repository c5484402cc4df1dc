"""docs/architecture.md names files and rooms that exist, and every room of the tree."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PAGES = [ROOT / "docs" / name for name in ("architecture.md", "new-kind.md")]


def find_paths(text: str) -> set[str]:
    named = re.findall(
        r"`((?:components|cli|local|tools|tests|schemas|examples|docs)/[\w./-]*)`", text
    )
    return {path for path in named if "<" not in path}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.name))
def test_what_the_page_names_exists(page: Path) -> None:
    missing = [path for path in find_paths(page.read_text("utf-8")) if not (ROOT / path).exists()]
    assert missing == []


@pytest.mark.parametrize("part", ["components", "cli", "local/aws", "local/engine"])
def test_every_room_is_named(part: str) -> None:
    text = PAGES[0].read_text("utf-8")
    rooms = [path.name for path in (ROOT / part).iterdir() if (path / "__init__.py").exists()]
    assert [room for room in rooms if f"{room}/" not in text] == []
