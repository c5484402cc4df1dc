"""A deployment as JSON: Pulumi's preview document."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any, TextIO

from local.engine.core.events import Diagnostic, Event, Prelude, StepEvent
from local.engine.state import checkpoint, urns
from local.engine.state.model import Resource
from local.engine.state.values import redact

NON_LOGICAL = {"create-replacement", "delete-replaced", "replace"}


def never(text: str) -> str:
    raise AssertionError("a redacted state holds no secret")


def state(resource: Resource | None) -> dict[str, Any] | None:
    """A state as the preview document shows it."""
    if resource is None:
        return None
    masked = replace(resource, inputs=redact(resource.inputs), outputs=redact(resource.outputs))
    return checkpoint.dump_resource(masked, never)


def shown(event: StepEvent, sames: bool) -> bool:
    """Pulumi leaves out what stays the same (the stack excepted, `--show-sames` asks for all), and the
    parts of a replacement."""
    if event.type == urns.STACK_TYPE:
        return True
    if event.op == "same":
        return sames
    return event.logical or event.op not in NON_LOGICAL


def learnt(event: StepEvent) -> bool:
    """Whether the end of a refresh says more than its beginning."""
    return event.op == "delete" or (event.op == "update" and event.diff.detailed is not None)


def step(event: StepEvent) -> dict[str, Any]:
    found: dict[str, Any] = {"op": event.op, "urn": event.urn}
    if event.provider:
        found["provider"] = event.provider
    for name, resource in (("oldState", event.old), ("newState", event.new)):
        if resource is not None:
            found[name] = state(resource)
    if event.diff.changed_keys:
        found["diffReasons"] = event.diff.changed_keys
    if event.diff.replace_keys:
        found["replaceReasons"] = event.diff.replace_keys
    found["detailedDiff"] = detailed(event)
    return found


def detailed(event: StepEvent) -> dict[str, Any] | None:
    if event.diff.detailed is None:
        return None
    return {
        path: {"kind": kind, "inputDiff": True}
        for path, kind in sorted(event.diff.detailed.items())
    }


class Document:
    """Pulumi's preview document, printed at the end, and nothing else."""

    def __init__(self, out: TextIO, *, sames: bool = False) -> None:
        self._out = out
        self._sames = sames
        self._document: dict[str, Any] = {}
        self._steps: list[dict[str, Any]] = []
        self._refreshed: set[str] = set()
        self._diagnostics: list[dict[str, str]] = []

    def __call__(self, event: Event) -> None:
        if isinstance(event, Prelude):
            if event.config:
                self._document["config"] = event.config
        elif isinstance(event, Diagnostic):
            if event.severity != "debug":
                self._diagnostics.append(diagnostic(event))
        elif isinstance(event, StepEvent):
            self._step(event)
        else:
            self._document["steps"] = self._steps
            if self._diagnostics:
                self._document["diagnostics"] = self._diagnostics
            self._document["duration"] = int(event.seconds * 1e9)
            self._document["changeSummary"] = event.changes

    def _step(self, event: StepEvent) -> None:
        if event.stage == "start" and shown(event, self._sames):
            self._steps.append(step(event))
            if event.op == "refresh":
                self._refreshed.add(event.urn)
            else:
                self._refreshed.discard(event.urn)
        elif event.stage == "end" and event.urn in self._refreshed and learnt(event):
            for at, each in enumerate(self._steps):
                if each["urn"] == event.urn:
                    self._steps[at] = step(event)

    def close(self) -> None:
        json.dump(self._document, self._out, indent=4, ensure_ascii=False)
        self._out.write("\n")
        self._out.flush()


def diagnostic(event: Diagnostic) -> dict[str, str]:
    prefix = f"{event.severity}: " if event.severity in {"warning", "error"} else ""
    found = {"urn": event.urn} if event.urn else {}
    return {
        **found,
        "message": prefix + event.message + ("" if event.message.endswith("\n") else "\n"),
        "severity": event.severity,
    }
