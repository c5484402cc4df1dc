"""Generate `schemas/` from botocore's service models: `python -m tools.schemas.generate` (`make schemas`).

    job.schema.json                 for editors: a job file of any kind, dispatching on `kind`
    <Kind>.schema.json              for editors: a job file of one kind
    keys.schema.json                our own keys of a job file: written by hand, but for the names of the kinds
    requests/<Kind>.schema.json     the expanded request, strictly as AWS takes it

In the editors' schemas a leaf may be an interpolation (`${config.x}`) whatever AWS takes there. The same service model
gives the same bytes.
"""

from __future__ import annotations

import argparse
import json
import sys
from copy import deepcopy
from pathlib import Path

from components.kinds import KINDS, Kind
from components.schema import read

from .shapes import Schema, Writer, allow_null

DIALECT = "https://json-schema.org/draft/2020-12/schema"


def write_keys() -> Schema:
    """Return the schema of our own keys, before anything is expanded, with any request."""
    schema: Schema = deepcopy(read("keys"))
    schema["properties"]["kind"]["enum"] = list(KINDS)
    return schema


def _write_editor_keys(title: str, kinds: list[str]) -> Schema:
    schema = {**write_keys(), "title": title}
    keys = schema["properties"]
    keys["kind"]["enum"] = kinds
    overlay = keys["stacks"]["additionalProperties"]["properties"]
    overlay.update({name: allow_null(keys[name]) for name in overlay})
    return schema


def _write_kind_part(kind: Kind, writer: Writer) -> Schema:
    overlay = {"properties": {"request": writer.write_request(kind, overlay=True)}}
    return {
        "title": kind.title,
        "properties": {
            "request": writer.write_request(kind),
            "stacks": {"additionalProperties": overlay},
        },
    }


def write_union() -> Schema:
    """Return the editors' schema of any job file: the common keys, and what `kind` adds by if/then."""
    writer = Writer(editor=True)
    branches = [
        {
            "if": {"properties": {"kind": {"const": kind.name}}, "required": ["kind"]},
            "then": _write_kind_part(kind, writer),
        }
        for kind in KINDS.values()
    ]
    keys = _write_editor_keys("AWS job", list(KINDS))
    return {**keys, "allOf": branches, "$defs": writer.defs}


def write_kind(kind: Kind) -> Schema:
    """Return the editors' schema of one kind's job files."""
    writer = Writer(editor=True)
    schema = _write_editor_keys(kind.title, [kind.name])
    added = _write_kind_part(kind, writer)
    schema["properties"]["request"] = {
        **schema["properties"]["request"],
        **added["properties"]["request"],
    }
    schema["allOf"] = [{"properties": {"stacks": added["properties"]["stacks"]}}]
    return {**schema, "$defs": writer.defs}


def write_request(kind: Kind) -> Schema:
    """Return the strict schema of one kind's expanded request."""
    writer = Writer(editor=False)
    body = writer.write_request(kind)
    return {"$schema": DIALECT, "title": f"{kind.title}: request", **body, "$defs": writer.defs}


def write_files() -> dict[str, str]:
    """Return the text of every schema file, by its path in `schemas/`."""
    schemas: dict[str, Schema] = {"job": write_union(), "keys": write_keys()}
    for kind in KINDS.values():
        schemas[kind.name] = write_kind(kind)
        schemas[f"requests/{kind.name}"] = write_request(kind)
    return {
        f"{name}.schema.json": json.dumps(schema, indent=1, ensure_ascii=True) + "\n"
        for name, schema in schemas.items()
    }


def main(arguments: list[str] | None = None) -> int:
    """Write the schemas into a folder, `schemas/` by default."""
    parser = argparse.ArgumentParser(prog="python -m tools.schemas.generate", description=__doc__)
    parser.add_argument("folder", nargs="?", default="schemas", type=Path)
    folder: Path = parser.parse_args(arguments).folder
    for name, text in write_files().items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
