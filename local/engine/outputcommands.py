"""stack output: what a stack has to tell."""

from __future__ import annotations

import json
from typing import Any

from local.engine import checkpoint
from local.engine.commandline import Invocation
from local.engine.difftext import scalar
from local.engine.errors import EngineError
from local.engine.model import Snapshot
from local.engine.session import Session
from local.engine.values import blinded, plain


def print_outputs(snapshot: Snapshot, *, show_secrets: bool) -> None:
    values = outputs(snapshot, show_secrets=show_secrets)
    print(f"Current stack outputs ({len(values)}):")
    if not values:
        print("    No output values currently in this stack")
        return
    width = max(len("OUTPUT"), *(len(key) for key in values))
    print(f"    {'OUTPUT'.ljust(width)}  VALUE")
    for key, value in sorted(values.items()):
        print(f"    {key.ljust(width)}  {as_text(value)}")


def outputs(snapshot: Snapshot, *, show_secrets: bool) -> dict[str, Any]:
    root = snapshot.root
    if root is None:
        return {}
    found = plain(root.outputs) if show_secrets else blinded(root.outputs)
    return dict(found)


def as_text(value: Any) -> str:
    if isinstance(value, str):
        return value
    if isinstance(value, (dict, list)):
        return checkpoint.compact(value)
    return scalar(value)


def output(invocation: Invocation) -> int:
    """Print the stack's outputs, or one of them."""
    session = Session(invocation)
    snapshot = session.snapshot(session.stack)
    show_secrets = invocation.on("show-secrets")
    if not invocation.words:
        if invocation.on("json"):
            values = outputs(snapshot, show_secrets=show_secrets)
            print(json.dumps(dict(sorted(values.items())), indent=2, ensure_ascii=False))
        else:
            print_outputs(snapshot, show_secrets=show_secrets)
        return 0
    name = invocation.words[0]
    values = outputs(snapshot, show_secrets=show_secrets)
    if name not in values:
        raise EngineError(f"current stack does not have output property '{name}'")
    if invocation.on("json"):
        print(json.dumps(values[name], indent=2, ensure_ascii=False))
    else:
        print(as_text(values[name]))
    return 0
