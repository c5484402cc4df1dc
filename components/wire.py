"""Mend what Pulumi's wire bends. Pure; knows no AWS.

Pulumi carries every number as a float and drops `None` in a mapping; boto3 refuses `1.0` where an integer belongs.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

Path = tuple[str | int, ...]


def normalize_numbers(value: Any) -> Any:
    """Return the value as a job file would hold it: whole floats as integers, no `None` in mappings."""
    if isinstance(value, Mapping):
        return {
            str(key): normalize_numbers(item) for key, item in value.items() if item is not None
        }
    if isinstance(value, list | tuple):
        return [normalize_numbers(item) for item in value]
    if isinstance(value, float) and value.is_integer():
        return int(value)
    return value


def walk_leaves(value: Any, at: Path = ()) -> Iterator[tuple[Path, Any]]:
    """Walk every scalar (and every empty container) with its path."""
    if isinstance(value, Mapping) and value:
        for key, item in value.items():
            yield from walk_leaves(item, (*at, str(key)))
    elif isinstance(value, list | tuple) and value:
        for index, item in enumerate(value):
            yield from walk_leaves(item, (*at, index))
    else:
        yield at, value


def map_leaves(value: Any, change: Callable[[Path, Any], Any], at: Path = ()) -> Any:
    """Return a value as JSON has it with each scalar as `change(path, scalar)` returns it."""
    if isinstance(value, dict):
        return {key: map_leaves(item, change, (*at, key)) for key, item in value.items()}
    if isinstance(value, list):
        return [map_leaves(item, change, (*at, index)) for index, item in enumerate(value)]
    return change(at, value)


def contains(value: Any, kind: type) -> bool:
    """Say whether an instance of `kind` (Pulumi's `Unknown`) stands anywhere in the value."""
    return any(isinstance(leaf, kind) for _, leaf in walk_leaves(value))


def pick(value: Any, path: str, default: Any = None) -> Any:
    """Follow a dotted path (`latestAttempt.serviceResourceId.value`); `default` where it ends early."""
    for part in path.split("."):
        if isinstance(value, Mapping) and part in value:
            value = value[part]
        elif isinstance(value, Sequence) and not isinstance(value, str) and part.isdigit():
            if int(part) >= len(value):
                return default
            value = value[int(part)]
        else:
            return default
    return value


def join_path(path: Path) -> str:
    """Write a path as people do: `request.retryStrategy.evaluateOnExit[0].action`."""
    text = ""
    for part in path:
        text += f"[{part}]" if isinstance(part, int) else f".{part}" if text else str(part)
    return text
