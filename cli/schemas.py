"""Generate `schemas/` from botocore's service models: `python -m cli.schemas` (`make schemas`).

    job.schema.json                 for editors: a job file of any kind, dispatching on `kind`
    <Kind>.schema.json              for editors: a job file of one kind
    keys.schema.json                our own keys of a job file, before anything is expanded
    requests/<Kind>.schema.json     the expanded request, strictly as AWS takes it

In the editors' schemas a leaf may be an interpolation (`${config.x}`) whatever AWS takes there. The same service model
gives the same bytes.
"""

from __future__ import annotations

import argparse
import json
import re
import sys
from pathlib import Path
from typing import Any

from botocore.model import ListShape, MapShape, Shape, StructureShape
from botocore.session import get_session

from components.kinds import KINDS, Kind

from .schema_texts import (
    FILLED_IN,
    KEYS,
    ONE_LINE,
    OPEN_ENUMS,
    OVERLAID,
    PATTERN_TEXTS,
    PROSE,
    TEXTS,
)

Schema = dict[str, Any]

DIALECT = "https://json-schema.org/draft/2020-12/schema"
INTERPOLATED: Schema = {"type": "string", "pattern": "\\$\\{"}
_NUMBERS = {"integer": "integer", "long": "integer", "float": "number", "double": "number"}
# Java's `.` stops at line ends, and its classes are ASCII; Python's and ECMAScript's differ from it and each other
_ANY = r"[^\n\r\u0085\u2028\u2029]"
_JAVA_CLASSES = {
    r"\d": "0-9",
    r"\w": "A-Za-z0-9_",
    r"\p{Alnum}": "A-Za-z0-9",
    r"\p{ASCII}": r"\x00-\x7F",
}
# letters, separators and numbers of any script: all but ASCII's controls and the punctuation the class leaves out
_UNICODE_WORD = r"[\p{L}\p{Z}\p{N}_.:/=+\-@]"
_UNICODE_WORD_HERE = r"[^\x00-\x1F!\x22-\x2A,;<>?\x5B-\x5E`\x7B-\x9F]"


def pattern(java: str) -> str:
    """Translate a service model's pattern (Java's, matched whole) into one that ECMAScript and Python read alike."""
    text = java.replace(_UNICODE_WORD, _UNICODE_WORD_HERE)
    result, at, in_class = "", 0, False
    while at < len(text):
        token = _TOKEN.match(text, at)
        assert token is not None  # the last alternative matches any character
        piece = token.group()
        at = token.end()
        if piece in _JAVA_CLASSES:
            piece = _JAVA_CLASSES[piece] if in_class else f"[{_JAVA_CLASSES[piece]}]"
        elif piece == "." and not in_class:
            piece = _ANY
        elif piece.startswith("\\p"):
            raise ValueError(f"a class that has no translation yet: {piece} in {java}")
        elif not in_class and piece in (r"\-", r"\_", r"\@", r"\:"):
            piece = piece[1]  # an error in ECMAScript's unicode mode
        elif piece == "[":
            in_class = True
        elif piece == "]":
            in_class = False
        result += piece
    return f"^(?:{result.removeprefix('^').removesuffix('$')})$"


_TOKEN = re.compile(r"\\p\{\w+\}|\\x[0-9A-F]{2}|\\.|.", re.DOTALL)


class Writer:
    """Write the shapes of one schema file, each named shape once, under `$defs`.

    `editor` allows interpolation and adds words. An overlay has nothing required, and null takes a field away.
    """

    def __init__(self, editor: bool) -> None:
        self.editor = editor
        self.defs: dict[str, Schema] = {"interpolated": INTERPOLATED} if editor else {}

    def request(self, kind: Kind, overlay: bool = False) -> Schema:
        """The schema of a kind's request, its payload as an object."""
        model = get_session().get_service_model(kind.service)
        shape = model.operation_model(kind.submit.operation).input_shape
        return self._reference(kind.service, shape, overlay, kind)

    def _reference(
        self, service: str, shape: Shape, overlay: bool, kind: Kind | None = None
    ) -> Schema:
        name = f"{'overlay.' if overlay else ''}{service}.{shape.name}"
        if name not in self.defs:
            self.defs[name] = {}  # its place in the order, and the end of a recursion
            self.defs[name] = self._structure(service, shape, overlay, kind)
        return {"$ref": f"#/$defs/{name}"}

    def _structure(
        self, service: str, shape: StructureShape, overlay: bool, kind: Kind | None
    ) -> Schema:
        members = {
            name: self._member(service, shape, name, overlay, kind) for name in shape.members
        }
        result: Schema = {"type": "object", "properties": members, "additionalProperties": False}
        filled_in = FILLED_IN.get(shape.name, frozenset())
        required = [name for name in shape.required_members if name not in filled_in]
        if required and not overlay:
            result["required"] = required
        return result

    def _member(
        self, service: str, shape: StructureShape, name: str, overlay: bool, kind: Kind | None
    ) -> Schema:
        member = shape.members[name]
        if kind is not None and kind.payload is not None and name == kind.payload.field:
            schema = self._payload(kind, overlay)
        else:
            schema = self._any(service, member, overlay, PROSE.get((shape.name, name), {}))
        if overlay:
            schema = _or_null(schema)
        if self.editor and not overlay:
            schema = {**TEXTS.get((shape.name, name), {}), **schema}
        return schema

    def _payload(self, kind: Kind, overlay: bool) -> Schema:
        assert kind.payload is not None
        model = get_session().get_service_model(kind.payload.service)
        shape = model.operation_model(kind.payload.operation).input_shape
        schema = self._reference(kind.payload.service, shape, overlay)
        # AWS's own form, a JSON string, is welcome in a file; it is an object once expanded
        return {"if": {"type": "string"}, "else": schema} if self.editor else schema

    def _any(self, service: str, shape: Shape, overlay: bool, prose: Schema) -> Schema:
        if isinstance(shape, StructureShape):
            return self._reference(service, shape, overlay)
        if isinstance(shape, ListShape):
            # a merge patch replaces a list as a whole
            items = self._any(service, shape.member, False, {})
            return {"type": "array", "items": items, **_bounds(shape, "Items"), **prose}
        if isinstance(shape, MapShape):
            return self._map(service, shape, overlay, prose)
        return self._leaf(service, shape, prose)

    def _map(self, service: str, shape: MapShape, overlay: bool, prose: Schema) -> Schema:
        value = self._any(service, shape.value, overlay, {})
        names = {k: v for k, v in _constraints(shape.key).items() if k != "type"}
        result = {
            "type": "object",
            "additionalProperties": _or_null(value) if overlay else value,
            **({"propertyNames": names} if names else {}),
            **_bounds(shape, "Properties"),
            **prose,
        }
        if overlay:
            result.pop("minProperties", None)
        return result

    def _leaf(self, service: str, shape: Shape, prose: Schema) -> Schema:
        schema = {**_constraints(shape), **prose}
        if "pattern" in prose:
            schema.pop("enum", None)
        if schema == {"type": "string"}:
            return schema
        if prose:
            return self._wrapped(schema)
        name = f"{service}.{shape.name}"
        if len(schema) == 1:
            return self._wrapped(schema)
        self.defs.setdefault(name, self._wrapped(schema))
        return {"$ref": f"#/$defs/{name}"}

    def _wrapped(self, schema: Schema) -> Schema:
        if not self.editor:
            return schema
        if schema.get("enum") and _is_open(schema):
            known = schema.pop("enum")
            schema = {**schema, "pattern": schema.pop("x-open"), "examples": known}
        return {"if": {"$ref": "#/$defs/interpolated"}, "else": schema}


def _is_open(schema: Schema) -> bool:
    return "x-open" in schema


def _or_null(schema: Schema) -> Schema:
    return {"if": {"type": "null"}, "else": schema}


def _bounds(shape: Shape, what: str) -> Schema:
    least, most = shape.metadata.get("min"), shape.metadata.get("max")
    return {
        **({f"min{what}": least} if least else {}),
        **({f"max{what}": most} if most is not None else {}),
    }


def _constraints(shape: Shape) -> Schema:
    """A scalar's type and limits."""
    if shape.type_name == "boolean":
        return {"type": "boolean"}
    if shape.type_name in _NUMBERS:
        limits = {"minimum": shape.metadata.get("min"), "maximum": shape.metadata.get("max")}
        number: Schema = {"type": _NUMBERS[shape.type_name]}
        return number | {name: limit for name, limit in limits.items() if limit is not None}
    if shape.type_name != "string":
        raise ValueError(f"a shape that has no schema yet: {shape.type_name} {shape.name}")
    schema: Schema = {"type": "string", **_bounds(shape, "Length")}
    if shape.metadata.get("enum"):
        schema["enum"] = list(shape.metadata["enum"])
        if shape.name in OPEN_ENUMS:
            schema["x-open"] = INSTANCE_TYPE
    java = shape.metadata.get("pattern")
    if java and java != r"[\S\s]*":
        schema["pattern"] = pattern(java)
        words = PATTERN_TEXTS.get(shape.name) or ONE_LINE.get(java)
        if words:
            schema["patternErrorMessage"] = words
    return schema


INSTANCE_TYPE = r"^ml\.[a-z]+[0-9]+[a-z0-9-]*\.(?:medium|large|[0-9]*xlarge|metal)$"


def keys_schema(kinds: list[str]) -> Schema:
    """Our own keys, with the request and the overlays as anything."""
    properties = {**KEYS, "kind": {**KEYS["kind"], "enum": kinds}}
    stacks = dict.fromkeys(OVERLAID, True) | {"request": {"type": "object"}}
    properties["stacks"] = {
        **KEYS["stacks"],
        "additionalProperties": {
            "type": "object",
            "properties": stacks,
            "additionalProperties": False,
        },
    }
    return {
        "type": "object",
        "properties": properties,
        "required": ["kind", "request"],
        "additionalProperties": False,
    }


def _editor_keys(kinds: list[str]) -> Schema:
    schema = keys_schema(kinds)
    overlay = {name: _or_null(KEYS[name]) for name in OVERLAID}
    schema["properties"]["stacks"]["additionalProperties"]["properties"] = overlay
    # only here: an editor that finds no kind cannot say more
    return schema


def _of_kind(kind: Kind, writer: Writer) -> Schema:
    """What a kind adds to the common keys."""
    overlay = {"properties": {"request": writer.request(kind, overlay=True)}}
    return {
        "title": kind.title,
        "properties": {
            "request": writer.request(kind),
            "stacks": {"additionalProperties": overlay},
        },
    }


def union() -> Schema:
    """The editors' schema of any job file: the common keys, and what `kind` adds by if/then."""
    writer = Writer(editor=True)
    branches = [
        {
            "if": {"properties": {"kind": {"const": kind.name}}, "required": ["kind"]},
            "then": _of_kind(kind, writer),
        }
        for kind in KINDS.values()
    ]
    body = {"title": "AWS job", **_editor_keys(list(KINDS)), "allOf": branches}
    return {"$schema": DIALECT, **body, "$defs": writer.defs}


def of_kind(kind: Kind) -> Schema:
    """The editors' schema of one kind's job files."""
    writer = Writer(editor=True)
    schema = _editor_keys([kind.name])
    added = _of_kind(kind, writer)
    schema["properties"]["request"] = {
        **schema["properties"]["request"],
        **added["properties"]["request"],
    }
    schema["allOf"] = [{"properties": {"stacks": added["properties"]["stacks"]}}]
    return {"$schema": DIALECT, "title": kind.title, **schema, "$defs": writer.defs}


def request(kind: Kind) -> Schema:
    """The strict schema of one kind's expanded request."""
    writer = Writer(editor=False)
    body = writer.request(kind)
    return {"$schema": DIALECT, "title": f"{kind.title}: request", **body, "$defs": writer.defs}


def files() -> dict[str, str]:
    """Every schema file by its path in `schemas/`, as it should stand there."""
    schemas: dict[str, Schema] = {
        "job": union(),
        "keys": {"$schema": DIALECT, "title": "Keys of a job file", **keys_schema(list(KINDS))},
    }
    for kind in KINDS.values():
        schemas[kind.name] = of_kind(kind)
        schemas[f"requests/{kind.name}"] = request(kind)
    return {
        f"{name}.schema.json": json.dumps(schema, indent=1, ensure_ascii=True) + "\n"
        for name, schema in schemas.items()
    }


def main(arguments: list[str] | None = None) -> int:
    """Write the schemas into a folder, `schemas/` by default."""
    parser = argparse.ArgumentParser(prog="python -m cli.schemas", description=__doc__)
    parser.add_argument("folder", nargs="?", default="schemas", type=Path)
    folder: Path = parser.parse_args(arguments).folder
    for name, text in files().items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
