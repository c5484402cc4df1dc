"""Write botocore's shapes as JSON Schema: strictly as AWS takes them, or for editors."""

from __future__ import annotations

import re
from functools import cache
from typing import Any

from botocore.model import ListShape, MapShape, ServiceModel, Shape, StructureShape
from botocore.session import get_session

from components.kinds import KINDS, Kind, load_part
from components.schema.compiled import follow

Schema = dict[str, Any]

_PARTS = [load_part(kind, "texts") for kind in KINDS.values()]
PROSE: dict[str, Schema] = {k: v for part in _PARTS for k, v in part.PROSE.items()}
PATTERN_TEXTS: dict[str, str] = {k: v for part in _PARTS for k, v in part.PATTERN_TEXTS.items()}
# a model's `.` stops at line ends
ONE_LINE = {".*": "takes one line of text", ".+": "takes one line of text"}

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


def translate_pattern(java: str) -> str:
    """Translate a service model's pattern (Java's, matched whole) into one that ECMAScript and Python read alike."""
    text = _TOKEN.sub(_translate, java.replace(_UNICODE_WORD, _UNICODE_WORD_HERE))
    if "\\p" in text:
        raise ValueError(f"a class that has no translation yet, in {java}")
    return f"^(?:{text.removeprefix('^').removesuffix('$')})$"


# a class in brackets, an escape or a dot
_TOKEN = re.compile(r"\[(?:\\.|[^\]\\])*\]|\\p\{\w+\}|\\.|\.", re.DOTALL)


def _translate(token: re.Match[str]) -> str:
    piece = token.group()
    if piece.startswith("["):
        for name, characters in _JAVA_CLASSES.items():
            piece = piece.replace(name, characters)
        return piece
    if piece in _JAVA_CLASSES:
        return f"[{_JAVA_CLASSES[piece]}]"
    return _ANY if piece == "." else piece


@cache
def _load_model(service: str) -> ServiceModel:
    return get_session().get_service_model(service)


def _load_input(service: str, operation: str) -> StructureShape:
    return _load_model(service).operation_model(operation).input_shape


@cache
def _list_filled_in() -> dict[str, frozenset[str]]:
    """Return the fields that a submission fills in, by shape: the author need not write them."""
    found: dict[str, frozenset[str]] = {}
    for kind in KINDS.values():
        shape = _load_input(kind.service, kind.request.submit.operation)
        found[shape.name] = frozenset({kind.request.name_field, *kind.request.defaults})
        if kind.payload:
            shape = _load_input(kind.payload.service, kind.payload.operation)
            found[shape.name] = frozenset({kind.payload.name_field})
    return found


def _describe(member: str) -> Schema:
    """Return the description, default and examples that a kind's texts have for a `Shape.member`."""
    texts = [pair for part in _PARTS for pair in part.TEXTS.items()]
    return {keyword: values[member] for keyword, values in texts if member in values}


class Writer:
    """Write the shapes of one schema file, each named shape once, under `$defs`.

    `editor` allows interpolation and adds words. An overlay has nothing required, and null takes a field away.
    """

    def __init__(self, editor: bool) -> None:
        self.editor = editor
        self.defs: dict[str, Schema] = {"interpolated": INTERPOLATED} if editor else {}

    def write_request(self, kind: Kind, overlay: bool = False) -> Schema:
        """Return the schema of a kind's request, its payload as an object."""
        shape = _load_input(kind.service, kind.request.submit.operation)
        return self._write_reference(kind.service, shape, overlay, kind)

    def _write_reference(
        self, service: str, shape: Shape, overlay: bool, kind: Kind | None = None
    ) -> Schema:
        name = f"{'overlay.' if overlay else ''}{service}.{shape.name}"
        if name not in self.defs:
            self.defs[name] = {}  # its place in the order, and the end of a recursion
            self.defs[name] = self._write_structure(service, shape, overlay, kind)
        return {"$ref": f"#/$defs/{name}"}

    def _write_structure(
        self, service: str, shape: StructureShape, overlay: bool, kind: Kind | None
    ) -> Schema:
        members = {
            name: self._write_member(service, shape, name, overlay, kind) for name in shape.members
        }
        result: Schema = {"type": "object", "properties": members, "additionalProperties": False}
        if self.editor:
            result = {"title": shape.name.removesuffix("Request"), **result}
        filled_in = _list_filled_in().get(shape.name, frozenset())
        required = [name for name in shape.required_members if name not in filled_in]
        if required and not overlay:
            result["required"] = required
        return result

    def _write_member(
        self, service: str, shape: StructureShape, name: str, overlay: bool, kind: Kind | None
    ) -> Schema:
        member = shape.members[name]
        if kind is not None and kind.payload is not None and name == kind.payload.field:
            schema = self._write_payload(kind, overlay)
        else:
            schema = self._write_any(
                service, member, overlay, PROSE.get(f"{shape.name}.{name}", {})
            )
        if overlay:
            types = self._list_types(schema)
            # an editor completes `name: ` only where it finds a type
            schema = {**({"type": [*types, "null"]} if types else {}), **allow_null(schema)}
        if self.editor and not overlay:
            schema = {**_describe(f"{shape.name}.{name}"), **schema}
        return schema

    def _list_types(self, schema: Schema) -> list[str]:
        types = follow(schema, {"$defs": self.defs}).get("type", [])
        return [types] if isinstance(types, str) else list(types)

    def _write_payload(self, kind: Kind, overlay: bool) -> Schema:
        assert kind.payload is not None
        shape = _load_input(kind.payload.service, kind.payload.operation)
        schema = self._write_reference(kind.payload.service, shape, overlay)
        # AWS's own form, a JSON string, is welcome in a file; it is an object once expanded
        either = {"type": ["object", "string"], "if": {"type": "string"}, "else": schema}
        return either if self.editor else schema

    def _write_any(self, service: str, shape: Shape, overlay: bool, prose: Schema) -> Schema:
        if isinstance(shape, StructureShape):
            return self._write_reference(service, shape, overlay)
        if isinstance(shape, ListShape):
            # a merge patch replaces a list as a whole
            items = self._write_any(service, shape.member, False, {})
            return {"type": "array", "items": items, **_read_bounds(shape, "Items"), **prose}
        if isinstance(shape, MapShape):
            return self._write_map(service, shape, overlay, prose)
        return self._write_leaf(service, shape, prose)

    def _write_map(self, service: str, shape: MapShape, overlay: bool, prose: Schema) -> Schema:
        value = self._write_any(service, shape.value, overlay, {})
        names = {k: v for k, v in _read_constraints(shape.key).items() if k != "type"}
        result = {
            "type": "object",
            "additionalProperties": allow_null(value) if overlay else value,
            **({"propertyNames": names} if names else {}),
            **_read_bounds(shape, "Properties"),
            **prose,
        }
        if overlay:
            result.pop("minProperties", None)
        return result

    def _write_leaf(self, service: str, shape: Shape, prose: Schema) -> Schema:
        schema = {**_read_constraints(shape), **prose}
        if "pattern" in prose and not self.editor:
            schema.pop("enum", None)  # the pattern takes more than the model's words
        if schema == {"type": "string"}:
            return schema
        if prose:
            return self._allow_interpolation(schema)
        name = f"{service}.{shape.name}"
        if len(schema) == 1:
            return self._allow_interpolation(schema)
        self.defs.setdefault(name, self._allow_interpolation(schema))
        return {"$ref": f"#/$defs/{name}"}

    def _allow_interpolation(self, schema: Schema) -> Schema:
        """Return a leaf's schema that allows interpolation too. if/else gives exact errors, anyOf completes words."""
        if not self.editor:
            return schema
        interpolated = {"$ref": "#/$defs/interpolated"}
        if "enum" not in schema:
            kind = schema["type"]
            if kind != "string":
                return {"type": [kind, "string"], "if": interpolated, "else": schema}
            # the type is outside, where editors look for it, and only there: one error, not two
            limits = {name: limit for name, limit in schema.items() if name != "type"}
            return {"type": "string", "if": interpolated, "else": limits}
        words = {"type": "string", "enum": schema["enum"]}
        more = schema.get("x-open") or schema.get("pattern")
        if not more:
            return {"anyOf": [words, interpolated]}
        # a list of hundreds would not help
        words["errorMessage"] = schema.get("patternErrorMessage", "is not a known instance type")
        return {"anyOf": [words, {"type": "string", "pattern": more}, interpolated]}


def allow_null(schema: Schema) -> Schema:
    return {"if": {"type": "null"}, "else": schema}


def _read_bounds(shape: Shape, what: str) -> Schema:
    least, most = shape.metadata.get("min"), shape.metadata.get("max")
    return {
        **({f"min{what}": least} if least else {}),
        **({f"max{what}": most} if most is not None else {}),
    }


def _read_constraints(shape: Shape) -> Schema:
    if shape.type_name == "boolean":
        return {"type": "boolean"}
    if shape.type_name in _NUMBERS:
        limits = {"minimum": shape.metadata.get("min"), "maximum": shape.metadata.get("max")}
        number: Schema = {"type": _NUMBERS[shape.type_name]}
        return number | {name: limit for name, limit in limits.items() if limit is not None}
    if shape.type_name != "string":
        raise ValueError(f"a shape that has no schema yet: {shape.type_name} {shape.name}")
    schema: Schema = {"type": "string", **_read_bounds(shape, "Length")}
    if shape.metadata.get("enum"):
        schema["enum"] = list(shape.metadata["enum"])
        if shape.name.endswith("InstanceType"):  # the list grows faster than the installed model
            schema["x-open"] = INSTANCE_TYPE
    java = shape.metadata.get("pattern")
    if java and java != r"[\S\s]*":
        schema["pattern"] = translate_pattern(java)
        words = PATTERN_TEXTS.get(shape.name) or ONE_LINE.get(java)
        if words:
            schema["patternErrorMessage"] = words
    return schema


INSTANCE_TYPE = r"^ml\.[a-z]+[0-9]+[a-z0-9-]*\.(?:medium|large|[0-9]*xlarge|metal)$"
