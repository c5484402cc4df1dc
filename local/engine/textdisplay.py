"""A deployment as text: one line a step, its nested changes below it, and a summary. Plain on a pipe."""

from __future__ import annotations

import time
from typing import TextIO

from local.engine import difftext, urns
from local.engine.events import Diagnostic, Event, Prelude, StepEvent, Summary
from local.engine.values import Properties, equal

MARKS = {
    "same": "  ",
    "create": "+ ",
    "create-replacement": "++",
    "replace": "+-",
    "update": "~ ",
    "delete": "- ",
    "delete-replaced": "--",
    "refresh": "~ ",
}
PLANNED = {
    "same": "",
    "create": "create",
    "create-replacement": "create replacement",
    "replace": "replace",
    "update": "update",
    "delete": "delete",
    "delete-replaced": "delete original",
    "refresh": "refresh",
}
RUNNING = {
    "create": "creating",
    "create-replacement": "creating replacement",
    "replace": "replacing",
    "update": "updating",
    "delete": "deleting",
    "delete-replaced": "deleting original",
    "refresh": "refreshing",
    "same": "",
}
DONE = {
    "create": "created",
    "create-replacement": "created replacement",
    "replace": "replaced",
    "update": "updated",
    "delete": "deleted",
    "delete-replaced": "deleted original",
    "refresh": "refreshed",
    "same": "",
}
SUMMARY = (
    ("create", "+", "to create", "created"),
    ("update", "~", "to update", "updated"),
    ("delete", "-", "to delete", "deleted"),
    ("replace", "+-", "to replace", "replaced"),
)
TITLES = {
    ("update", True): "Previewing update",
    ("refresh", True): "Previewing refresh",
    ("destroy", True): "Previewing destroy",
    ("update", False): "Updating",
    ("refresh", False): "Refreshing",
    ("destroy", False): "Destroying",
}


class Text:
    """Writes to a stream as events come."""

    def __init__(
        self, out: TextIO, *, kind: str, stack: str, preview: bool, detailed: bool
    ) -> None:
        self._out = out
        self._kind = kind
        self._stack = stack
        self._preview = preview
        self._detailed = detailed
        self._began: dict[str, float] = {}
        self._diagnostics: dict[str, list[str]] = {}
        self._failed = 0

    def __call__(self, event: Event) -> None:
        if isinstance(event, Prelude):
            self._line(f"{TITLES[self._kind, self._preview]} ({self._stack}):")
            self._line()
        elif isinstance(event, Diagnostic):
            self._diagnose(event)
        elif isinstance(event, StepEvent):
            self._step(event)
        else:
            self._summary(event)
        self._out.flush()

    def close(self) -> None:
        self._out.flush()

    def _line(self, text: str = "") -> None:
        self._out.write(f"{text}\n")

    def _diagnose(self, event: Diagnostic) -> None:
        if event.severity == "debug":
            return
        prefix = f"{event.severity}: " if event.severity in {"warning", "error"} else ""
        message = event.message.rstrip("\n")
        self._diagnostics.setdefault(event.urn, []).append(prefix + message)
        if not prefix:
            label = f"{urns.type_of(event.urn)} {urns.name_of(event.urn)}  " if event.urn else ""
            self._line(f"    {label}{message}")

    def _step(self, event: StepEvent) -> None:
        if self._hidden(event):
            return
        label = f"{MARKS.get(event.op, '  ')} {event.type} {urns.name_of(event.urn)}"
        if event.stage == "start":
            self._began[event.urn] = time.monotonic()
            if not self._preview and event.op not in {"same", "replace"}:
                self._line(f" {label} {RUNNING.get(event.op, event.op)}")
            return
        if event.stage == "fail":
            self._failed += 1
            self._line(f" {label} **{RUNNING.get(event.op, event.op)} failed**")
            return
        if event.op == "same":
            return
        if self._preview:
            self._line(f" {label} {PLANNED.get(event.op, event.op)}{keys(event)}")
        elif event.op != "replace":
            took = time.monotonic() - self._began.get(event.urn, time.monotonic())
            self._line(f" {label} {DONE.get(event.op, event.op)} ({took:.2f}s){keys(event)}")
        for line in self._changes(event):
            self._line(line)

    def _hidden(self, event: StepEvent) -> bool:
        """A replacement is one line: its parts are shown only while they run."""
        return self._preview and event.op in {"create-replacement", "delete-replaced"}

    def _changes(self, event: StepEvent) -> list[str]:
        if event.op in {"update", "replace"} and (self._preview or self._kind == "refresh"):
            old, new = compared(event)
            return difftext.changed(old, new, 6)
        if self._detailed and self._preview and event.op == "create" and event.new is not None:
            return difftext.whole(shown(event.new.inputs), 6)
        return []

    def _summary(self, event: Summary) -> None:
        self._print_diagnostics()
        self._print_outputs(event)
        self._line("Resources:")
        for op, mark, planned, done in SUMMARY:
            count = event.changes.get(op, 0)
            if count:
                self._line(f"    {mark.ljust(2)}{count} {planned if self._preview else done}")
        same = event.changes.get("same", 0)
        kinds = [op for op, count in event.changes.items() if op != "same" and count]
        changes = sum(event.changes[op] for op in kinds)
        parts = []
        if len(kinds) > 1 or (changes and same):
            parts.append(f"{changes} change{'s' if changes > 1 else ''}.")
        if same or not changes:
            parts.append(f"{same} unchanged")
        if parts:
            self._line(f"    {' '.join(parts)}")
        if self._failed:
            self._line(f"    {self._failed} errored")
        self._line()
        if not self._preview:
            self._line(f"Duration: {max(round(event.seconds), 1)}s")
            self._line()

    def _print_diagnostics(self) -> None:
        if not self._diagnostics:
            return
        self._line("Diagnostics:")
        for urn, messages in self._diagnostics.items():
            if urn:
                self._line(f"  {urns.type_of(urn)} ({urns.name_of(urn)}):")
            for message in messages:
                for line in message.splitlines():
                    self._line(f"    {line}".rstrip())
            self._line()

    def _print_outputs(self, event: Summary) -> None:
        outputs = event.outputs
        if outputs is None or self._kind == "destroy":
            return
        old = event.old_outputs.outputs if event.old_outputs else {}
        if self._preview:
            lines = difftext.changed(old, outputs.outputs, 2) if old else []
            if not old:
                lines = difftext.whole(outputs.outputs, 4)
        elif equal(old, outputs.outputs) or not old:
            lines = difftext.whole(outputs.outputs, 4)
        else:
            kept = {
                key: value for key, value in outputs.outputs.items() if equal(old.get(key), value)
            }
            lines = difftext.whole(kept, 4) + difftext.changed(old, outputs.outputs, 2)
        if lines:
            self._line("Outputs:")
            for line in lines:
                self._line(line)
            self._line()


def keys(event: StepEvent) -> str:
    if event.op not in {"update", "replace", "create-replacement"}:
        return ""
    old, new = compared(event)
    found = difftext.summary_keys(old, new)
    return f" [diff: {found}]" if found else ""


def compared(event: StepEvent) -> tuple[Properties, Properties]:
    """The properties whose difference the step is about."""
    if event.old is None or event.new is None:
        return {}, {}
    old, new = shown(event.old.inputs), shown(event.new.inputs)
    if equal(old, new):
        return shown(event.old.outputs), shown(event.new.outputs)
    return old, new


def shown(properties: Properties) -> Properties:
    """The properties without the provider's own code."""
    return {key: value for key, value in properties.items() if key != "__provider"}
