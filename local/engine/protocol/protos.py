"""Pulumi's protocols, from the SDK's own generated modules, without the SDK.

Importing `pulumi` takes longer than all the rest of the engine, which needs nothing of it but
these. The folder of generated modules is therefore a package of its own here; the modules in it
refer to each other only.
"""

from __future__ import annotations

import importlib
import sys
from importlib.machinery import PathFinder
from pathlib import Path
from types import ModuleType
from typing import Any

from local.engine.errors import EngineError

PACKAGE = "local.engine._pulumi_proto"
LARGEST = 400 * 1024 * 1024
OPTIONS = [
    ("grpc.max_receive_message_length", LARGEST),
    ("grpc.max_send_message_length", LARGEST),
]
"""Limits of a channel or server, as the SDK has them."""


def _package() -> None:
    if PACKAGE in sys.modules:
        return
    found = PathFinder.find_spec("pulumi")
    if found is None or not found.submodule_search_locations:
        raise EngineError(
            "the Pulumi SDK is not installed beside the embedded engine; "
            "run `pip install -r requirements.txt`"
        )
    package = ModuleType(PACKAGE)
    package.__path__ = [str(Path(found.submodule_search_locations[0], "runtime", "proto"))]
    sys.modules[PACKAGE] = package


def _load(name: str) -> Any:
    _package()
    return importlib.import_module(f"{PACKAGE}.{name}")


provider_pb2 = _load("provider_pb2")
provider_pb2_grpc = _load("provider_pb2_grpc")
resource_pb2 = _load("resource_pb2")
resource_pb2_grpc = _load("resource_pb2_grpc")
engine_pb2 = _load("engine_pb2")
engine_pb2_grpc = _load("engine_pb2_grpc")
