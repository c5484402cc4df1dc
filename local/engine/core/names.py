"""Which resource of the last snapshot a registration continues: by its URN, or by an alias."""

from __future__ import annotations

from local.engine.errors import EngineError
from local.engine.state.model import Resource


class Names:
    """The names seen in one deployment, and what became of old ones."""

    def __init__(self) -> None:
        self.seen: set[str] = set()
        self.renamed: dict[str, str] = {}
        """Old URN -> the URN that continues it."""

    def claim(self, new: Resource, olds: dict[str, Resource]) -> Resource | None:
        """Return the old resource that a new registration continues; no other may have its name.

        Of the new one's aliases only the one by which the old one was found is left.
        """
        urn, aliases = new.urn, new.aliases
        new.aliases = []
        if urn in self.seen:
            raise EngineError(f"Duplicate resource URN '{urn}'; try giving it a unique name")
        self.seen.add(urn)
        if urn in self.renamed:
            raise EngineError(f"'{urn}' is already an alias of '{self.renamed[urn]}'")
        if urn in olds:
            return olds[urn]
        for alias in aliases:
            if alias in olds:
                if alias in self.seen or alias in self.renamed:
                    raise EngineError(f"alias '{alias}' of '{urn}' is already taken")
                self.renamed[alias] = urn
                new.aliases = [alias]
                return olds[alias]
        return None
