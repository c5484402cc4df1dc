"""Generate `schemas/` from botocore's service models: `python -m tools.schemas.generate` (`make schemas`).

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
import sys
from pathlib import Path

from components.kinds import KINDS, Kind

from .keys import KEYS, OVERLAID
from .shapes import Schema, Writer, or_null

DIALECT = "https://json-schema.org/draft/2020-12/schema"


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
    overlay = {name: or_null(KEYS[name]) for name in OVERLAID}
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
    parser = argparse.ArgumentParser(prog="python -m tools.schemas.generate", description=__doc__)
    parser.add_argument("folder", nargs="?", default="schemas", type=Path)
    folder: Path = parser.parse_args(arguments).folder
    for name, text in files().items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
