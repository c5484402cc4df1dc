"""A deployment as text: one line a step, its nested changes below it, and a summary. Plain on a pipe."""

from __future__ import annotations

import time
from typing import TextIO

from local.engine.core.events import Diagnostic, Event, Step, StepEvent, Summary
from local.engine.display import properties
from local.engine.state.model import STACK_TYPE, make_urn, name_of, type_of
from local.engine.state.values import Properties, equal

# operation: its mark, what it is when planned, when it runs, when it is done
WORDS = {
    "create": ("+ ", "create", "creating", "created"),
    "create-replacement": ("++", "", "creating replacement", "created replacement"),
    "replace": ("+-", "replace", "", "replaced"),
    "update": ("~ ", "update", "updating", "updated"),
    "delete": ("- ", "delete", "deleting", "deleted"),
    "delete-replaced": ("--", "", "deleting original", "deleted original"),
    "refresh": ("~ ", "refresh", "refreshing", "refreshed"),
    "same": ("  ", "", "", ""),
}
COUNTED = ("create", "update", "delete", "replace")
TITLES = {"update": "Updating", "refresh": "Refreshing", "destroy": "Destroying"}


class Text:
    """Writes to a stream as events come."""

    def __init__(
        self, out: TextIO, kind: str, project: str, stack: str, *, preview: bool, detailed: bool
    ) -> None:
        self._out = out
        self._kind = kind
        self._root = make_urn(stack, project, STACK_TYPE, f"{project}-{stack}")
        self._preview = preview
        self._detailed = detailed
        self._began: dict[str, float] = {}
        self._diagnostics: dict[str, list[str]] = {}
        self._failed = 0
        title = f"Previewing {kind}" if preview else TITLES[kind]
        self._write(f"{title} ({stack}):", "")

    def __call__(self, event: Event) -> None:
        if isinstance(event, Diagnostic):
            self._diagnose(event)
        elif isinstance(event, StepEvent):
            self._show(event)
        else:
            self._summarize(event)
        self._out.flush()

    def _write(self, *lines: str) -> None:
        self._out.writelines(f"{line.rstrip()}\n" for line in lines)

    def _diagnose(self, event: Diagnostic) -> None:
        """Print a message; warnings and errors are kept for the end, where they are found."""
        message, urn = event.message.rstrip("\n"), event.urn or self._root
        if event.severity in {"warning", "error"}:
            self._diagnostics.setdefault(urn, []).append(f"{event.severity}: {message}")
        else:
            label = f"{type_of(urn)} {name_of(urn)}"
            self._write(*(f"    {label}  {line}" for line in message.splitlines()))

    def _show(self, event: StepEvent) -> None:
        step = event.step
        mark, _, running, done = WORDS[event.op]
        name = f"{step.resource.type} {step.resource.name}"
        label = f" {mark} {name}"
        if event.stage == "start":
            self._began[step.urn] = time.monotonic()
            if not self._preview and running:
                self._write(f"{label} {running}")
        elif event.stage == "fail":
            self._failed += 1
            self._write(f"{label} **{running} failed**")
        elif event.op == "refresh" or (event.op == "same" and self._kind == "refresh"):
            self._show_drift(step, f" ~  {name} refresh")
        elif self._preview:
            self._plan(event, label)
        elif running:
            took = time.monotonic() - self._began.get(step.urn, time.monotonic())
            self._write(f"{label} {done} ({took:.2f}s){name_keys(event)}")
            if self._kind == "refresh":
                self._write(*describe_changes(event))

    def _plan(self, event: StepEvent, label: str) -> None:
        """Print a planned step; the parts of a replacement are one."""
        planned, step = WORDS[event.op][1], event.step
        if not planned:
            return
        self._write(f"{label} {planned}{name_keys(event)}")
        if self._detailed:
            self._write(*([f"      [id={step.old.id}]"] if step.old and step.old.id else []))
            self._write(f"      [urn={step.urn}]")
        if self._detailed or event.op != "create":
            self._write(*describe_changes(event))

    def _show_drift(self, step: Step, label: str) -> None:
        """Print what a refresh found, where that is not what the state had."""
        if step.new is None:
            self._write(f"{label}: it is gone")
        elif step.old is not None:
            old, new = hide_code(step.old.outputs), hide_code(step.new.outputs)
            found = properties.describe_changes(old, new, 6)
            if found:
                self._write(label, *found)

    def _summarize(self, event: Summary) -> None:
        if self._diagnostics:
            self._write("Diagnostics:")
        for urn in sorted(self._diagnostics, key=lambda urn: urn == self._root):
            text = "\n".join(self._diagnostics[urn])
            self._write(f"  {type_of(urn)} ({name_of(urn)}):")
            self._write(*(f"    {line}" for line in text.splitlines()), "")
        if self._kind != "destroy":
            self._write(*describe_outputs(event, self._preview))
        self._write(*describe_counts(event, self._failed, self._preview))


def describe_changes(event: StepEvent) -> list[str]:
    """Return the lines that say what the step makes of the properties."""
    if event.op == "create" and event.step.new is not None:
        return properties.describe(hide_code(event.step.new.inputs), 6)
    if event.op in {"update", "replace"}:
        return properties.describe_changes(*compare(event.step), 6)
    return []


def name_keys(event: StepEvent) -> str:
    """Return the names of the properties that the step is about."""
    step = event.step
    if event.op not in {"update", "replace", "create-replacement"} or not step.old or not step.new:
        return ""
    found = properties.summarize_keys(step.old.inputs, step.new.inputs)
    found = found or properties.summarize_keys(*compare(step))
    return f" [diff: {found}]" if found else ""


def compare(step: Step) -> tuple[Properties, Properties]:
    """Return the properties whose difference the step is about: inputs, or outputs where those are the same."""
    if step.old is None or step.new is None:
        return {}, {}
    old, new = hide_code(step.old.inputs), hide_code(step.new.inputs)
    if equal(old, new):
        return hide_code(step.old.outputs), hide_code(step.new.outputs)
    return old, new


def hide_code(values: Properties) -> Properties:
    """Return the properties without the provider's own code."""
    return {key: value for key, value in values.items() if key != "__provider"}


def describe_counts(event: Summary, failed: int, preview: bool) -> list[str]:
    """Return how many resources are, or would be, touched in which way."""
    lines = ["Resources:"]
    counts = {op: event.changes[op] for op in COUNTED if event.changes.get(op)}
    for op, count in counts.items():
        mark, planned, _, done = WORDS[op]
        lines.append(f"    {mark}{count} {f'to {planned}' if preview else done}")
    same = event.changes.get("same", 0)
    parts = [f"{sum(counts.values())} changes."] if len(counts) > 1 else []
    if same or not counts:
        parts.append(f"{same} unchanged")
    if parts:
        lines.append(f"    {' '.join(parts)}")
    if failed:
        lines.append(f"    {failed} errored")
    if not preview:
        lines += ["", f"Duration: {max(round(event.seconds), 1)}s"]
    return [*lines, ""]


def describe_outputs(event: Summary, preview: bool) -> list[str]:
    """Return the stack's outputs; of a preview only those that change."""
    if event.outputs is None:
        return []
    new = event.outputs.outputs
    old = event.old_outputs.outputs if event.old_outputs else {}
    kept = {key: value for key, value in new.items() if not old or equal(old.get(key), value)}
    lines = [] if preview and old else properties.describe(kept, 4)
    if old:
        lines += properties.describe_changes(old, new, 2)
    return ["Outputs:", *lines, ""] if lines else []
