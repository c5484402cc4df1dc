"""Validate documents against the schemas in `schemas/`, which `make schemas` generates from AWS's service models.

Nearly every document is valid, so each schema is compiled once into one function that only says yes or no; the JSON
schema validator is asked for the reasons of a no. A `Pending` leaf is valid everywhere: its value is not known yet.
"""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path as File
from typing import Any

from ..wire import Path
from .compiled import Check, Pending, SchemaProblem, compile_schema, follow

_PACKAGE = File(__file__).resolve().parents[1]
# a wheel has them inside of the package, the repository beside it
_INSIDE = _PACKAGE / "schemas"
FOLDER = _INSIDE if _INSIDE.is_dir() else _PACKAGE.parent / "schemas"

__all__ = [
    "FOLDER",
    "Pending",
    "SchemaProblem",
    "accepts",
    "at",
    "find_problems",
    "find_type",
    "read",
]


@cache
def read(name: str) -> dict[str, Any]:
    """Return a committed schema by its file name without `.schema.json` (`job`, `requests/ServiceJob`)."""
    schema: dict[str, Any] = json.loads((FOLDER / f"{name}.schema.json").read_text("utf-8"))
    return schema


def accepts(document: Any, name: str) -> bool:
    """Say whether the document fits the schema of that name."""
    return _check(name)(document)


def find_problems(document: Any, name: str) -> list[SchemaProblem]:
    """Return every reason why the document does not fit, in the document's order; nothing for a valid one."""
    if accepts(document, name):
        return []
    # the validator takes longer to import than a thousand valid files take to check
    from .reasons import find_reasons

    return find_reasons(document, read(name))


def find_type(name: str, path: Path) -> str:
    """Return the JSON type that the schema wants at a path (`integer`), or nothing where it wants no single one."""
    schema = at(name, path)
    wanted = schema.get("type", "") if schema else ""
    return wanted if isinstance(wanted, str) else ""


def at(name: str, path: Path) -> dict[str, Any] | None:
    """Return the part of a schema that governs a path, its references followed; None where nothing does."""
    root = read(name)
    schema: Any = follow(root, root)
    for part in path:
        if isinstance(part, int):
            schema = schema.get("items")
        else:
            schema = schema.get("properties", {}).get(part, schema.get("additionalProperties"))
        if not isinstance(schema, dict):
            return None
        schema = follow(schema, root)
    return dict(schema)


@cache
def _check(name: str) -> Check:
    return compile_schema(read(name))
