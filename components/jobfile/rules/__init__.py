"""Rules that AWS states in prose, beyond its service models, and lints. `docs/rules.md` lists them with their pages.

A rule is a function that gets a `View` of one expanded job and yields problems. Those of tags and of places in S3 are
here, those of a kind in its folder.
"""

from __future__ import annotations

from collections.abc import Iterator

from ...kinds import load_part
from . import paths, tags
from .view import JobProblem, Rule, View


def find_problems(view: View) -> Iterator[JobProblem]:
    """Return everything that the rules of the kind and of tags find."""
    for rule in (*load_part(view.kind, "rules").RULES, *tags.RULES, *paths.RULES):
        yield from rule(view)


__all__ = ["JobProblem", "Rule", "View", "find_problems"]
