"""Say what is wrong with a value, and what would be right, in one sentence for the person who wrote it."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

from .. import schema
from ..kinds import KINDS
from ..redact import HIDDEN
from ..wire import Path
from .unknown_fields import describe_home, find_same
from .words import suggest

_NAMES = {
    "object": "a mapping",
    "array": "a list",
    "string": "a string",
    "integer": "a whole number",
    "number": "a number",
    "boolean": "true or false",
    "null": "nothing",
}
_YES_NO = {
    "yes": "true",
    "on": "true",
    "true": "true",
    "no": "false",
    "off": "false",
    "false": "false",
}


def join_words(words: Iterable[str], most: int = 12) -> str:
    """Words for a sentence, a long list cut short."""
    words = list(words)
    rest = f" and {len(words) - most} more" if len(words) > most else ""
    return ", ".join(f"`{word}`" for word in words[:most]) + rest


def format_value(value: Any) -> str:
    """A value as the file has it, on one line, cut short."""
    plain = isinstance(value, str) and value.isprintable()
    text = f"`{value}`" if plain else json.dumps(value, ensure_ascii=False, default=str)
    return text if len(text) <= 60 else f"{text[:56]}...{text[-1]}"


def describe_fault(
    fault: schema.SchemaProblem, name: str, *, written: str | None = None, secret: bool = False
) -> str:
    """The sentence for one fault of a document against the schema of that name.

    `written` is the value as it stands in the file (`1e-3`); a secret value is never shown.
    """
    value = fault.value
    word = HIDDEN if secret else format_value(value)
    expected = fault.expected
    rules = fault.schema
    if fault.keyword == "required":
        return f"`{expected}` is missing"
    if fault.keyword == "additionalProperties":
        return _describe_unknown_field(fault, name)
    if fault.keyword == "enum" or (
        fault.keyword == "type" and "enum" in rules and value is not None
    ):
        return _describe_unlisted(value, rules, word, secret)
    if fault.keyword == "type":
        return _describe_type(fault, name, written, secret)
    if fault.keyword == "maximum":
        return f"{word} is more than the maximum of {expected}"
    if fault.keyword == "minimum":
        return f"{word} is less than the minimum of {expected}"
    if fault.keyword == "propertyNames":
        bad = _describe_unlisted if "enum" in rules else _describe_text
        return f"the key {bad(value, rules, word)}"
    if fault.keyword in ("pattern", "minLength", "maxLength"):
        return _describe_text(value, rules, word)
    return _describe_size(fault)


def _describe_unlisted(value: Any, rules: dict[str, Any], word: str, secret: bool = False) -> str:
    known = [str(item) for item in rules["enum"]]
    close = "" if secret else suggest(str(value), known) or _suggest_kind(str(value), known)
    if "x-open" in rules:
        return f"{word} is not a known instance type{close}"
    return f"{word} is not one of {join_words(known)}{close}"


def _suggest_kind(value: str, known: Iterable[str]) -> str:
    """Return the kind that has the job as its payload: a `TrainingJob` is what CreateTrainingJob makes."""
    for kind in KINDS.values():
        if kind.name in known and kind.payload and kind.payload.operation == f"Create{value}":
            return f"; it is the `{kind.payload.field}` of a `{kind.name}`"
    return ""


def _describe_unknown_field(fault: schema.SchemaProblem, name: str) -> str:
    field = str(fault.path[-1])
    home = "" if find_same(field, fault.expected) else describe_home(fault.path, name)
    if home:
        return f"unknown field here; {home}"
    close = suggest(field, fault.expected)
    return f"unknown field{close or f'; allowed: {join_words(fault.expected)}'}"


def _describe_type(
    fault: schema.SchemaProblem, name: str, written: str | None, secret: bool
) -> str:
    value, expected = fault.value, fault.expected
    wanted = [expected] if isinstance(expected, str) else list(expected)
    takes = _name_types(wanted)
    word = format_value(value)
    if value is None:
        what = "`null`" if written and written != "~" else "empty value"
        around = schema.at(name, fault.path[:-1]) or {}
        is_needed = not fault.path or fault.path[-1] in around.get("required", ())
        item = "item" if fault.path and isinstance(fault.path[-1], int) else "field"
        return f"{what}; expected {takes}{'' if is_needed else f', or no such {item}'}"
    if secret:
        return f"{HIDDEN} is not {takes}"
    if wanted == ["string"] and isinstance(value, bool | int | float):
        return f'expected a string: write "{written or json.dumps(value)}", in quotes'
    if wanted == ["boolean"] and isinstance(value, str) and value.lower() in _YES_NO:
        return f"expected true or false: write {_YES_NO[value.lower()]}, without quotes"
    if wanted[0] in ("integer", "number") and isinstance(value, str) and value.isdecimal():
        quotes = "" if value.startswith("0") else ", without quotes"
        return f"expected {takes}: write {int(value)}{quotes}"
    if wanted == ["array"]:
        items = schema.at(name, (*fault.path, 0)) or {}
        if items.get("type") == "object":
            # of two fields only there is room for an example
            fields = [f"{field}: ..." for field in items.get("properties", ())]
            example = f" [{{{', '.join(fields)}}}]" if len(fields) == 2 else ""
            takes = f"a list of mappings{example}"
        elif not isinstance(value, dict):
            words = word.strip("`")
            return f"expected a list: write [{words if ',' in words else ', '.join(words.split())}]"
    if "array" in wanted and isinstance(value, str):
        return f"expected {takes}: write [{word.strip('`')}]"
    if wanted == ["object"]:
        example = _suggest_pair(value) or _suggest_mapping(value, name, fault.path)
        if example:
            return f"expected a mapping: write {example}"
    is_now = (
        "a list" if isinstance(value, list) else "a mapping" if isinstance(value, dict) else word
    )
    return f"expected {takes}, got {is_now}"


def _suggest_pair(value: Any) -> str:
    """Write as a mapping a list such as [{Key: team, Value: growth}], which other APIs have."""
    first = value[0] if isinstance(value, list) and value else None
    keys = {key.lower(): key for key in first} if isinstance(first, dict) else {}
    key = keys.get("key") or keys.get("name") or ""
    if not key or not isinstance(first, dict) or len(first) != 2:
        return ""
    return f"{{{first[key]}: ...}}"


def _suggest_mapping(value: Any, name: str, path: Path) -> str:
    """Write a value in the mapping that belongs there, if that has one field only to put it in."""
    part = schema.at(name, path) or {}
    if part.get("type") == {str: "string", int: "integer"}.get(type(value)):
        return format_value(value).strip("`")
    fields = part.get("required") or list(part.get("properties", ()))
    inner = _suggest_mapping(value, name, (*path, fields[0])) if len(fields) == 1 else ""
    return inner and f"{{{fields[0]}: {inner}}}"


def _name_types(wanted: list[str]) -> str:
    words = [_NAMES[w] for w in wanted if w != "integer" or "number" not in wanted]
    return " or ".join([", ".join(words[:-1]), words[-1]] if len(words) > 1 else words)


def _describe_text(value: Any, rules: dict[str, Any], word: str) -> str:
    length = len(value)
    if 0 < length < rules.get("minLength", 0) and "patternErrorMessage" in rules:
        return f"{word} {rules['patternErrorMessage']}"
    if length < rules.get("minLength", 0):
        return f"{word} is shorter than {rules['minLength']} characters" if length else "is empty"
    if length > rules.get("maxLength", length):
        return f"{word} is longer than {rules['maxLength']} characters"
    return (
        f"{word} {rules.get('patternErrorMessage') or 'does not match ' + rules.get('pattern', '')}"
    )


def _describe_size(fault: schema.SchemaProblem) -> str:
    things = {"Items": "items", "Properties": "entries"}
    limit = fault.keyword[:3]
    what = things.get(fault.keyword[3:], "")
    if fault.keyword == "uniqueItems":
        return "duplicate item"
    if not what:
        return f"does not fit the schema ({fault.keyword})"
    count = len(fault.value)
    if limit == "max":
        return f"{count} {what}, more than the maximum of {fault.expected}"
    return (
        "is empty" if not count else f"{count} {what}, fewer than the minimum of {fault.expected}"
    )
