"""Property values as the engine holds them: JSON's own types, plus a secret and an unknown.

Whole numbers are ints, so that they print as they were written. `True` is never equal to `1` here.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

Value = Any
Properties = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Secret:
    """A value that leaves the engine encrypted, or as `[secret]`."""

    value: Value


class Unknown:
    """A value that only an update will tell."""

    __slots__ = ()

    def __repr__(self) -> str:
        return "UNKNOWN"


UNKNOWN = Unknown()


def equal(old: Value, new: Value) -> bool:
    """Whether two values are the same to the engine: a missing key and a null are alike."""
    if isinstance(old, dict):
        return (
            isinstance(new, dict)
            and all(
                equal(value, new[key]) if key in new else value is None
                for key, value in old.items()
            )
            and all(key in old or value is None for key, value in new.items())
        )
    if isinstance(old, list):
        return (
            isinstance(new, list)
            and len(old) == len(new)
            and all(equal(one, other) for one, other in zip(old, new, strict=True))
        )
    if isinstance(old, Secret):
        return isinstance(new, Secret) and equal(old.value, new.value)
    if isinstance(old, Unknown):
        return isinstance(new, Unknown)
    if isinstance(old, bool) or isinstance(new, bool):
        return old is new
    if isinstance(new, (dict, list, Secret, Unknown)):
        return False
    return bool(old == new)


def contains(value: Value, test: Callable[[Value], bool]) -> bool:
    """Whether `test` holds for the value or for anything within it."""
    if test(value):
        return True
    if isinstance(value, Secret):
        return contains(value.value, test)
    if isinstance(value, dict):
        return any(contains(inner, test) for inner in value.values())
    if isinstance(value, list):
        return any(contains(inner, test) for inner in value)
    return False


def has_unknown(value: Value) -> bool:
    return contains(value, lambda inner: isinstance(inner, Unknown))


def has_secret(value: Value) -> bool:
    return contains(value, lambda inner: isinstance(inner, Secret))


def plain(value: Value) -> Value:
    """The value with every secret laid open."""
    if isinstance(value, Secret):
        return plain(value.value)
    if isinstance(value, dict):
        return {key: plain(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [plain(inner) for inner in value]
    return value


def copied(value: Value) -> Value:
    """The value with dicts and lists of its own."""
    if isinstance(value, dict):
        return {key: copied(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [copied(inner) for inner in value]
    return value


def blinded(value: Value, mask: Value = "[secret]") -> Value:
    """The value with every secret replaced by `mask`."""
    if isinstance(value, Secret):
        return mask
    if isinstance(value, dict):
        return {key: blinded(inner, mask) for key, inner in value.items()}
    if isinstance(value, list):
        return [blinded(inner, mask) for inner in value]
    return value


def mark_secrets(outputs: Properties, inputs: Properties) -> None:
    """Mark in `outputs` what was secret in `inputs` under the same keys.

    The dynamic provider is handed secrets as plain values, so this is how they stay secret. Objects are
    walked; a list that holds one secret becomes secret as a whole, as in Pulumi.
    """
    for key, given in inputs.items():
        if key not in outputs:
            continue
        returned = outputs[key]
        if isinstance(returned, dict) and isinstance(given, dict):
            mark_secrets(returned, given)
        elif not isinstance(returned, Secret) and has_secret(given):
            outputs[key] = Secret(returned)
