"""What a stack's state knows of its jobs, read through `stack export`. Secrets in it stay encrypted."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from cli.engine.run import capture
from cli.project.stack import Stack
from components.errors import JobError
from components.jobfile.words import suggest
from components.kinds import KINDS, Kind, Phase
from components.wire import normalize_numbers, pick


@dataclass(frozen=True)
class Entry:
    """One job of the state: its outputs repeat its inputs. `pending` is a run that is only still to be deleted.

    `after` are the jobs that it depends on; the state does not know, its file does (`link_entries`).
    """

    name: str
    kind: Kind
    id: str
    outputs: Mapping[str, Any]
    pending: bool = False
    after: tuple[str, ...] = ()

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
    def queue(self) -> str:
        """The queue that the request names, by its name or ARN; empty for a kind without queues."""
        field = self.kind.request.queue_field
        return str(pick(self.outputs.get("request") or {}, field) or "") if field else ""

    @property
    def waiting_for(self) -> list[str]:
        """The other jobs, or the slot, that the job is deferred for; one that ran before may wait too."""
        waits = self.outputs.get("waitingFor") or self.outputs.get("waitsFor")
        return [str(name) for name in waits] if isinstance(waits, list) else []


def refuse_deferred(entry: Entry, lacks: str) -> None:
    """Raise `JobError` for a job that is not submitted yet, and so has no log or results."""
    if entry.phase is Phase.WAITING:
        waits = f"; it waits for {', '.join(entry.waiting_for)}" if entry.waiting_for else ""
        raise JobError(f"{entry.name} has no {lacks}: it is not submitted yet{waits}")


def read_entries(stack: Stack, *, pending: bool = False) -> list[Entry]:
    """Return the stack's jobs, sorted by name; with `pending` also the runs that are only still to be deleted.

    Raises `JobError` where the engine cannot export the stack.
    """
    return read_state(stack, pending=pending)[0]


def read_state(stack: Stack, *, pending: bool = False) -> tuple[list[Entry], str]:
    """Return the stack's jobs, and when the state was written (`2026-11-22T18:14:05Z`; '' where nobody knows)."""
    document = json.loads(capture(stack, ["stack", "export", "--stack", stack.name]))
    deployment = document.get("deployment") or {}
    resources = deployment.get("resources") or []
    time = str(pick(deployment, "manifest.time", ""))
    written = re.match(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d", time)
    found = [_read_entry(resource) for resource in resources if _kind_name(resource) in KINDS]
    wanted = [entry for entry in found if pending or not entry.pending]
    entries = sorted(wanted, key=lambda entry: (entry.name, entry.pending))
    return entries, f"{written[0]}Z" if written else ""


def select_entries(entries: Sequence[Entry], names: Sequence[str], stack: Stack) -> list[Entry]:
    """Return the jobs of these names, all without one. Raises `JobError` for a name that the state does not have."""
    known = {entry.name: entry for entry in entries}
    for name in names:
        if name not in known:
            hint = suggest(name, sorted(known)) or f"; deploy it with ./jobctl up -s {stack.name}"
            raise JobError(f"the state of '{stack.name}' has no job `{name}`{hint}")
    return [known[name] for name in dict.fromkeys(names)] or list(entries)


def link_entries(entries: Sequence[Entry], chains: Mapping[str, tuple[str, ...]]) -> list[Entry]:
    """Return the entries with the jobs that each depends on."""
    return [replace(entry, after=tuple(chains.get(entry.name, ()))) for entry in entries]


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
