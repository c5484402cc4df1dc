"""Validate documents against the schemas in `schemas/`, which `make schemas` generates from AWS's service models.

Nearly every document is valid, so each schema is compiled once into one function that only says yes or no; the JSON
schema validator is asked for the reasons of a no. A `Pending` leaf is valid everywhere: its value is not known yet.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path as File
from typing import Any

from jsonschema import Draft202012Validator, TypeChecker
from jsonschema.exceptions import ValidationError
from jsonschema.validators import extend

from .wire import Path

FOLDER = File(__file__).resolve().parents[1] / "schemas"

Check = Callable[[Any], bool]


@dataclass(frozen=True)
class Pending:
    """A leaf that only the outside will know: validation passes it, nothing is sent while one is left.

    `expression` is the first unknown one (`jobs.train.modelArtifacts`), `text` the leaf with all that is known filled
    in (`${jobs.train.modelArtifacts}`, `s3://bucket/${code.uri}`).
    """

    expression: str
    text: str

    def __str__(self) -> str:
        return self.text


@dataclass(frozen=True)
class Fault:
    """One reason why a document does not fit: where, which keyword of the schema, and the value that stands there."""

    path: Path
    keyword: str
    expected: Any
    value: Any
    schema: dict[str, Any]


@cache
def read(name: str) -> dict[str, Any]:
    """Return a committed schema by its file name without `.schema.json` (`job`, `requests/ServiceJob`)."""
    schema: dict[str, Any] = json.loads((FOLDER / f"{name}.schema.json").read_text("utf-8"))
    return schema


def accepts(document: Any, name: str) -> bool:
    """Say whether the document fits the schema of that name."""
    return _compiled(name)(document)


def faults(document: Any, name: str) -> list[Fault]:
    """Return every reason why the document does not fit, in the document's order; nothing for a valid one."""
    if accepts(document, name):
        return []
    return list(_faults(_validator(name).iter_errors(document)))


def type_at(name: str, path: Path) -> str:
    """Return the JSON type that the schema wants at a path (`integer`), or nothing where it wants no single one."""
    schema = at(name, path)
    wanted = schema.get("type", "") if schema else ""
    return wanted if isinstance(wanted, str) else ""


def at(name: str, path: Path) -> dict[str, Any] | None:
    """Return the part of a schema that governs a path, its references followed; None where nothing does."""
    root = read(name)
    schema: Any = _followed(root, root)
    for part in path:
        if isinstance(part, int):
            schema = schema.get("items")
        else:
            schema = schema.get("properties", {}).get(part, schema.get("additionalProperties"))
        if not isinstance(schema, dict):
            return None
        schema = _followed(schema, root)
    return dict(schema)


def _followed(schema: dict[str, Any], root: dict[str, Any]) -> dict[str, Any]:
    while "$ref" in schema:
        schema = root["$defs"][schema["$ref"].removeprefix("#/$defs/")]
    return schema


# --- yes or no


@cache
def _compiled(name: str) -> Check:
    root = read(name)
    return _compile(root, root, {})


def _compile(schema: Any, root: dict[str, Any], known: dict[str, Check]) -> Check:
    if schema is True:
        return lambda value: True
    if schema is False:
        return lambda value: False
    reference = schema.get("$ref")
    if reference:
        if reference not in known:
            known[reference] = _compile(_followed(schema, root), root, known)
        return known[reference]
    types = schema.get("type", [])
    types = [types] if isinstance(types, str) else types
    by_type: dict[type, Check] = {}
    for name in types or list(_PYTHON_TYPES):
        check = _MAKERS[name](schema, root, known)
        for python_type in _PYTHON_TYPES[name]:
            by_type.setdefault(python_type, check)
    allowed = frozenset(map(_key, schema["enum"])) if "enum" in schema else None
    if "const" in schema:
        allowed = frozenset((_key(schema["const"]),))

    def valid(value: Any) -> bool:
        check = by_type.get(type(value))
        if check is None:
            return isinstance(value, Pending)
        return check(value) and (allowed is None or _key(value) in allowed)

    return valid


def _key(value: Any) -> Any:
    """JSON's equality as a key: true is not 1."""
    return (type(value) is bool, value) if isinstance(value, bool | int | float | str) else None


_PYTHON_TYPES: dict[str, tuple[type, ...]] = {
    "object": (dict,),
    "array": (list,),
    "string": (str,),
    "integer": (int,),
    "number": (float, int),
    "boolean": (bool,),
    "null": (type(None),),
}


def _string(schema: dict[str, Any], root: Any, known: Any) -> Check:
    least, most = schema.get("minLength", 0), schema.get("maxLength", float("inf"))
    match = _regex(schema["pattern"]) if "pattern" in schema else None
    if match is None and least == 0 and most == float("inf"):
        return lambda value: True
    return lambda value: least <= len(value) <= most and (match is None or bool(match(value)))


def _numeric(schema: dict[str, Any], root: Any, known: Any) -> Check:
    least, most = schema.get("minimum", float("-inf")), schema.get("maximum", float("inf"))
    return lambda value: bool(least <= value <= most)


def _array(schema: dict[str, Any], root: dict[str, Any], known: dict[str, Check]) -> Check:
    least, most = schema.get("minItems", 0), schema.get("maxItems", float("inf"))
    item = _compile(schema.get("items", True), root, known)
    distinct = schema.get("uniqueItems", False)

    def valid(value: list[Any]) -> bool:
        if distinct and len({json.dumps(part, default=str) for part in value}) != len(value):
            return False
        return least <= len(value) <= most and all(map(item, value))

    return valid


def _object(schema: dict[str, Any], root: dict[str, Any], known: dict[str, Check]) -> Check:
    least, most = schema.get("minProperties", 0), schema.get("maxProperties", float("inf"))
    required = frozenset(schema.get("required", ()))
    members = {
        name: _compile(part, root, known) for name, part in schema.get("properties", {}).items()
    }
    other = _compile(schema.get("additionalProperties", True), root, known)
    names = _compile(schema.get("propertyNames", True), root, known)
    checks_names = "propertyNames" in schema

    def valid(value: dict[str, Any]) -> bool:
        if not least <= len(value) <= most or not required <= value.keys():
            return False
        if checks_names and not all(map(names, value)):
            return False
        return all(members.get(name, other)(part) for name, part in value.items())

    return valid


def _anything(schema: Any, root: Any, known: Any) -> Check:
    return lambda value: True


_MAKERS: dict[str, Callable[[Any, Any, Any], Check]] = {
    "object": _object,
    "array": _array,
    "string": _string,
    "integer": _numeric,
    "number": _numeric,
    "boolean": _anything,
    "null": _anything,
}


@cache
def _regex(pattern: str) -> Callable[[str], re.Match[str] | None]:
    """Compile a schema's pattern. ECMA's `$` is the very end; Python's also stands before a last newline."""
    if pattern.endswith("$") and not pattern.endswith(r"\$"):
        pattern = pattern[:-1] + r"\Z"
    return re.compile(pattern).search


# --- the reasons


def _is_integer(checker: TypeChecker, value: Any) -> bool:
    # 1.0 is an integer to JSON Schema, not to boto3; the loader has already mended those that a person wrote
    return isinstance(value, int) and not isinstance(value, bool)


def _pattern(validator: Any, pattern: str, value: Any, schema: Any) -> Iterator[ValidationError]:
    if isinstance(value, str) and not _regex(pattern)(value):
        yield ValidationError("does not match")


_Validator = extend(  # type: ignore[no-untyped-call] # jsonschema types none of its functions
    Draft202012Validator,
    validators={"pattern": _pattern},
    type_checker=Draft202012Validator.TYPE_CHECKER.redefine("integer", _is_integer),
)


@cache
def _validator(name: str) -> Any:
    return _Validator(read(name))


def _faults(errors: Any) -> Iterator[Fault]:
    for error in errors:
        path = tuple(error.absolute_path)
        keyword = str(error.validator)
        if isinstance(error.instance, Pending):
            continue
        if error.schema_path and "propertyNames" in error.schema_path:
            yield Fault(
                (*path, str(error.instance)), "propertyNames", None, error.instance, error.schema
            )
        elif keyword == "required":
            # jsonschema reports each missing name by itself, and the name only in its sentence
            missing = next(n for n in error.validator_value if error.message.startswith(repr(n)))
            yield Fault((*path, missing), keyword, missing, error.instance, error.schema)
        elif keyword == "additionalProperties":
            known = error.schema.get("properties", {})
            for name in (name for name in error.instance if name not in known):
                yield Fault((*path, name), keyword, list(known), error.instance[name], error.schema)
        else:
            yield Fault(path, keyword, error.validator_value, error.instance, error.schema)
