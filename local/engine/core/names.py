"""Which resource of the last snapshot a registration continues: by its URN, or by an alias."""

from __future__ import annotations

from local.engine.core.goal import Goal
from local.engine.errors import EngineError
from local.engine.state import urns
from local.engine.state.model import Resource


class Names:
    """The names seen in one deployment, and what became of old ones."""

    def __init__(self, stack: str, project: str) -> None:
        self._stack = stack
        self._project = project
        self.seen: set[str] = set()
        self.renamed: dict[str, str] = {}
        """Old URN -> the URN that continues it."""

    def make(self, goal: Goal, name: str = "") -> str:
        """Return the URN of a registration, under another name if one is given."""
        return urns.make(self._stack, self._project, goal.type, name or goal.name)

    def claim(self, goal: Goal) -> str:
        """Return the URN of a new registration, which no other may have."""
        urn = self.make(goal)
        if urn in self.seen:
            raise EngineError(f"Duplicate resource URN '{urn}'; try giving it a unique name")
        self.seen.add(urn)
        return urn

    def find(self, urn: str, goal: Goal, olds: dict[str, Resource]) -> Resource | None:
        """Return the old resource that this one continues."""
        if urn in self.renamed:
            raise EngineError(f"'{urn}' is already an alias of '{self.renamed[urn]}'")
        if urn in olds:
            return olds[urn]
        for alias in (self.make(goal, name) for name in goal.aliases):
            if alias not in olds:
                continue
            if alias in self.seen or alias in self.renamed:
                raise EngineError(f"alias '{alias}' of '{urn}' is already taken")
            self.renamed[alias] = urn
            return olds[alias]
        return None
