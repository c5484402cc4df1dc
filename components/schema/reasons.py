"""Why a document does not fit a schema, as the JSON schema validator sees it. Imported for invalid documents only."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from jsonschema import Draft202012Validator, TypeChecker
from jsonschema.exceptions import ValidationError
from jsonschema.validators import extend

from .compiled import Pending, SchemaProblem, regex


def _is_integer(checker: TypeChecker, value: Any) -> bool:
    # 1.0 is an integer to JSON Schema, not to boto3; the loader has already converted those that a person wrote
    return isinstance(value, int) and not isinstance(value, bool)


def _pattern(validator: Any, pattern: str, value: Any, schema: Any) -> Iterator[ValidationError]:
    if isinstance(value, str) and not regex(pattern)(value):
        yield ValidationError("does not match")


_Validator = extend(  # type: ignore[no-untyped-call] # jsonschema types none of its functions
    Draft202012Validator,
    validators={"pattern": _pattern},
    type_checker=Draft202012Validator.TYPE_CHECKER.redefine("integer", _is_integer),
)


_VALIDATORS: dict[str, Any] = {}


def reasons(document: Any, name: str, schema: dict[str, Any]) -> list[SchemaProblem]:
    """Return every fault of a document against the schema of that name."""
    if name not in _VALIDATORS:
        _VALIDATORS[name] = _Validator(schema)
    return list(_faults(_VALIDATORS[name].iter_errors(document)))


def _faults(errors: Any) -> Iterator[SchemaProblem]:
    for error in errors:
        path = tuple(error.absolute_path)
        keyword = str(error.validator)
        if isinstance(error.instance, Pending):
            continue
        if error.schema_path and "propertyNames" in error.schema_path:
            yield SchemaProblem(
                (*path, str(error.instance)), "propertyNames", None, error.instance, error.schema
            )
        elif keyword == "required":
            # jsonschema reports each missing name by itself, and the name only in its sentence
            missing = next(n for n in error.validator_value if error.message.startswith(repr(n)))
            yield SchemaProblem((*path, missing), keyword, missing, error.instance, error.schema)
        elif keyword == "additionalProperties":
            known = error.schema.get("properties", {})
            for name in (name for name in error.instance if name not in known):
                yield SchemaProblem(
                    (*path, name), keyword, list(known), error.instance[name], error.schema
                )
        else:
            yield SchemaProblem(path, keyword, error.validator_value, error.instance, error.schema)
