"""Rules that AWS states in prose, beyond its service models, and lints. `docs/rules.md` lists them with their pages.

A rule is a function that gets a `View` of one expanded job and yields findings.
"""

from __future__ import annotations

from collections.abc import Iterator

from ...kinds.batch_inference_job import rules as personalize
from ...kinds.service_job import credentials, resources, sizes, training
from ...kinds.service_job import rules as batch
from . import tags
from .view import Finding, Rule, View

RULES: dict[str, tuple[Rule, ...]] = {
    "ServiceJob": (
        *batch.RULES,
        *training.RULES,
        *resources.RULES,
        *tags.RULES,
        *sizes.RULES,
        *credentials.RULES,
    ),
    "BatchInferenceJob": (*personalize.RULES, *tags.RULES),
}


def findings(view: View) -> Iterator[Finding]:
    """Everything that the kind's rules find."""
    for rule in RULES.get(view.kind.name, ()):
        yield from rule(view)


__all__ = ["RULES", "Finding", "View", "findings"]
