"""Every argument name that we pass to pulumi_aws exists in the version that is installed."""

from __future__ import annotations

import ast
import importlib
import inspect
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[3]
FILES = sorted(
    path
    for folder in ("components/platform", "examples/own-program")
    for path in (ROOT / folder).rglob("*.py")
    if re.search(r"^(from|import) pulumi_aws", path.read_text("utf-8"), re.MULTILINE)
)


def calls(path: Path) -> Iterator[tuple[str, list[str], int]]:
    """Each call of something of pulumi_aws: its dotted name, its argument names, its line."""
    tree = ast.parse(path.read_text("utf-8"))
    known: dict[str, str] = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            known |= {a.asname or a.name: a.name for a in node.names if a.name == "pulumi_aws"}
        elif isinstance(node, ast.ImportFrom) and (node.module or "").startswith("pulumi_aws"):
            known |= {a.asname or a.name: f"{node.module}.{a.name}" for a in node.names}
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            head, _, rest = ast.unparse(node.func).partition(".")
            if head in known:
                names = [keyword.arg for keyword in node.keywords]
                assert None not in names, f"{path}:{node.lineno}: `**` hides the names"
                yield f"{known[head]}.{rest}", [str(name) for name in names], node.lineno


def accepted(dotted: str) -> set[str]:
    module, _, name = dotted.rpartition(".")
    target: Any = getattr(importlib.import_module(module), name)
    if inspect.isclass(target):
        target = getattr(target, "_internal_init", target.__init__)
    return set(inspect.signature(target).parameters)


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(ROOT)))
def test_argument_names_exist(path: Path) -> None:
    """A renamed argument is found here, and not by the first person who runs `up`."""
    found = list(calls(path))
    assert found
    for dotted, names, line in found:
        unknown = set(names) - accepted(dotted)
        assert not unknown, f"{path.name}:{line}: {dotted} takes no {', '.join(sorted(unknown))}"


def test_the_walk_sees_every_file_that_makes_resources() -> None:
    """Six of our modules make resources; a seventh is walked too once it imports pulumi_aws."""
    names = {path.name for path in FILES if path.parent.name == "platform"}
    assert names == {
        "bucket.py",
        "fairshare.py",
        "github.py",
        "notices.py",
        "roles.py",
        "spending.py",
    }
