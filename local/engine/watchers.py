"""Which display a command has: text, detailed text, or JSON."""

from __future__ import annotations

import sys
from typing import Protocol

from local.engine.commandline import Invocation
from local.engine.events import Event


class Display(Protocol):
    """Shows a deployment as it goes."""

    def __call__(self, event: Event) -> None: ...

    def close(self) -> None:
        """Show what is shown at the end."""


def watcher_for(
    invocation: Invocation, *, kind: str, project: str, stack: str, preview: bool
) -> Display:
    if invocation.on("json"):
        from local.engine.jsondisplay import Digest, Lines

        return (
            Digest(sys.stdout, sames=invocation.on("show-sames")) if preview else Lines(sys.stdout)
        )
    from local.engine.textdisplay import Text

    return Text(
        sys.stdout,
        kind=kind,
        project=project,
        stack=stack,
        preview=preview,
        detailed=invocation.on("diff"),
    )
