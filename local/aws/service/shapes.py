"""A JSON document against a shape of botocore's service models: every constraint, not botocore's few.

botocore's own validator leaves lengths, patterns, enums and ranges to the service. This is the service.
"""

from __future__ import annotations

import functools
import math
import re
from collections.abc import Iterator
from typing import Any

import botocore.session
from botocore.model import ListShape, MapShape, ServiceModel, Shape, StructureShape

_TYPES: dict[str, tuple[type, ...]] = {
    "structure": (dict,),
    "map": (dict,),
    "list": (list,),
    "string": (str,),
    "boolean": (bool,),
    "integer": (int,),
    "long": (int,),
    "float": (int, float),
    "double": (int, float),
    "timestamp": (int, float, str),
    "blob": (str,),
}


@functools.cache
def service(name: str) -> ServiceModel:
    """botocore's model of a service, read once in a process."""
    return botocore.session.get_session().get_service_model(name)


def output(name: str, operation: str) -> StructureShape:
    """Return the shape of an operation's answer."""
    shape = service(name).operation_model(operation).output_shape
    assert shape is not None
    return shape


@functools.cache
def _compile(source: str) -> re.Pattern[str]:
    """AWS's pattern as Python reads it. Unicode classes are widened a little: `re` has no names for them."""
    for theirs, ours in (
        ("\\p{ASCII}", "[\\x00-\\x7f]"),
        ("\\p{L}", "\\w"),
        ("\\p{N}", "\\d"),
        ("\\p{Z}", "\\s"),
    ):
        source = source.replace(theirs, ours)
    return re.compile(source)


def find_problems(document: Any, shape: Shape, path: str = "") -> Iterator[str]:
    """What is wrong with the document, each in the words that AWS uses."""
    if type(document) not in _TYPES[shape.type_name]:
        wanted = {"structure": "object", "map": "object"}.get(shape.type_name, shape.type_name)
        yield f"Value at '{path}' has the type {type(document).__name__}, not {wanted}"
        return
    for rule in _list_broken_rules(document, shape):
        shown = str(document) if len(str(document)) <= 80 else f"{str(document)[:77]}..."
        yield f"Value '{shown}' at '{path}' failed to satisfy constraint: Member must {rule}"
    if isinstance(shape, StructureShape):
        yield from _check_members(document, shape, path)
    elif isinstance(shape, ListShape):
        for index, item in enumerate(document):
            yield from find_problems(item, shape.member, f"{path}.{index + 1}.member")
    elif isinstance(shape, MapShape):
        for key, value in document.items():
            yield from find_problems(key, shape.key, f"{path}.key")
            yield from find_problems(value, shape.value, f"{path}.{key}")


def refuse(document: Any, shape: Shape | None) -> str:
    """The sentence in which AWS reports what is wrong; '' where nothing is."""
    found = [] if shape is None else list(find_problems(document, shape))
    if not found:
        return ""
    plural = "" if len(found) == 1 else "s"
    return f"{len(found)} validation error{plural} detected: {'; '.join(found)}"


def keep_members(values: dict[str, Any], shape: StructureShape) -> dict[str, Any]:
    """Return the values that the shape has members for, in their order and without those that are None."""
    return {name: values[name] for name in shape.members if values.get(name) is not None}


def _check_members(document: Any, shape: StructureShape, path: str) -> Iterator[str]:
    for name in shape.required_members:
        if document.get(name) is None:
            yield f"Value null at '{_at(path, name)}' failed to satisfy constraint: Member must not be null"
    for name, value in document.items():
        if name not in shape.members:
            yield f"'{_at(path, name)}' is not a parameter of {shape.name}"
        elif value is not None:
            yield from find_problems(value, shape.members[name], _at(path, name))


def _list_broken_rules(document: Any, shape: Shape) -> Iterator[str]:
    limits = shape.metadata
    size: float
    if shape.type_name in ("string", "list", "map"):
        size, measure = len(document), "length"
    elif isinstance(document, (int, float)):
        size, measure = document, "value"
    else:
        return
    if not math.isfinite(size):
        yield "be a finite number"
    if "min" in limits and size < limits["min"]:
        yield f"have {measure} greater than or equal to {limits['min']}"
    if "max" in limits and size > limits["max"]:
        yield f"have {measure} less than or equal to {limits['max']}"
    if limits.get("enum") and document not in limits["enum"]:
        yield f"satisfy enum value set: [{', '.join(limits['enum'])}]"
    if limits.get("pattern") and not _compile(limits["pattern"]).fullmatch(document):
        yield f"satisfy regular expression pattern: {limits['pattern']}"


def _at(path: str, name: str) -> str:
    """Return the path of a member as AWS writes it: https://github.com/aws/sagemaker-python-sdk/issues/384."""
    name = name[:1].lower() + name[1:]
    return f"{path}.{name}" if path else name
