"""stack: show, ls, init, select, rm; and cancel."""

from __future__ import annotations

import json
import os
from datetime import datetime, timezone

from local.engine import checkpoint
from local.engine.commandline import Invocation
from local.engine.errors import NO_SUCH_STACK, EngineError
from local.engine.outputcommands import print_outputs
from local.engine.session import Session


def version(invocation: Invocation) -> int:
    print(f"{checkpoint.VERSION} (embedded engine)")
    return 0


def ls(invocation: Invocation) -> int:
    session = Session(invocation)
    current = session.workspace.selected
    rows = []
    for name in session.backend.names():
        deployment = session.backend.read(name)
        time = deployment.get("manifest", {}).get("time", "")
        rows.append(
            {
                "name": name,
                "current": current in {name, session.backend.full_name(name)},
                "lastUpdate": time,
                "resourceCount": len(deployment.get("resources") or []),
            }
        )
    if invocation.on("json"):
        print(json.dumps(rows, indent=2))
        return 0
    table = [("NAME", "LAST UPDATE", "RESOURCE COUNT")] + [
        (
            f"{row['name']}{'*' if row['current'] else ''}",
            ago(str(row["lastUpdate"])),
            str(row["resourceCount"]),
        )
        for row in rows
    ]
    widths = [max(len(line[at]) for line in table) for at in range(3)]
    for line in table:
        print(
            "  ".join(text.ljust(width) for text, width in zip(line, widths, strict=True)).rstrip()
        )
    return 0


def ago(time: str) -> str:
    """How long ago, as people say it."""
    try:
        then = datetime.fromisoformat(time[:19]).replace(tzinfo=timezone.utc)
    except ValueError:
        return "n/a"
    seconds = int((datetime.now(timezone.utc) - then).total_seconds())
    for length, name in ((86400, "day"), (3600, "hour"), (60, "minute"), (1, "second")):
        count = seconds // length
        if count > 0:
            return f"{count} {name}{'s' if count > 1 else ''} ago"
    return "now"


def init(invocation: Invocation) -> int:
    session = Session(invocation)
    given = invocation.words[0] if invocation.words else invocation.get("stack")
    if not given:
        raise EngineError("missing stack name")
    name = session.backend.short_name(given)
    if session.backend.exists(name):
        raise EngineError(f"stack 'organization/{session.project.name}/{name}' already exists")
    create(session, name)
    print(f"Created stack '{name}'")
    if not invocation.on("no-select"):
        session.workspace.select(session.backend.full_name(name))
    return 0


def create(session: Session, name: str) -> None:
    salt = session.config_of(name).secrets.salt
    parts = checkpoint.deployment_parts(salt, [], [], {}, checkpoint.now())
    session.backend.write(name, parts)


def select(invocation: Invocation) -> int:
    session = Session(invocation)
    given = invocation.words[0] if invocation.words else invocation.get("stack")
    if not given:
        raise EngineError("say which stack: `pulumi stack ls` lists them")
    name = session.backend.short_name(given)
    if not session.backend.exists(name):
        if not invocation.on("create"):
            raise EngineError(f"no stack named '{name}' found", NO_SUCH_STACK)
        create(session, name)
        print(f"Created stack '{name}'")
    session.workspace.select(session.backend.full_name(name))
    return 0


def show(invocation: Invocation) -> int:
    session = Session(invocation)
    stack = session.stack
    snapshot = session.snapshot(stack)
    deployment = session.backend.read(stack)
    print(f"Current stack is {stack}:")
    print(f"    Last updated: {ago(deployment.get('manifest', {}).get('time', ''))}")
    print(f"Current stack resources ({len(snapshot.resources)}):")
    if snapshot.resources:
        rows = [("TYPE", "NAME")] + [(each.type, each.name) for each in snapshot.resources]
        width = max(len(type_) for type_, _ in rows)
        for type_, name in rows:
            print(f"    {type_.ljust(width)}  {name}")
    print()
    print_outputs(snapshot, show_secrets=invocation.on("show-secrets"))
    return 0


def rm(invocation: Invocation) -> int:
    session = Session(invocation)
    given = invocation.words[0] if invocation.words else invocation.get("stack")
    name = session.named_stack(given)
    if not session.backend.exists(name):
        raise EngineError(f"no stack named '{name}' found", NO_SUCH_STACK)
    if not invocation.on("yes") and not invocation.interactive:
        raise EngineError("--yes must be passed in to proceed when running in non-interactive mode")
    resources = session.backend.read(name).get("resources")
    if resources and not invocation.on("force"):
        raise EngineError(
            f"'{name}' still has resources; removal rejected. Possible actions:\n"
            f"- Make sure that '{name}' is the stack that you want to destroy\n"
            "- Run `pulumi destroy` to delete the resources, then run `pulumi stack rm`\n"
            "- Run `pulumi stack rm --force` to override this error"
        )
    if (
        not invocation.on("yes")
        and input(
            f"This will permanently remove the '{name}' stack! Type its name to confirm: "
        ).strip()
        != name
    ):
        raise EngineError("confirmation declined")
    session.backend.remove(name)
    if not invocation.on("preserve-config"):
        session.project.stack_file(name).unlink(missing_ok=True)
    if session.workspace.selected in {name, session.backend.full_name(name)}:
        session.workspace.select(None)
    print(f"Stack '{name}' has been removed!")
    return 0


def cancel(invocation: Invocation) -> int:
    """Remove a stack's locks, for when whoever held them is gone."""
    session = Session(invocation)
    if invocation.words:
        invocation.flags["stack"] = invocation.words[0]
    stack = session.stack
    if not invocation.on("yes") and not invocation.interactive and not os.environ.get("CI"):
        raise EngineError("--yes must be passed in to proceed when running in non-interactive mode")
    session.backend.cancel(stack)
    print(f"The currently running update for '{stack}' has been canceled!")
    return 0
