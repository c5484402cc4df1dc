"""Property values to and from the protobuf structs of Pulumi's protocols."""

from __future__ import annotations

from typing import Any

from google.protobuf.struct_pb2 import ListValue, Struct
from google.protobuf.struct_pb2 import Value as WireValue

from local.engine.errors import Unsupported
from local.engine.state import values
from local.engine.state.values import UNKNOWN, Properties, Secret, Unknown, Value

REFUSED = {
    "c44067f5952c0a294b673a41bacd8c17": "an asset as a property",
    "0def7320c3a5731c473e5ecbe6d01bc7": "an archive as a property",
    "d0e6a833031e9bbcd3f4e8bde6ca49a4": "an output as a property",
    "5cf8f73096256a8f31e491e813e4eb8e": "a resource as a property (pass its id or urn)",
}


def from_struct(struct: Struct) -> Properties:
    """Return the properties that a struct carries."""
    return {key: from_value(value) for key, value in struct.fields.items()}


def from_value(wire: WireValue) -> Value:
    kind = wire.WhichOneof("kind")
    if kind == "string_value":
        text = wire.string_value
        return UNKNOWN if text == values.UNKNOWN_STRING else text
    if kind == "number_value":
        return values.to_number(wire.number_value)
    if kind == "struct_value":
        return read_signed(from_struct(wire.struct_value))
    if kind == "list_value":
        return [from_value(item) for item in wire.list_value.values]
    if kind == "bool_value":
        return wire.bool_value
    return None


def read_signed(fields: dict[str, Any]) -> Value:
    """Return what an object with a signature stands for."""
    signature = fields.get(values.SIGNATURE)
    if signature is None:
        return fields
    if signature == values.SECRET:
        return Secret(fields.get("value"))
    if signature in REFUSED:
        raise Unsupported(REFUSED[signature])
    return fields


def to_struct(properties: Properties, *, secrets: bool = False, unknowns: bool = False) -> Struct:
    """Return a struct of the properties.

    Without `secrets` each secret is sent as its value; without `unknowns` the unknown ones are left out.
    """
    struct = Struct()
    for key, value in properties.items():
        if unknowns or not isinstance(value, Unknown):
            fill(struct.fields[key], value, secrets, unknowns)
    return struct


def fill(wire: WireValue, value: Value, secrets: bool, unknowns: bool) -> None:
    if isinstance(value, str):
        wire.string_value = value
    elif isinstance(value, bool):
        wire.bool_value = value
    elif isinstance(value, (int, float)):
        wire.number_value = value
    elif value is None:
        wire.null_value = 0
    elif isinstance(value, dict):
        wire.struct_value.CopyFrom(to_struct(value, secrets=secrets, unknowns=unknowns))
    elif isinstance(value, list):
        items = ListValue()
        for item in value:
            fill(items.values.add(), item, secrets, unknowns)
        wire.list_value.CopyFrom(items)
    elif isinstance(value, Secret):
        if secrets:
            shell = wire.struct_value.fields
            shell[values.SIGNATURE].string_value = values.SECRET
            fill(shell["value"], value.value, secrets, unknowns)
        else:
            fill(wire, value.value, secrets, unknowns)
    else:
        wire.string_value = values.UNKNOWN_STRING
