"""Property values to and from the protobuf structs of Pulumi's protocols."""

from __future__ import annotations

from google.protobuf.json_format import MessageToDict
from google.protobuf.struct_pb2 import Struct

from local.engine.state.values import Properties, decode, encode, reveal


def from_struct(struct: Struct) -> Properties:
    """Return the properties that a struct carries."""
    found = MessageToDict(struct)
    return {key: decode(found[key], lambda secret: secret.get("value")) for key in found}


def to_struct(properties: Properties, *, secrets: bool = False) -> Struct:
    """Return a struct of the properties; without `secrets` each secret is sent as its value."""
    struct = Struct()
    struct.update(
        encode(properties if secrets else reveal(properties), lambda value: {"value": value})
    )
    return struct
