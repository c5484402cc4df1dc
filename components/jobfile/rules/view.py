"""What a rule gets of a job, and the problems that it yields."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from ...kinds import Kind
from ...schema import Pending
from ...wire import Path


@dataclass(frozen=True)
class JobProblem:
    """A problem that a rule found in a job; `path` starts with `request`."""

    path: Path
    message: str
    rule: str
    level: str = "error"


def warning(path: Path, message: str, rule: str) -> JobProblem:
    """Return a problem that stops nothing."""
    return JobProblem(path, message, rule, "warning")


@dataclass(frozen=True)
class View:
    """One expanded job whose request fits its schema. What is pending reads as absent: nothing can be said of it yet.

    `request` has its payload's tags hoisted and the stack's tags added; `given` is as the author wrote it.
    """

    kind: Kind
    name: str
    request: dict[str, Any]
    given: dict[str, Any]
    region: str = ""
    secrets: frozenset[Path] = frozenset()

    @cached_property
    def payload(self) -> dict[str, Any]:
        """The nested payload; empty where it is absent or pending."""
        value = self.request.get(self.kind.payload.field) if self.kind.payload else None
        return value if isinstance(value, dict) else {}

    def get(self, *path: str | int) -> Any:
        """A value of the request, None where it is absent or pending."""
        return get_known(self.request, path)

    def body(self, *path: str | int) -> Any:
        """A value of the payload, None where it is absent or pending."""
        return get_known(self.payload, path)

    def items(self, *path: str | int) -> list[tuple[Path, Any]]:
        """The items of a list in the payload, each with its path; none where it is absent or pending."""
        value = self.body(*path)
        listed = value if isinstance(value, list) else []
        return [(self.at(*path, index), item) for index, item in enumerate(listed)]

    def has(self, *path: str | int) -> bool:
        """Whether the payload has the field, be it pending."""
        within = get_known(self.payload, path[:-1])
        return isinstance(within, dict) and path[-1] in within

    def at(self, *path: str | int) -> Path:
        """A path in the payload."""
        field = (self.kind.payload.field,) if self.kind.payload else ()
        return ("request", *field, *path)


Rule = Callable[[View], Iterator[JobProblem]]


def get_known(value: Any, path: Path) -> Any:
    """Follow a path; None where it ends early or at something pending."""
    for part in path:
        if isinstance(value, dict):
            value = value.get(part)
        elif isinstance(value, list) and isinstance(part, int) and part < len(value):
            value = value[part]
        else:
            return None
    return None if isinstance(value, Pending) else value
