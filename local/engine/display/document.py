"""A deployment as JSON: Pulumi's preview document."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any, TextIO

from local.engine.core.events import Diagnostic, Event, Step, Summary
from local.engine.state.checkpoint import dump_resource
from local.engine.state.model import Resource
from local.engine.state.values import redact

PARTS_OF_A_REPLACEMENT = {"create-replacement", "delete-replaced"}


class Document:
    """Pulumi's preview document, printed at the end, and nothing else."""

    def __init__(self, out: TextIO, config: dict[str, str], *, sames: bool) -> None:
        self._out = out
        self._config = config
        self._sames = sames
        self._steps: list[dict[str, Any]] = []
        self._diagnostics: list[dict[str, str]] = []

    def __call__(self, event: Event) -> None:
        if isinstance(event, Diagnostic):
            self._diagnostics.append(describe_diagnostic(event))
        elif isinstance(event, Summary):
            self._print(event)
        elif event.stage == "start" and self._is_shown(event.step):
            self._steps.append(describe_step(event.step))

    def _is_shown(self, step: Step) -> bool:
        """Leave out what stays the same (but for the stack and --show-sames), and the parts of a replacement."""
        if step.op == "same":
            return self._sames or step.resource.is_stack
        return step.op not in PARTS_OF_A_REPLACEMENT

    def _print(self, event: Summary) -> None:
        document = {
            **({"config": self._config} if self._config else {}),
            "steps": self._steps,
            **({"diagnostics": self._diagnostics} if self._diagnostics else {}),
            "duration": int(event.seconds * 1e9),
            "changeSummary": event.changes,
        }
        json.dump(document, self._out, indent=4, ensure_ascii=False)
        self._out.write("\n")
        self._out.flush()


def describe_step(step: Step) -> dict[str, Any]:
    diff = step.diff
    found: dict[str, Any] = {"op": step.op, "urn": step.urn}
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
    inputs, outputs = redact(resource.inputs), redact(resource.outputs)
    return dump_resource(replace(resource, inputs=inputs, outputs=outputs), str)


def describe_diagnostic(event: Diagnostic) -> dict[str, str]:
    prefix = f"{event.severity}: " if event.severity in {"warning", "error"} else ""
    found = {"urn": event.urn} if event.urn else {}
    message = prefix + event.message.removesuffix("\n") + "\n"
    return {**found, "message": message, "severity": event.severity}
