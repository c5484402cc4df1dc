"""What a stack's state knows of its jobs, read through `stack export`. Secrets in it stay encrypted."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from cli.engine.run import capture
from cli.project.stack import Stack
from components.kinds import KINDS, Kind, Phase
from components.wire import normalize_numbers


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

    def text(self, name: str) -> str:
        """Return an output as text; empty where it is not set or is not a plain value (a secret)."""
        value = self.outputs.get(name)
        return str(value) if isinstance(value, str | int | float) else ""

    @property
    def reason(self) -> str:
        return self.text("statusReason")

    @property
    def waiting_for(self) -> list[str]:
        """The other jobs, or the slot, that the job is deferred for; one that ran before may wait too."""
        waits = self.outputs.get("waitingFor") or self.outputs.get("waitsFor")
        return [str(name) for name in waits] if isinstance(waits, list) else []


def read_entries(stack: Stack, *, pending: bool = False) -> list[Entry]:
    """Return the stack's jobs, sorted by name; with `pending` also the runs that are only still to be deleted.

    Raises `JobError` where the engine cannot export the stack.
    """
    document = json.loads(capture(stack, ["stack", "export", "--stack", stack.name]))
    resources = (document.get("deployment") or {}).get("resources") or []
    found = [_read_entry(resource) for resource in resources if _kind_name(resource) in KINDS]
    wanted = [entry for entry in found if pending or not entry.pending]
    return sorted(wanted, key=lambda entry: (entry.name, entry.pending))


def _kind_name(resource: Mapping[str, Any]) -> str:
    return str(resource.get("type", "")).rpartition(":")[2]


def _read_entry(resource: Mapping[str, Any]) -> Entry:
    outputs = normalize_numbers(resource.get("outputs") or {})
    return Entry(
        name=str(outputs.get("name") or str(resource.get("urn", "")).rpartition("::")[2]),
        kind=KINDS[_kind_name(resource)],
        id=str(resource.get("id", "")),
        outputs=outputs,
        pending=bool(resource.get("delete")),
    )
