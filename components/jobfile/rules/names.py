"""Names of runs, where AWS never lets one be used again.

https://docs.aws.amazon.com/personalize/latest/dg/API_CreateBatchInferenceJob.html
"""

from __future__ import annotations

from collections.abc import Iterator

from ...run.submission import ADDED
from .view import JobProblem, Rule, View, warning


def names(view: View) -> Iterator[JobProblem]:
    """Characters are added to the stem of a name that can never be used again."""
    if not view.kind.request.unique_names:
        return
    most = view.kind.request.name_max - ADDED
    own = view.get(view.kind.request.name_field)
    if own is None and view.kind.request.name_field in view.request:
        return
    name = own or view.name
    if len(name) > most:
        at = ("request", view.kind.request.name_field) if own else ("name",)
        message = f"`{name}` has {len(name)} characters; the name in AWS uses only the first {most}"
        yield warning(at, message, "batch-name-length")


RULES: tuple[Rule, ...] = (names,)
