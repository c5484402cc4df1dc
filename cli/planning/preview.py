"""Read the document of `preview --json`, whichever engine wrote it.

Of a job it may hold two steps: `refresh` (as the state had it), then what the program wants; that one's `oldState` is
what AWS says now. With `--show-sames` an unchanged job has its second step too.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from components.errors import JobError
from components.kinds import KINDS, Kind
from components.run.definition import SECRETS
from components.wire import normalize_numbers

# what Pulumi writes for a value that a preview cannot know
_UNKNOWN = "04da6b54-80e4-46f7-96ec-b56ff0331ba9"
_OPS = ("refresh", "create", "update", "replace", "delete", "same")


@dataclass
class JobSteps:
    """One job's part of the document. `op` is empty where the program no longer declares it."""

    name: str
    kind: Kind
    op: str = ""
    before: dict[str, Any] = field(default_factory=dict)  # outputs as the state had them
    old: dict[str, Any] = field(default_factory=dict)  # inputs of the current run
    now: dict[str, Any] = field(default_factory=dict)  # its outputs, as AWS says
    new: dict[str, Any] = field(default_factory=dict)  # inputs as the files want them
    gone: bool = False

    @property
    def hidden_digest(self) -> str:
        """The new definition's digest where it depends on secrets that the preview did not have, else nothing."""
        waits = self.new.get("waitingFor") or ()
        found = [name for name in map(str, waits) if name.startswith(SECRETS)]
        return found[0].removeprefix(SECRETS) if found else ""


@dataclass
class Preview:
    """The document, as far as a plan needs it."""

    project: str
    stack: str
    jobs: list[JobSteps]
    warnings: list[str]
    errors: list[str]


def read(text: str) -> Preview:
    """Read the document. Raises `JobError` for any other text."""
    try:
        document = json.loads(text.replace(_UNKNOWN, "[known after up]"))
        steps = document.get("steps") or []
    except (ValueError, AttributeError):
        raise JobError("the engine's preview did not print a JSON document") from None
    project = stack = ""
    jobs: dict[str, JobSteps] = {}
    for step in steps:
        urn = str(step.get("urn", ""))
        parts = urn.split("::")
        if len(parts) < 4:
            continue
        stack, project = parts[0].rpartition(":")[2], parts[1]
        kind = KINDS.get(parts[2].rpartition(":")[2])
        if kind is not None:
            _add_step(jobs.setdefault(urn, JobSteps("::".join(parts[3:]), kind)), step)
    diagnostics = document.get("diagnostics") or []
    errors = _list_messages(diagnostics, "error")
    return Preview(
        project,
        stack,
        sorted(jobs.values(), key=lambda job: (job.name, job.kind.name)),
        _list_messages(diagnostics, "warning"),
        [text for text in errors if not text.startswith("an unhandled error")],
    )


def _add_step(job: JobSteps, step: Mapping[str, Any]) -> None:
    old, new = (normalize_numbers(step.get(key) or {}) for key in ("oldState", "newState"))
    op = str(step.get("op", ""))
    if op not in _OPS or (old.get("delete") and op != "replace"):
        return  # the remains of an earlier, interrupted replacement
    # a refresh that found something is shown as an update, with an id and outputs that a preview cannot know
    is_first = not job.before and not job.op
    is_update = op == "update" and bool(new.get("id")) and bool(new.get("outputs"))
    if op == "refresh" or (is_first and is_update):
        job.before = old.get("outputs") or {}
        job.old, job.now = old.get("inputs") or {}, (new or old).get("outputs") or {}
        return
    if old:
        job.old, job.now = old.get("inputs") or {}, old.get("outputs") or {}
    elif op == "create":
        job.gone = bool(job.before or job.op)
    job.op = op
    job.new = new.get("inputs") or {}


def _list_messages(diagnostics: list[Mapping[str, Any]], severity: str) -> list[str]:
    found = []
    for each in diagnostics:
        if each.get("severity") == severity:
            message = str(each.get("message", "")).strip().removeprefix(f"{severity}: ")
            # all problems of the job files are one message, a line each
            found += [line for line in message.split("\n") if line.strip()]
    return list(dict.fromkeys(found))
