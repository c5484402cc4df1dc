"""A problem that a lookup in AWS found in a job, before it has its location."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ..errors import Denied, Problem
from ..jobfile import Job
from ..redact import HIDDEN
from ..wire import join_path, walk_leaves


@dataclass(frozen=True)
class ReferenceProblem:
    """`path` is dotted and starts with `request`; `lacks` is the permission without which nothing was found."""

    job: Job
    path: str
    message: str
    rule: str
    level: str = "error"
    lacks: str = ""

    def problem(self) -> Problem:
        """Return the problem with its location; a secret leaf of the request does not show in its message."""
        message = self.message
        for path, leaf in walk_leaves(self.job.request, ("request",)):
            if join_path(path) in self.job.secret_paths and isinstance(leaf, str) and leaf:
                message = message.replace(leaf, HIDDEN)
        line, column = self.job.place(self.path)
        return Problem(self.job.file, line, column, self.path, message, self.rule, self.level)


@dataclass(frozen=True)
class Example:
    """A record as an input must have it, who says so, and how many records a file may have; 0 for any number."""

    source: str
    record: Mapping[str, Any]
    most: int = 0


def denied(job: Job, path: str, error: Denied) -> ReferenceProblem:
    """Return a denied lookup as a warning, because the caller of a preview may be allowed little."""
    return ReferenceProblem(job, path, "not checked", "preflight.denied", "warning", error.action)
