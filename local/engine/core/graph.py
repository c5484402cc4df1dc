"""Who depends on whom, among the resources of a snapshot (each stands after what it depends on)."""

from __future__ import annotations

from collections.abc import Iterable

from local.engine.state.model import Resource


class Graph:
    """The dependencies within one list of resources."""

    def __init__(self, resources: list[Resource]) -> None:
        self.resources = resources
        self._index = {id(each): at for at, each in enumerate(resources)}
        self._places: dict[str, list[int]] = {}
        for at, each in enumerate(resources):
            self._places.setdefault(each.urn, []).append(at)

    def find_dependencies(self, resource: Resource) -> set[int]:
        """Return the places of those it depends on directly, its provider and its parent too."""
        here = self._index[id(resource)]
        return {
            at
            for urn in resource.list_dependencies()
            for at in self._places.get(urn, ())
            if at < here
        }

    def find_ancestors(self, resources: Iterable[Resource]) -> set[int]:
        """Return the `id()` of everything that any of these depends on, directly or not."""
        found: set[int] = set()
        waiting = [each for each in resources if id(each) in self._index]
        while waiting:
            for at in self.find_dependencies(waiting.pop()):
                each = self.resources[at]
                if id(each) not in found:
                    found.add(id(each))
                    waiting.append(each)
        return found

    def sort_layers(self, condemned: list[Resource]) -> list[list[Resource]]:
        """Return the order of deletes: each layer can go at once, after all layers before it."""
        places = {self._index[id(each)]: each for each in condemned}
        depth: dict[int, int] = {}
        for at in sorted(places):
            below = [depth[each] for each in self.find_dependencies(places[at]) if each in depth]
            depth[at] = max(below, default=-1) + 1
        layers: list[list[Resource]] = [[] for _ in range(max(depth.values(), default=-1) + 1)]
        for at in sorted(places):
            layers[depth[at]].append(places[at])
        return list(reversed(layers))
