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
        """Old URN -> the URN that took it over."""
        self.former: dict[str, str] = {}
        """URN -> the old URN that it took over."""

    def claim(self, goal: Goal) -> str:
        """The URN of a new registration."""
        if goal.parent and goal.parent not in self.seen:
            raise EngineError(f"could not find parent resource {goal.parent}")
        urn = urns.make(self._stack, self._project, goal.type, goal.name)
        if urn in self.seen:
            raise EngineError(f"Duplicate resource URN '{urn}'; try giving it a unique name")
        self.seen.add(urn)
        return urn

    def find(self, urn: str, goal: Goal, olds: dict[str, Resource]) -> Resource | None:
        """The old resource that this one continues."""
        if urn in self.renamed:
            raise EngineError(
                f"Duplicate resource URN '{urn}' conflicting with alias on resource with "
                f"URN '{self.renamed[urn]}'"
            )
        aliases = [urns.make(self._stack, self._project, goal.type, each) for each in goal.aliases]
        for name in (urn, *aliases):
            old = olds.get(name)
            if old is None:
                continue
            if name != urn:
                if name in self.seen or name in self.renamed:
                    other = self.renamed.get(name, name)
                    raise EngineError(
                        f"Duplicate resource alias '{name}' applied to resource with URN '{urn}' "
                        f"conflicting with resource with URN '{other}'"
                    )
                self.renamed[name] = urn
                self.former[urn] = name
            return old
        return None
