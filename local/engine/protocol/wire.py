"""Property values to and from the protobuf structs of Pulumi's protocols."""

from __future__ import annotations

from typing import Any

from google.protobuf.struct_pb2 import Struct
from google.protobuf.struct_pb2 import Value as WireValue

from local.engine.state.values import (
    SECRET,
    SIGNATURE,
    UNKNOWN,
    UNKNOWN_STRING,
    Properties,
    Value,
    encode,
    read_object,
    to_number,
)


def from_struct(struct: Struct) -> Properties:
    """Return the properties that a struct carries."""
    return {key: from_value(value) for key, value in struct.fields.items()}


def from_value(wire: WireValue) -> Value:
    # by hand: protobuf's own conversion to JSON, and that to values, take twice as long
    kind = wire.WhichOneof("kind")
    if kind == "string_value":
        text = wire.string_value
        return UNKNOWN if text == UNKNOWN_STRING else text
    if kind == "number_value":
        return to_number(wire.number_value)
    if kind == "struct_value":
        return read_object(from_struct(wire.struct_value), lambda secret: secret.get("value"))
    if kind == "list_value":
        return [from_value(item) for item in wire.list_value.values]
    return wire.bool_value if kind == "bool_value" else None


def to_struct(properties: Properties, *, secrets: bool = False) -> Struct:
    """Return a struct of the properties; without `secrets` each secret is sent as its value."""

    def seal(value: Any) -> Any:
        return {SIGNATURE: SECRET, "value": value} if secrets else value

    struct = Struct()
    struct.update(encode(properties, seal))
    return struct
