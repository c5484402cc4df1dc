"""How the inputs of a resource differ: the provider's answer, or the engine's own diff where it leaves that to it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from local.engine.protocol.provider import Provider
from local.engine.state.model import Resource
from local.engine.state.values import Properties, Value, equal, reveal

ADD, DELETE, UPDATE = "add", "delete", "update"
Path = tuple[str | int, ...]


@dataclass(frozen=True, slots=True)
class Diff:
    """What a diff found. `detailed` has the kind of change by path; None where nobody looked closer."""

    changes: bool
    replace_keys: list[str] = field(default_factory=list)
    changed_keys: list[str] = field(default_factory=list)
    detailed: dict[str, str] | None = None


NOTHING = Diff(changes=False)


async def ask_for_diff(provider: Provider, old: Resource, new: Resource) -> Diff:
    """Return how `new` differs from `old`, as the provider sees it."""
    changes, replace_keys, changed_keys = await provider.diff(old, new)
    if changes is not None:
        return Diff(changes, replace_keys, changed_keys)
    found = compare(old.inputs, keep_ignored(new.inputs, old.inputs, new.ignore_changes))
    return replace(
        found, replace_keys=replace_keys, changed_keys=found.changed_keys or changed_keys
    )


def compare(old: Properties, new: Properties) -> Diff:
    """Return the diff of two sets of inputs, secrets compared by their values."""
    detailed = dict(find_changes(reveal(old), reveal(new)))
    if not detailed:
        return NOTHING
    keys = sorted({str(path[0]) for path in detailed})
    by_text = {render(path): kind for path, kind in detailed.items()}
    return Diff(changes=True, changed_keys=keys, detailed=by_text)


def keep_ignored(inputs: Properties, old_inputs: Properties, names: list[str]) -> Properties:
    """Return the inputs with every ignored one as it was before."""
    kept = {key: value for key, value in inputs.items() if key not in names}
    return kept | {key: value for key, value in old_inputs.items() if key in names}


def find_changes(old: Value, new: Value, at: Path = ()) -> Iterator[tuple[Path, str]]:
    """Yield each leaf path that differs, with the kind of its change."""
    if isinstance(old, dict) and isinstance(new, dict):
        for key in sorted({*old, *new}):
            yield from find_changes(old.get(key), new.get(key), (*at, key))
    elif isinstance(old, list) and isinstance(new, list):
        for index in range(max(len(old), len(new))):
            if index >= len(old):
                yield (*at, index), ADD
            elif index >= len(new):
                yield (*at, index), DELETE
            else:
                yield from find_changes(old[index], new[index], (*at, index))
    elif not equal(old, new):
        yield at, ADD if old is None else DELETE if new is None else UPDATE


def render(path: Path) -> str:
    """Return a path as Pulumi writes it: `a.b[0]["c.d"]`, in quotes what is not letters, digits and `_`."""
    text = ""
    for element in path:
        if isinstance(element, int):
            text += f"[{element}]"
        elif not re.fullmatch(r"[A-Za-z0-9_]*", element):
            escaped = element.replace('"', '\\"')
            text += f'["{escaped}"]'
        else:
            text += f".{element}" if text else element
    return text
