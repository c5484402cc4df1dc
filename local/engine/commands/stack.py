"""stack: ls, init, select, export, rm; and cancel."""

from __future__ import annotations

import json

from local.engine.commands.commandline import Invocation
from local.engine.commands.session import Session, print_table
from local.engine.errors import EngineError
from local.engine.state import checkpoint
from local.engine.state.settings import StackConfig


def ls(invocation: Invocation) -> None:
    """List the project's stacks, the selected one with an asterisk."""
    session = Session(invocation)
    rows: list[tuple[str, ...]] = [("NAME", "LAST UPDATE", "RESOURCE COUNT")]
    for name in session.backend.list_stacks():
        deployment = session.backend.read(name)
        mark = "*" if session.is_selected(name) else ""
        time = str((deployment.get("manifest") or {}).get("time") or "n/a")
        rows.append((f"{name}{mark}", time, str(len(deployment.get("resources") or []))))
    print_table(rows)


def init(invocation: Invocation) -> None:
    """Create a stack and select it."""
    session = Session(invocation)
    given = invocation.flags.get("stack")
    if not given:
        raise EngineError("missing stack name")
    name = session.backend.check_name(given)
    if session.backend.file(name).is_file():
        raise EngineError(f"stack '{session.backend.full_name(name)}' already exists")
    config = StackConfig(session.project, name, invocation.env)
    parts = checkpoint.dump_deployment(config.secrets.salt, [], [], {})
    session.backend.write(name, parts)
    print(f"Created stack '{name}'")
    if not invocation.on("no-select"):
        session.workspace.select(session.backend.full_name(name))


def select(invocation: Invocation) -> None:
    """Have the commands after this one use a stack where they name none."""
    session = Session(invocation)
    if not invocation.flags.get("stack"):
        raise EngineError("missing stack name; `pulumi stack ls` lists the stacks")
    session.workspace.select(session.backend.full_name(session.stack))


def export(invocation: Invocation) -> None:
    """Print the stack's deployment; secrets stay encrypted."""
    session = Session(invocation)
    deployment = session.backend.read(session.stack)
    document = {"version": checkpoint.SCHEMA, "deployment": deployment}
    print(json.dumps(document, indent=4, ensure_ascii=False))


def rm(invocation: Invocation) -> None:
    """Remove a stack without resources, and its settings."""
    session = Session(invocation)
    name = session.stack
    if session.backend.read(name).get("resources"):
        raise EngineError(
            f"'{name}' still has resources; removal rejected. Run `pulumi destroy` to delete them first"
        )
    session.confirm(f"This will permanently remove the '{name}' stack. Continue?")
    session.backend.remove(name)
    session.project.stack_file(name).unlink(missing_ok=True)
    if session.is_selected(name):
        session.workspace.select(None)
    print(f"Stack '{name}' has been removed!")


def cancel(invocation: Invocation) -> None:
    """Remove a stack's locks, for when whoever held them is gone."""
    session = Session(invocation)
    stack = session.stack
    session.confirm(f"This will remove the locks of the '{stack}' stack. Continue?")
    session.backend.cancel(stack)
    print(f"The currently running update for '{stack}' has been canceled!")
