"""What a stack's state knows of its jobs, read through `stack export`. Secrets in it stay encrypted."""

from __future__ import annotations

import argparse
import json
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cli.engine.run import capture, chosen_stack
from cli.project.stack import Stack, find_project
from components.errors import JobError
from components.kinds import KINDS, Kind, Phase
from components.wire import mended


@dataclass(frozen=True)
class Entry:
    """One job of the state: its outputs repeat its inputs. `pending` is a run that is only still to be deleted."""

    name: str
    kind: Kind
    id: str
    outputs: Mapping[str, Any]
    pending: bool

    @property
    def phase(self) -> Phase:
        return Phase(self.outputs.get("phase", Phase.RUNNING.value))

    @property
    def reason(self) -> str:
        return str(self.outputs.get("statusReason", ""))


def add_stack(parser: argparse.ArgumentParser) -> None:
    """The argument that `stack_of` reads."""
    parser.add_argument("-s", "--stack", default="", help="default: the selected stack")


def stack_of(args: argparse.Namespace) -> Stack:
    """The stack that was named, else the selected one. Raises `JobError` where there is neither."""
    words = ["--stack", args.stack] if args.stack else []
    stack = chosen_stack(find_project(Path.cwd()), words, os.environ)
    if not stack.name:
        raise JobError("no stack is selected: name one with -s, or ./jobctl stack select it")
    return stack


def entries(stack: Stack) -> list[Entry]:
    """The stack's jobs, sorted by name. Raises `JobError` where the engine cannot export the stack."""
    document = json.loads(capture(stack, ["stack", "export", "--stack", stack.name]))
    resources = (document.get("deployment") or {}).get("resources") or []
    found = [_entry(resource) for resource in resources if _kind(resource) in KINDS]
    return sorted(found, key=lambda entry: (entry.name, entry.pending))


def _kind(resource: Mapping[str, Any]) -> str:
    return str(resource.get("type", "")).rpartition(":")[2]


def _entry(resource: Mapping[str, Any]) -> Entry:
    outputs = mended(resource.get("outputs") or {})
    return Entry(
        name=str(outputs.get("name") or str(resource.get("urn", "")).rpartition("::")[2]),
        kind=KINDS[_kind(resource)],
        id=str(resource.get("id", "")),
        outputs=outputs,
        pending=bool(resource.get("delete")),
    )
