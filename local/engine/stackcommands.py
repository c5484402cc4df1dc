"""stack: show, ls, init, select, output, export, import, rm; and cancel."""

from __future__ import annotations

import json
import os
import sys
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

from local.engine import checkpoint
from local.engine.commandline import Invocation
from local.engine.difftext import scalar
from local.engine.errors import EngineError
from local.engine.journal import resource_text
from local.engine.model import Snapshot
from local.engine.session import Session
from local.engine.values import blinded, plain
from local.engine.wire import SIGNATURE


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
    text = checkpoint.deployment_text(salt, [], [], {}, checkpoint.now())
    session.backend.write(name, text)


def select(invocation: Invocation) -> int:
    session = Session(invocation)
    given = invocation.words[0] if invocation.words else invocation.get("stack")
    if not given:
        raise EngineError("say which stack: `pulumi stack ls` lists them")
    name = session.backend.short_name(given)
    if not session.backend.exists(name):
        if not invocation.on("create"):
            raise EngineError(f"no stack named '{name}' found", 6)
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


def export(invocation: Invocation) -> int:
    """Print the stack's deployment, or write it into a file."""
    session = Session(invocation)
    stack = session.stack
    deployment = session.backend.read(stack)
    if invocation.on("show-secrets"):
        snapshot = session.snapshot(stack)
        deployment["resources"] = [
            checkpoint.dump_resource(each, lambda text: text) for each in snapshot.resources
        ]
        deployment = with_plaintext(deployment)
    text = json.dumps(
        {"version": checkpoint.SCHEMA, "deployment": deployment}, indent=4, ensure_ascii=False
    )
    file = invocation.get("file")
    if file:
        (invocation.cwd / file).write_text(text + "\n", encoding="utf-8")
    else:
        print(text)
    return 0


def with_plaintext(document: Any) -> Any:
    """Secrets as Pulumi exports them when they are asked for: the text in the place of the ciphertext."""
    if isinstance(document, dict):
        found = {key: with_plaintext(value) for key, value in document.items()}
        if SIGNATURE in found and "ciphertext" in found:
            found["plaintext"] = found.pop("ciphertext")
        return found
    if isinstance(document, list):
        return [with_plaintext(item) for item in document]
    return document


def import_(invocation: Invocation) -> int:
    """Take a deployment from a file or from standard input as the stack's state."""
    session = Session(invocation)
    stack = session.stack
    file = invocation.get("file")
    where = file or "standard input"
    try:
        text = (invocation.cwd / file).read_text(encoding="utf-8") if file else sys.stdin.read()
        document = json.loads(text)
        deployment = document["deployment"]
    except (OSError, ValueError, KeyError, TypeError) as problem:
        raise EngineError(f"{where} does not hold an exported deployment: {problem}") from problem
    if document.get("version") != checkpoint.SCHEMA:
        raise EngineError(
            f"{where} has version {document.get('version')}; expected {checkpoint.SCHEMA}"
        )
    wrong = [
        entry.get("urn", "")
        for entry in deployment.get("resources") or []
        if not str(entry.get("urn", "")).startswith(f"urn:pulumi:{stack}::{session.project.name}::")
    ]
    if wrong and not invocation.on("force"):
        raise EngineError(
            f"resource '{wrong[0]}' does not belong to the stack '{stack}' of the project "
            f"'{session.project.name}'; use --force to import it all the same"
        )
    salt = ((deployment.get("secrets_providers") or {}).get("state") or {}).get("salt")
    snapshot = checkpoint.load(
        deployment, lambda sealed, key: session.secrets_for(stack, salt).decrypt(sealed, key)
    )
    write(session, stack, snapshot)
    print("Import complete.")
    return 0


def write(session: Session, stack: str, snapshot: Snapshot) -> None:
    secrets = session.config_of(stack).secrets
    text = checkpoint.deployment_text(
        secrets.salt,
        [resource_text(each, lambda: secrets) for each in snapshot.resources],
        [
            f'{{"resource":{resource_text(each.resource, lambda: secrets)},"type":"{each.type}"}}'
            for each in snapshot.pending
        ],
        snapshot.rest,
        checkpoint.now(),
    )
    with session.backend.lock(stack):
        session.backend.back_up(stack)
        session.backend.write(stack, text)


def rm(invocation: Invocation) -> int:
    session = Session(invocation)
    given = invocation.words[0] if invocation.words else invocation.get("stack")
    name = session.named_stack(given)
    if not session.backend.exists(name):
        raise EngineError(f"no stack named '{name}' found", 6)
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
        config: Path = session.project.stack_file(name)
        config.unlink(missing_ok=True)
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
