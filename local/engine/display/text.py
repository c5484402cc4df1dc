"""A deployment as text: one line a step, its nested changes below it, and a summary. Plain on a pipe."""

from __future__ import annotations

import time
from typing import TextIO

from local.engine.core.events import Diagnostic, Event, Prelude, StepEvent, Summary
from local.engine.display import properties as difftext
from local.engine.display import summary as summarytext
from local.engine.state import urns
from local.engine.state.values import Properties, equal

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
        self, out: TextIO, kind: str, project: str, stack: str, *, preview: bool, detailed: bool
    ) -> None:
        self._out = out
        self._kind = kind
        self._stack = stack
        self._root = urns.make(stack, project, urns.STACK_TYPE, f"{project}-{stack}")
        self._preview = preview
        self._detailed = detailed
        self._began: dict[str, float] = {}
        self._planned: set[tuple[str, str]] = set()
        self._diagnostics: dict[str, list[str]] = {}
        self._failed = 0

    def __call__(self, event: Event) -> None:
        if isinstance(event, Prelude):
            self._lines(f"{TITLES[self._kind, self._preview]} ({self._stack}):", "")
        elif isinstance(event, Diagnostic):
            self._diagnose(event)
        elif isinstance(event, StepEvent):
            self._step(event)
        else:
            self._close(event)
        self._out.flush()

    def close(self) -> None:
        self._out.flush()

    def _lines(self, *lines: str) -> None:
        self._out.writelines(f"{line.rstrip()}\n" for line in lines)

    def _diagnose(self, event: Diagnostic) -> None:
        """Warnings and errors are kept for the end, too, where they are found."""
        message = event.message.rstrip("\n")
        if event.severity in {"warning", "error"}:
            message = f"{event.severity}: {message}"
            self._diagnostics.setdefault(event.urn or self._root, []).append(message)
        elif event.severity != "debug":
            urn = event.urn or self._root
            label = f"{urns.type_of(urn)} {urns.name_of(urn)}"
            self._lines(*(f"    {label}  {line}" for line in message.splitlines()))

    def _step(self, event: StepEvent) -> None:
        label = f" {MARKS.get(event.op, '  ')} {event.type} {urns.name_of(event.urn)}"
        if event.stage == "start":
            self._began[event.urn] = time.monotonic()
            if not self._preview and event.op not in {"same", "replace"}:
                self._lines(f"{label} {RUNNING.get(event.op, event.op)}")
        elif event.stage == "fail":
            self._failed += 1
            self._lines(f"{label} **{RUNNING.get(event.op, event.op)} failed**")
        elif event.op == "refresh" or (event.op == "same" and self._kind == "refresh"):
            self._refreshed(event, f" ~  {event.type} {urns.name_of(event.urn)}")
        elif self._preview:
            self._plan(event, label)
        elif event.op not in {"same", "replace"}:
            took = time.monotonic() - self._began.get(event.urn, time.monotonic())
            self._lines(f"{label} {DONE.get(event.op, event.op)} ({took:.2f}s){keys(event)}")
            if self._detailed or self._kind == "refresh":
                self._lines(*changes(event))

    def _plan(self, event: StepEvent, label: str) -> None:
        """A planned step, once; the parts of a replacement are one."""
        mark = (event.urn, event.op)
        if event.op in {"same", "create-replacement", "delete-replaced"} or mark in self._planned:
            return
        self._planned.add(mark)
        self._lines(f"{label} {PLANNED.get(event.op, event.op)}{keys(event)}")
        if self._detailed:
            self._lines(*identity(event))
        if self._detailed or event.op != "create":
            self._lines(*changes(event))

    def _refreshed(self, event: StepEvent, label: str) -> None:
        """What a refresh found, where that is not what state had."""
        if event.new is None:
            self._lines(f"{label} refresh: it is gone")
        elif event.old is not None:
            found = difftext.changed(shown(event.old.outputs), shown(event.new.outputs), 6)
            if found:
                self._lines(f"{label} refresh", *found)

    def _close(self, event: Summary) -> None:
        self._lines(*self._complaints())
        self._lines(*summarytext.outputs(event, self._kind))
        self._lines(*summarytext.counts(event, self._failed))
        if self._kind == "destroy" and not self._preview and not event.failed:
            self._lines(
                "The resources in the stack have been deleted, but the history and configuration "
                "associated with the stack are still maintained.",
                f"If you want to remove the stack completely, run `pulumi stack rm {self._stack}`.",
            )

    def _complaints(self) -> list[str]:
        if not self._diagnostics:
            return []
        lines = ["Diagnostics:"]
        for urn in sorted(self._diagnostics, key=lambda urn: urn == self._root):
            messages = self._diagnostics[urn]
            lines.append(f"  {urns.type_of(urn)} ({urns.name_of(urn)}):")
            lines += [f"    {line}" for message in messages for line in message.splitlines()]
            lines.append("")
        return lines


def identity(event: StepEvent) -> list[str]:
    """The id and the URN of what a step is about."""
    found = [f"      [urn={event.urn}]"]
    if event.old is not None and event.old.id:
        found.insert(0, f"      [id={event.old.id}]")
    return found


def changes(event: StepEvent) -> list[str]:
    """What the step makes of the properties."""
    if event.op == "create" and event.new is not None:
        return difftext.whole(shown(event.new.inputs), 6)
    if event.op in {"update", "replace", "create-replacement"}:
        return difftext.changed(*compared(event), 6)
    return []


def keys(event: StepEvent) -> str:
    """The names of the properties that the step is about."""
    if event.op not in {"update", "replace", "create-replacement"}:
        return ""
    if event.old is None or event.new is None:
        return ""
    found = difftext.summary_keys(event.old.inputs, event.new.inputs)
    if not found:
        found = difftext.summary_keys(*compared(event))
    return f" [diff: {found}]" if found else ""


def compared(event: StepEvent) -> tuple[Properties, Properties]:
    """The properties whose difference the step is about: inputs, or outputs where those are the same."""
    if event.old is None or event.new is None:
        return {}, {}
    old, new = shown(event.old.inputs), shown(event.new.inputs)
    if equal(old, new):
        return shown(event.old.outputs), shown(event.new.outputs)
    return old, new


def shown(properties: Properties) -> Properties:
    """The properties without the provider's own code."""
    return {key: value for key, value in properties.items() if key != "__provider"}
