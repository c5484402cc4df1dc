"""The engine's own diff of inputs, for a provider that says "something may have changed, look yourself"."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from local.engine.core import paths
from local.engine.state.values import Properties, Value, equal, plain

ADD, DELETE, UPDATE = "add", "delete", "update"
INVERSE = {ADD: DELETE, DELETE: ADD, UPDATE: UPDATE}


@dataclass(frozen=True, slots=True)
class Diff:
    """What a diff found. `detailed` has the kind of change by path; None where nobody looked closer."""

    changes: bool
    replace_keys: list[str] = field(default_factory=list)
    changed_keys: list[str] = field(default_factory=list)
    detailed: dict[str, str] | None = None

    @property
    def replaces(self) -> bool:
        return bool(self.replace_keys)

    def inverted(self) -> Diff:
        """The diff from new to old."""
        if self.detailed is None:
            return self
        return replace(self, detailed={path: INVERSE[kind] for path, kind in self.detailed.items()})


def between(old: Properties, new: Properties) -> Diff:
    """The diff of two sets of inputs, secrets compared by their values."""
    detailed: dict[str, str] = {}
    keys: list[str] = []
    for path, kind in changes(plain(old), plain(new)):
        detailed[paths.render(path)] = kind
        if str(path[0]) not in keys:
            keys.append(str(path[0]))
    if not detailed:
        return Diff(changes=False)
    return Diff(changes=True, changed_keys=sorted(keys), detailed=detailed)


def ignoring(inputs: Properties, old_inputs: Properties, names: list[str]) -> Properties:
    """Return the inputs with every ignored one as it was before."""
    kept = {key: value for key, value in inputs.items() if key not in names}
    return kept | {key: value for key, value in old_inputs.items() if key in names}


def changes(old: Value, new: Value, at: paths.Path = ()) -> Iterator[tuple[paths.Path, str]]:
    """Each leaf path that differs, with the kind of its change."""
    if isinstance(old, dict) and isinstance(new, dict):
        for key in sorted({*old, *new}):
            before, after = old.get(key), new.get(key)
            if before is None and after is not None:
                yield (*at, key), ADD
            elif before is not None and after is None:
                yield (*at, key), DELETE
            else:
                yield from changes(before, after, (*at, key))
    elif isinstance(old, list) and isinstance(new, list):
        for index in range(max(len(old), len(new))):
            if index >= len(old):
                yield (*at, index), ADD
            elif index >= len(new):
                yield (*at, index), DELETE
            else:
                yield from changes(old[index], new[index], (*at, index))
    elif not equal(old, new):
        yield at, ADD if old is None else DELETE if new is None else UPDATE
