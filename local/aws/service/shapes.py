"""A JSON document against a shape of botocore's service models: every constraint, not botocore's few.

botocore's own validator leaves lengths, patterns, enums and ranges to the service. This is the service.
"""

from __future__ import annotations

import functools
import math
import re
from collections.abc import Iterator
from typing import Any
from urllib.parse import parse_qs

import botocore.session
from botocore.model import ListShape, MapShape, ServiceModel, Shape, StructureShape

_KINDS: dict[str, tuple[type, ...]] = {
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


def find_operation(name: str, method: str, path: str, given: set[str]) -> str:
    """The operation of a REST service that a request asks for; '' where botocore knows none.

    `given` are the names in its query and of its headers, these in lower case.
    """
    there = [
        (operation, needs)
        for verb, pattern, needs, operation in _routes(name)
        if verb == method and pattern.fullmatch(path)
    ]
    for operation, needs in there:
        if needs <= given or len(there) == 1:
            return operation
    return ""


@functools.cache
def _routes(name: str) -> list[tuple[str, re.Pattern[str], set[str], str]]:
    """Method and path of each operation, and what its query and headers must have; the most particular first."""
    routes = []
    for operation in service(name).operation_names:
        model = service(name).operation_model(operation)
        path, _, query = model.http["requestUri"].partition("?")
        needs = set(parse_qs(query, keep_blank_values=True))
        if model.input_shape:
            for member in model.input_shape.required_members:
                place = model.input_shape.members[member].serialization
                if place.get("location") in ("querystring", "header"):
                    needs.add(place["name"])
        pattern = re.compile(re.sub(r"{\w+\+?}", ".+", path), re.DOTALL)
        if not model.deprecated:
            routes.append((model.http["method"], pattern, needs, operation))
    return sorted(routes, key=lambda route: (-route[1].pattern.count("/"), -len(route[2])))


@functools.cache
def pattern(source: str) -> re.Pattern[str]:
    """AWS's pattern as Python reads it. Unicode classes are widened a little: `re` has no names for them."""
    for theirs, ours in (
        ("\\p{ASCII}", "[\\x00-\\x7f]"),
        ("\\p{L}", "\\w"),
        ("\\p{N}", "\\d"),
        ("\\p{Z}", "\\s"),
    ):
        source = source.replace(theirs, ours)
    return re.compile(source)


def problems(document: Any, shape: Shape, path: str = "") -> Iterator[str]:
    """What is wrong with the document, each in the words that AWS uses."""
    if isinstance(shape, StructureShape):
        yield from _structure(document, shape, path)
    elif isinstance(shape, ListShape):
        if not isinstance(document, list):
            yield _wrong_type(document, shape, path)
            return
        yield from _size(len(document), document, shape, path)
        for index, item in enumerate(document):
            yield from problems(item, shape.member, f"{path}.{index + 1}.member")
    elif isinstance(shape, MapShape):
        if not isinstance(document, dict):
            yield _wrong_type(document, shape, path)
            return
        yield from _size(len(document), document, shape, path)
        for key, value in document.items():
            yield from problems(key, shape.key, f"{path}.key")
            yield from problems(value, shape.value, f"{path}.{key}")
    else:
        yield from _scalar(document, shape, path)


def message(found: list[str]) -> str:
    """The sentence in which AWS reports what is wrong."""
    plural = "" if len(found) == 1 else "s"
    return f"{len(found)} validation error{plural} detected: {'; '.join(found)}"


def keep_members(values: dict[str, Any], shape: StructureShape) -> dict[str, Any]:
    """Return the values that the shape has members for, in their order and without those that are None."""
    return {name: values[name] for name in shape.members if values.get(name) is not None}


def _structure(document: Any, shape: StructureShape, path: str) -> Iterator[str]:
    if not isinstance(document, dict):
        yield _wrong_type(document, shape, path)
        return
    for name in shape.required_members:
        if document.get(name) is None:
            yield f"Value null at '{_at(path, name)}' failed to satisfy constraint: Member must not be null"
    for name, value in document.items():
        if name not in shape.members:
            yield f"'{_at(path, name)}' is not a parameter of {shape.name}"
        elif value is not None:
            yield from problems(value, shape.members[name], _at(path, name))


def _scalar(document: Any, shape: Shape, path: str) -> Iterator[str]:
    kinds = _KINDS[shape.type_name]
    if not isinstance(document, kinds) or (isinstance(document, bool) and bool not in kinds):
        yield _wrong_type(document, shape, path)
        return
    limits = shape.metadata
    if isinstance(document, str) and shape.type_name == "string":
        yield from _size(len(document), document, shape, path)
        if limits.get("enum") and document not in limits["enum"]:
            words = ", ".join(limits["enum"])
            yield _failed(document, path, f"Member must satisfy enum value set: [{words}]")
        if limits.get("pattern") and not pattern(limits["pattern"]).fullmatch(document):
            rule = f"Member must satisfy regular expression pattern: {limits['pattern']}"
            yield _failed(document, path, rule)
    elif isinstance(document, (int, float)) and not isinstance(document, bool):
        if not math.isfinite(document):
            yield _failed(document, path, "Member must be a finite number")
        if "min" in limits and document < limits["min"]:
            rule = f"Member must have value greater than or equal to {limits['min']}"
            yield _failed(document, path, rule)
        if "max" in limits and document > limits["max"]:
            rule = f"Member must have value less than or equal to {limits['max']}"
            yield _failed(document, path, rule)


def _size(length: int, document: Any, shape: Shape, path: str) -> Iterator[str]:
    limits = shape.metadata
    if "min" in limits and length < limits["min"]:
        rule = f"Member must have length greater than or equal to {limits['min']}"
        yield _failed(document, path, rule)
    if "max" in limits and length > limits["max"]:
        yield _failed(
            document, path, f"Member must have length less than or equal to {limits['max']}"
        )


def _failed(document: Any, path: str, rule: str) -> str:
    shown = str(document) if len(str(document)) <= 80 else f"{str(document)[:77]}..."
    return f"Value '{shown}' at '{path}' failed to satisfy constraint: {rule}"


def _wrong_type(document: Any, shape: Shape, path: str) -> str:
    wanted = {"structure": "object", "map": "object"}.get(shape.type_name, shape.type_name)
    return f"Value at '{path}' has the type {type(document).__name__}, not {wanted}"


def _at(path: str, name: str) -> str:
    """Return the path of a member as AWS writes it: https://github.com/aws/sagemaker-python-sdk/issues/384."""
    name = name[:1].lower() + name[1:]
    return f"{path}.{name}" if path else name
