"""Stands in for pulumi-aws-native (180 MB installed): the names of `batch` that the example uses, as 1.84.0 has them.

An argument that is not among `names.json` is refused, as the package itself refuses it.
"""

from __future__ import annotations

import json
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pulumi

_NAMES = json.loads((Path(__file__).parent / "names.json").read_text("utf-8"))


def _camel(name: str) -> str:
    head, *rest = name.split("_")
    return head + "".join(word.capitalize() for word in rest)


def _checked(what: str, given: dict[str, Any], known: list[str]) -> dict[str, Any]:
    unknown = sorted(given.keys() - set(known))
    if unknown:
        raise TypeError(f"{what} got an unexpected keyword argument {unknown[0]!r}")
    return {_camel(name): value for name, value in given.items()}


def _resource(name: str, known: dict[str, list[str]]) -> Any:
    class Resource(pulumi.CustomResource):
        def __init__(self, resource_name: str, opts: Any = None, **given: Any) -> None:
            inputs = _checked(name, given, known["inputs"])
            unset = {_camel(output): None for output in known["outputs"]}
            super().__init__(f"aws-native:batch:{name}", resource_name, {**unset, **inputs}, opts)

        def __getattr__(self, output: str) -> Any:
            if output not in known["outputs"]:
                raise AttributeError(f"{name} has no output {output}")
            return pulumi.get(self, _camel(output))

    return Resource


def _arguments(name: str, known: list[str]) -> Any:
    def make(**given: Any) -> dict[str, Any]:
        return _checked(name, given, known)

    return make


batch = SimpleNamespace(
    **{name: _resource(name, known) for name, known in _NAMES["resources"].items()},
    **{name: _arguments(name, known) for name, known in _NAMES["arguments"].items()},
)
