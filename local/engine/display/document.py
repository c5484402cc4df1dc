"""A deployment as JSON: Pulumi's preview document."""

from __future__ import annotations

import json
from typing import Any, TextIO

from local.engine.core.events import Diagnostic, Event, StepEvent
from local.engine.state.checkpoint import dump_resource
from local.engine.state.model import Resource
from local.engine.state.values import redact

NON_LOGICAL = {"create-replacement", "delete-replaced", "replace"}


class Document:
    """Pulumi's preview document, printed at the end, and nothing else."""

    def __init__(self, out: TextIO, config: dict[str, str], *, sames: bool) -> None:
        self._out = out
        self._sames = sames
        self._document: dict[str, Any] = {"config": config} if config else {}
        self._steps: list[dict[str, Any]] = []
        self._refreshed: set[str] = set()
        self._diagnostics: list[dict[str, str]] = []

    def __call__(self, event: Event) -> None:
        if isinstance(event, Diagnostic):
            self._diagnostics.append(describe_diagnostic(event))
        elif isinstance(event, StepEvent):
            self._add(event)
        else:
            self._document["steps"] = self._steps
            if self._diagnostics:
                self._document["diagnostics"] = self._diagnostics
            self._document["duration"] = int(event.seconds * 1e9)
            self._document["changeSummary"] = event.changes

    def _add(self, event: StepEvent) -> None:
        urn = event.step.urn
        if event.stage == "start" and self._is_shown(event):
            self._steps.append(describe_step(event))
            if event.op == "refresh":
                self._refreshed.add(urn)
            else:
                self._refreshed.discard(urn)
        elif event.stage == "end" and urn in self._refreshed and says_more(event):
            for at, each in enumerate(self._steps):
                if each["urn"] == urn:
                    self._steps[at] = describe_step(event)

    def _is_shown(self, event: StepEvent) -> bool:
        """Leave out what stays the same (but for the stack and --show-sames), and the parts of a replacement."""
        if event.step.resource.is_stack:
            return True
        if event.op == "same":
            return self._sames
        return event.step.logical or event.op not in NON_LOGICAL

    def close(self) -> None:
        json.dump(self._document, self._out, indent=4, ensure_ascii=False)
        self._out.write("\n")
        self._out.flush()


def says_more(event: StepEvent) -> bool:
    """Tell whether the end of a refresh says more than its beginning."""
    return event.op == "delete" or (event.op == "update" and event.step.diff.detailed is not None)


def describe_step(event: StepEvent) -> dict[str, Any]:
    step, diff = event.step, event.step.diff
    found: dict[str, Any] = {"op": event.op, "urn": step.urn}
    if step.resource.provider:
        found["provider"] = step.resource.provider
    for name, resource in (("oldState", step.old), ("newState", step.new)):
        if resource is not None:
            found[name] = describe_state(resource)
    if diff.changed_keys:
        found["diffReasons"] = diff.changed_keys
    if diff.replace_keys:
        found["replaceReasons"] = diff.replace_keys
    found["detailedDiff"] = diff.detailed and {
        path: {"kind": kind, "inputDiff": True} for path, kind in sorted(diff.detailed.items())
    }
    return found


def describe_state(resource: Resource) -> dict[str, Any]:
    """Return a state as the preview document shows it: secrets are `[secret]`."""
    redacted = resource.copy(inputs=redact(resource.inputs), outputs=redact(resource.outputs))
    return dump_resource(redacted, str)


def describe_diagnostic(event: Diagnostic) -> dict[str, str]:
    prefix = f"{event.severity}: " if event.severity in {"warning", "error"} else ""
    found = {"urn": event.urn} if event.urn else {}
    message = prefix + event.message.removesuffix("\n") + "\n"
    return {**found, "message": message, "severity": event.severity}
