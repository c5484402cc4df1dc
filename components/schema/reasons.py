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


def find_reasons(document: Any, schema: dict[str, Any]) -> list[SchemaProblem]:
    """Return every reason why a document does not fit a schema."""
    return list(_find_faults(_Validator(schema).iter_errors(document)))


def _find_faults(errors: Any) -> Iterator[SchemaProblem]:
    for error in errors:
        for problem in read_error(error):
            path, value, rules = problem.path, problem.value, problem.schema
            if "propertyNames" in error.schema_path:
                yield SchemaProblem((*path, str(value)), "propertyNames", None, value, rules)
            elif problem.keyword == "additionalProperties":
                known = list(rules.get("properties", {}))
                for name in (name for name in value if name not in known):
                    yield SchemaProblem((*path, name), problem.keyword, known, value[name], rules)
            else:
                yield problem


def read_error(error: ValidationError) -> Iterator[SchemaProblem]:
    """Yield the validator's error as ours; nothing for a value that is not known yet."""
    path = tuple(error.absolute_path)
    keyword = str(error.validator)
    expected: Any = error.validator_value
    schema = error.schema if isinstance(error.schema, dict) else {}
    if isinstance(error.instance, Pending):
        return
    if keyword == "required":
        # jsonschema reports each missing name by itself, and the name only in its sentence
        expected = next(name for name in map(str, expected) if error.message.startswith(repr(name)))
        path = (*path, expected)
    yield SchemaProblem(path, keyword, expected, error.instance, schema)
