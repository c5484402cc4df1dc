"""Validate against schemas that are not ours: policies. Nothing is ever fetched for a reference, and it always ends.

Patterns are RE2's, whose time is linear in the text (https://github.com/google/re2/wiki/Syntax), and references are
counted.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from typing import Any

import re2
from jsonschema import Draft202012Validator, FormatChecker
from jsonschema.exceptions import SchemaError, ValidationError
from jsonschema.validators import extend
from referencing import Registry
from referencing.exceptions import Unresolvable

from ..errors import JobError
from .compiled import SchemaProblem
from .reasons import read_error

MAX_REFERENCES = 10_000  # that one document may be led through
# they look at patterns and references by themselves, past the limits here
_REFUSED = {
    "unevaluatedProperties": "use additionalProperties",
    "unevaluatedItems": "use items",
}


def check_schema(schema: dict[str, Any]) -> str:
    """Return what is wrong with the schema itself, or nothing."""
    try:
        Draft202012Validator.check_schema(schema, format_checker=_PATTERNS)
    except SchemaError as error:
        at = ".".join(map(str, error.absolute_path))
        message = str(error.cause) if error.cause else error.message
        return f"not a JSON Schema{f', at {at}' if at else ''}: {message}"
    except RecursionError:
        return "not a JSON Schema: nested too deeply"
    return next(_find_refused(schema), "")


def _find_refused(schema: dict[str, Any]) -> Iterator[str]:
    todo: list[Any] = [schema]
    while todo:
        part = todo.pop()
        if isinstance(part, dict):
            for name, remedy in _REFUSED.items():
                if name in part:
                    yield f"{name} is not supported in a policy; {remedy}"
            # another dialect would be read by another validator
            if part is not schema and isinstance(part.get("$schema"), str):
                yield "$schema is not supported within a schema; remove it"
            todo += part.values()
        elif isinstance(part, list):
            todo += part


def find_problems(document: Any, schema: dict[str, Any]) -> list[SchemaProblem]:
    """Return every reason why the document does not fit. Raises `JobError` for a reference out of the schema."""
    own = {name: value for name, value in schema.items() if name != "$schema"}
    _references.left = MAX_REFERENCES
    try:
        errors = _Validator(own, registry=Registry()).iter_errors(document)
        return [problem for error in errors for problem in read_error(error)]
    except Unresolvable as error:
        raise JobError(f"$ref {error.ref} does not resolve in this schema") from error
    except (RecursionError, _TooMany) as error:
        message = f"its references lead through more than {MAX_REFERENCES:,} schemas"
        raise JobError(message) from error


@cache
def _compile(pattern: str) -> Any:
    """Compile a pattern. Raises `ValueError` with the reason for one that RE2 does not have."""
    options = re2.Options()
    options.log_errors = False
    try:
        return re2.compile(pattern, options=options)
    except re2.error as error:
        (reason,) = error.args
        raise ValueError(f"`{pattern}` is not a pattern of RE2: {reason.decode()}") from error


def _matches(pattern: str, text: str) -> bool:
    # half of a surrogate pair, as JSON can write it, has no UTF-8
    plain = text.encode("utf-8", "replace").decode()
    return _compile(pattern).search(plain) is not None


def _check_pattern(value: object) -> bool:
    if isinstance(value, str):
        _compile(value)
    return True


_PATTERNS = FormatChecker(formats=())
_PATTERNS.checks("regex", raises=ValueError)(_check_pattern)


class _TooMany(Exception):
    pass


class _References:
    """How many references may still be followed."""

    left = 0


_references = _References()
_Errors = Iterator[ValidationError]


def _follow(keyword: str) -> Any:
    follow = Draft202012Validator.VALIDATORS[keyword]

    def validate(validator: Any, reference: Any, instance: Any, schema: Any) -> _Errors:
        _references.left -= 1
        if _references.left < 0:
            raise _TooMany
        yield from follow(validator, reference, instance, schema) or ()

    return validate


def _pattern(validator: Any, pattern: str, instance: Any, schema: Any) -> _Errors:
    if validator.is_type(instance, "string") and not _matches(pattern, instance):
        yield ValidationError("does not match")


def _pattern_properties(validator: Any, patterns: Any, instance: Any, schema: Any) -> _Errors:
    if validator.is_type(instance, "object"):
        for pattern, part in patterns.items():
            for name, value in instance.items():
                if _matches(pattern, name):
                    yield from validator.descend(value, part, path=name, schema_path=pattern)


def _additional_properties(validator: Any, wanted: Any, instance: Any, schema: Any) -> _Errors:
    if not validator.is_type(instance, "object"):
        return
    patterns = schema.get("patternProperties", {})
    extras = [
        name
        for name in instance
        if name not in schema.get("properties", {})
        and not any(_matches(pattern, name) for pattern in patterns)
    ]
    if wanted is False:
        if extras:
            yield ValidationError("additional properties")
        return
    for name in extras:
        yield from validator.descend(instance[name], wanted, path=name)


_Validator = extend(  # type: ignore[no-untyped-call] # the stubs leave it out
    Draft202012Validator,
    {
        "pattern": _pattern,
        "patternProperties": _pattern_properties,
        "additionalProperties": _additional_properties,
        "$ref": _follow("$ref"),
        "$dynamicRef": _follow("$dynamicRef"),
    },
)
