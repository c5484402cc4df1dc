"""Rules that AWS states in prose, beyond its service models. `docs/rules.md` lists them.

A rule is a function that gets a `View` of one expanded job and yields findings.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from ...kinds import Kind
from . import batch, personalize, sizes, tags, training
from .view import Finding, Rule, View

RULES: dict[str, tuple[Rule, ...]] = {
    "ServiceJob": (*batch.RULES, *training.RULES, *tags.RULES, *sizes.RULES),
    "BatchInferenceJob": (*personalize.RULES, *tags.RULES),
}


def findings(kind: Kind, name: str, request: dict[str, Any]) -> Iterator[Finding]:
    """Everything that the kind's rules find in an expanded, schema-valid request."""
    view = View(kind, name, request)
    for rule in RULES.get(kind.name, ()):
        yield from rule(view)


__all__ = ["RULES", "Finding", "findings"]
