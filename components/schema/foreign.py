"""Validate against schemas that are not ours: policies. Nothing is ever fetched for a reference."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from jsonschema import Draft202012Validator
from jsonschema.exceptions import SchemaError, ValidationError
from referencing import Registry
from referencing.exceptions import Unresolvable

from ..errors import JobError
from .compiled import Pending, SchemaProblem


def check_schema(schema: dict[str, Any]) -> str:
    """Return what is wrong with the schema itself, or nothing."""
    try:
        Draft202012Validator.check_schema(schema)
    except SchemaError as error:
        at = ".".join(map(str, error.absolute_path))
        return f"not a JSON Schema{f', at {at}' if at else ''}: {error.message}"
    return ""


def find_problems(document: Any, schema: dict[str, Any]) -> list[SchemaProblem]:
    """Return every reason why the document does not fit. Raises `JobError` for a reference out of the schema."""
    validator = Draft202012Validator(schema, registry=Registry())
    try:
        return [fault for error in validator.iter_errors(document) for fault in _fault(error)]
    except Unresolvable as error:
        raise JobError(f"$ref {error.ref} does not resolve in this schema") from error


def _fault(error: ValidationError) -> Iterator[SchemaProblem]:
    path = tuple(error.absolute_path)
    keyword = str(error.validator)
    schema = error.schema if isinstance(error.schema, dict) else {}
    if isinstance(error.instance, Pending):
        return
    if keyword == "required":
        # jsonschema reports each missing name by itself, and the name only in its sentence
        wanted = [str(name) for name in schema["required"]]
        missing = next(name for name in wanted if error.message.startswith(repr(name)))
        path = (*path, missing)
    yield SchemaProblem(path, keyword, error.validator_value, error.instance, schema)
