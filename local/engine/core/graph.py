"""Who depends on whom, among the resources of a snapshot (each stands after what it depends on)."""

from __future__ import annotations

from collections.abc import Iterable

from local.engine.state.model import Resource


class Graph:
    """The dependencies within one list of resources, by their places in it."""

    def __init__(self, resources: list[Resource]) -> None:
        self._resources = resources
        self._index = {id(each): at for at, each in enumerate(resources)}
        self._below: list[set[int]] = []
        """Of each, the places of those it depends on directly, its provider and its parent too."""
        places: dict[str, list[int]] = {}
        for at, each in enumerate(resources):
            found = (places.get(urn, []) for urn in each.list_dependencies())
            self._below.append({place for each in found for place in each})
            places.setdefault(each.urn, []).append(at)

    def find_ancestors(self, resources: Iterable[Resource]) -> set[int]:
        """Return the `id()` of everything that any of these depends on, directly or not."""
        found: set[int] = set()
        waiting = [self._index[id(each)] for each in resources if id(each) in self._index]
        while waiting:
            new = self._below[waiting.pop()] - found
            found |= new
            waiting += new
        return {id(self._resources[at]) for at in found}

    def sort_layers(self, condemned: list[Resource]) -> list[list[Resource]]:
        """Return the order of deletes: each layer can go at once, after all layers before it."""
        depth: dict[int, int] = {}
        layers: dict[int, list[Resource]] = {}
        for at in sorted(self._index[id(each)] for each in condemned):
            depth[at] = 1 + max(
                (depth[each] for each in self._below[at] if each in depth), default=0
            )
            layers.setdefault(depth[at], []).append(self._resources[at])
        return [layers[each] for each in sorted(layers, reverse=True)]
