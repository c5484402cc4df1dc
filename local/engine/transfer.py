"""stack export and import: a stack's deployment as a document."""

from __future__ import annotations

import json
import sys
from typing import Any

from local.engine import checkpoint
from local.engine.commandline import Invocation
from local.engine.errors import EngineError
from local.engine.journal import operation_json, resource_json
from local.engine.model import Snapshot
from local.engine.session import Session
from local.engine.wire import SIGNATURE


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
    parts = checkpoint.deployment_parts(
        secrets.salt,
        [resource_json(each, lambda: secrets) for each in snapshot.resources],
        [
            operation_json(resource_json(each.resource, lambda: secrets), each)
            for each in snapshot.pending
        ],
        snapshot.rest,
        checkpoint.now(),
    )
    with session.backend.lock(stack):
        session.backend.back_up(stack)
        session.backend.write(stack, parts)
