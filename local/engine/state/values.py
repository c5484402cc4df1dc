"""Property values as the engine holds them: JSON's own types, plus a secret and an unknown.

Whole numbers are ints, so that they print as they were written. `True` is never equal to `1` here.
In states as on the wire a secret is an object with a signature (Pulumi's `sdk/go/common/resource/sig`), an unknown a
text of its own.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from local.engine.errors import Unsupported

Value = Any
Properties = dict[str, Any]

SIGNATURE = "4dabf18193072939515e22adb298388d"
SECRET = "1b47061264138c4ac30d75fd1eb44270"
UNKNOWN_STRING = "04da6b54-80e4-46f7-96ec-b56ff0331ba9"
REFUSED = {
    "c44067f5952c0a294b673a41bacd8c17": "an asset as a property",
    "0def7320c3a5731c473e5ecbe6d01bc7": "an archive as a property",
    "d0e6a833031e9bbcd3f4e8bde6ca49a4": "an output as a property",
    "5cf8f73096256a8f31e491e813e4eb8e": "a resource as a property (pass its id or urn)",
}


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


def encode(value: Value, seal: Callable[[Any], Any]) -> Any:
    """Return a value as JSON, keys in order; `seal(JSON)` returns what stands for a secret."""
    # the most frequent first: states and messages consist of texts
    if isinstance(value, str):
        return value
    if isinstance(value, dict):
        return {key: encode(value[key], seal) for key in sorted(value)}
    if isinstance(value, list):
        return [encode(item, seal) for item in value]
    if isinstance(value, Secret):
        return seal(encode(value.value, seal))
    return UNKNOWN_STRING if isinstance(value, Unknown) else value


def decode(document: Any, unseal: Callable[[dict[str, Any]], Value]) -> Value:
    """Return the value that a JSON document stands for; `unseal(object)` returns the value of a secret."""
    if isinstance(document, dict):
        return read_object({key: decode(document[key], unseal) for key in document}, unseal)
    if isinstance(document, list):
        return [decode(item, unseal) for item in document]
    if isinstance(document, float):
        return to_number(document)
    return UNKNOWN if document == UNKNOWN_STRING else document


def read_object(found: dict[str, Any], unseal: Callable[[dict[str, Any]], Value]) -> Value:
    """Return what an object stands for, by its signature where it has one."""
    signature = found.get(SIGNATURE)
    if signature is None:
        return found
    if signature == SECRET:
        return Secret(unseal(found))
    if signature in REFUSED:
        raise Unsupported(REFUSED[signature])
    return found


def to_number(value: float) -> int | float:
    """Return a whole number as an int: the wire knows floats only."""
    return int(value) if value.is_integer() and abs(value) < 1e21 else value


def equal(old: Value, new: Value) -> bool:
    """Tell whether two values are the same to the engine: a missing key and a null are alike."""
    if isinstance(old, dict) and isinstance(new, dict):
        return all(equal(old.get(key), new.get(key)) for key in {**old, **new})
    if isinstance(old, list) and isinstance(new, list):
        return len(old) == len(new) and all(map(equal, old, new))
    if isinstance(old, Secret) and isinstance(new, Secret):
        return equal(old.value, new.value)
    if isinstance(old, Unknown):
        return isinstance(new, Unknown)
    return isinstance(old, bool) == isinstance(new, bool) and bool(old == new)


def contains(value: Value, test: Callable[[Value], bool]) -> bool:
    """Tell whether `test` holds for the value or for anything within it."""
    inner: Iterable[Value] = ()
    if isinstance(value, Secret):
        inner = [value.value]
    elif isinstance(value, dict):
        inner = value.values()
    elif isinstance(value, list):
        inner = value
    return test(value) or any(contains(each, test) for each in inner)


def has_secret(value: Value) -> bool:
    return contains(value, lambda inner: isinstance(inner, Secret))


def replace_secrets(value: Value, substitute: Callable[[Secret], Value]) -> Value:
    """Return the value, its dicts and lists copied, with something in place of every secret."""
    if isinstance(value, Secret):
        return substitute(value)
    if isinstance(value, dict):
        return {key: replace_secrets(inner, substitute) for key, inner in value.items()}
    if isinstance(value, list):
        return [replace_secrets(inner, substitute) for inner in value]
    return value


def reveal(value: Value) -> Value:
    """Return the value with every secret in plain text."""
    return replace_secrets(value, lambda secret: reveal(secret.value))


def redact(value: Value) -> Value:
    """Return the value with `[secret]` in place of every secret."""
    return replace_secrets(value, lambda secret: "[secret]")


def copy_properties(properties: Properties) -> Properties:
    """Return the properties with dicts and lists of their own."""
    return {key: replace_secrets(properties[key], lambda secret: secret) for key in properties}


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
