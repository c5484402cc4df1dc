"""The end of a deployment as text: what it did, and the outputs of the stack."""

from __future__ import annotations

from local.engine.core.events import Summary
from local.engine.display import properties as difftext
from local.engine.state.values import equal

COUNTED = (
    ("create", "+", "to create", "created"),
    ("update", "~", "to update", "updated"),
    ("delete", "-", "to delete", "deleted"),
    ("replace", "+-", "to replace", "replaced"),
)


def counts(event: Summary, failed: int) -> list[str]:
    """How many resources are, or would be, touched in which way."""
    lines = ["Resources:"]
    kinds = changed = 0
    for op, mark, planned, done in COUNTED:
        count = event.changes.get(op, 0)
        if count:
            lines.append(f"    {mark.ljust(2)}{count} {planned if event.preview else done}")
            kinds += 1
            changed += count
    same = event.changes.get("same", 0)
    parts = [f"{changed} changes."] if kinds > 1 else []
    if same or not changed:
        parts.append(f"{same} unchanged")
    if parts:
        lines.append(f"    {' '.join(parts)}")
    if failed:
        lines.append(f"    {failed} errored")
    if not event.preview:
        lines += ["", f"Duration: {max(round(event.seconds), 1)}s"]
    return [*lines, ""]


def outputs(event: Summary, kind: str) -> list[str]:
    """The stack's outputs; of a preview only those that change."""
    if event.outputs is None or kind == "destroy":
        return []
    new = event.outputs.outputs
    old = event.old_outputs.outputs if event.old_outputs else {}
    if event.preview and old:
        lines = difftext.changed(old, new, 2)
    elif not old or equal(old, new):
        lines = difftext.whole(new, 4)
    else:
        kept = {key: value for key, value in new.items() if equal(old.get(key), value)}
        lines = difftext.whole(kept, 4) + difftext.changed(old, new, 2)
    return ["Outputs:", *lines, ""] if lines else []
