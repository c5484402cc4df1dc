"""The text of a checkpoint: deployment version 3, as `pkg/resource/stack` of Pulumi writes and reads it."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Callable
from dataclasses import fields
from datetime import datetime, timezone
from typing import Any

from local.engine.errors import EngineError, Unsupported
from local.engine.state.model import (
    PACKAGE,
    PROVIDER_PREFIX,
    Operation,
    Resource,
    Snapshot,
)
from local.engine.state.values import SECRET, SIGNATURE, decode, encode

VERSION = "v3.260.0"
SCHEMA = 3
UNSUPPORTED = [
    "protect",
    "additionalSecretOutputs",
    "external",
    "initErrors",
    "pendingReplacement",
    "retainOnDelete",
    "deletedWith",
    "taint",
]
ALWAYS = frozenset({"urn", "custom", "type"})
VALUES = frozenset({"inputs", "outputs"})

FIELDS = {
    re.sub("_(.)", lambda found: found[1].upper(), each.name): each.name
    for each in fields(Resource)
    if each.name not in {"rest", "aliases"}
}
"""The attributes of a resource, by their names in a checkpoint."""

Seal = Callable[[str], str]


def now() -> str:
    """Return the time as Go prints it: UTC, nanoseconds at most, no trailing zeros."""
    text = datetime.now(timezone.utc).strftime("%Y-%m-%dT%H:%M:%S.%f").rstrip("0").rstrip(".")
    return f"{text}Z"


def compact(document: Any) -> str:
    return json.dumps(document, separators=(",", ":"), ensure_ascii=False)


def dump_resource(resource: Resource, seal: Seal) -> dict[str, Any]:
    """Return a resource's entry, its fields in the order in which the CLI writes them, empty ones left out.

    `seal` encrypts the JSON text of a secret.
    """

    def hide(secret: Any) -> dict[str, str]:
        return {SIGNATURE: SECRET, "ciphertext": seal(compact(secret))}

    document: dict[str, Any] = {}
    for name, attribute in FIELDS.items():
        value = getattr(resource, attribute)
        if name in ALWAYS:
            document[name] = value
        elif value:
            document[name] = encode(value, hide) if name in VALUES else value
    if "propertyDependencies" in document:
        document["propertyDependencies"] = dict(sorted(document["propertyDependencies"].items()))
    document.update(resource.rest)
    return document


def load_resource(document: dict[str, Any], unseal: Seal) -> Resource:
    def open_(secret: dict[str, Any]) -> Any:
        return decode(json.loads(unseal(secret["ciphertext"])), open_)

    rest = dict(document)
    known: dict[str, Any] = {}
    for name, attribute in FIELDS.items():
        if name in rest:
            value = rest.pop(name)
            if value is not None:
                known[attribute] = decode(value, open_) if name in VALUES else value
    return Resource(**known, rest=rest)


def load(document: dict[str, Any], unseal: Callable[[str, str], str]) -> Snapshot:
    """Return the snapshot in a deployment; `unseal(ciphertext, urn)` decrypts."""

    def one(entry: dict[str, Any]) -> Resource:
        urn = entry.get("urn", "")
        return load_resource(entry, lambda sealed: unseal(sealed, urn))

    try:
        resources = [one(entry) for entry in document.get("resources") or []]
        pending = [
            Operation(one(entry["resource"]), entry["type"])
            for entry in document.get("pending_operations") or []
        ]
        verify(resources)
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as problem:
        raise EngineError(
            "the state is damaged: a resource in it is not as Pulumi writes it"
        ) from problem
    taken = {"manifest", "secrets_providers", "resources", "pending_operations"}
    rest = {key: value for key, value in document.items() if key not in taken}
    return Snapshot(resources, pending, rest)


def read_salt(deployment: dict[str, Any]) -> str | None:
    """Return the salt with which a deployment's secrets were encrypted."""
    provider = deployment.get("secrets_providers") or {}
    if provider and provider.get("type") != "passphrase":
        raise Unsupported(f"a state that is encrypted by {provider.get('type')!r}")
    salt = (provider.get("state") or {}).get("salt")
    return salt if isinstance(salt, str) else None


def verify(resources: list[Resource]) -> None:
    """Refuse a snapshot in which something refers to what is not there."""
    seen: set[str] = set()
    providers: set[str] = set()
    for each in resources:
        wrong = None
        if each.is_provider:
            providers.add(f"{each.urn}::{each.id}")
        elif each.provider and each.provider not in providers and not each.delete:
            wrong = f"unknown provider {each.provider}"
        if each.parent and each.parent not in seen:
            wrong = f"missing parent {each.parent}"
        for urn in each.dependencies:
            if urn not in seen:
                wrong = f"missing dependency {urn}"
        if wrong:
            raise EngineError(
                f"snapshot integrity failure; refusing to use it: resource {each.urn} refers to {wrong}"
            )
        seen.add(each.urn)


def refuse_unsupported(snapshot: Snapshot) -> None:
    """Refuse by name what the CLI keeps in a state and this engine would not respect."""
    for each in snapshot.resources:
        if not each.custom and not each.is_stack:
            raise Unsupported(f"{each.urn}: a component in the state")
        if each.is_provider and each.type != f"{PROVIDER_PREFIX}{PACKAGE}":
            raise Unsupported(f"{each.urn}: it needs a provider plugin, which")
        for name in UNSUPPORTED:
            if each.rest.get(name):
                raise Unsupported(f"{each.urn}: {name} in the state")


def dump_deployment(
    salt: str | None, resources: list[bytes], pending: list[bytes], rest: dict[str, Any]
) -> list[bytes]:
    """Return a deployment, in parts to be written one after the other; resources and operations are JSON already."""
    magic = hashlib.sha256(VERSION.encode()).hexdigest()
    manifest = {"time": now(), "magic": magic, "version": VERSION}
    parts = [f'{{"manifest":{compact(manifest)}'.encode()]
    if salt is not None:
        provider = {"type": "passphrase", "state": {"salt": salt}}
        parts.append(f',"secrets_providers":{compact(provider)}'.encode())
    for name, entries in (("resources", resources), ("pending_operations", pending)):
        if entries:
            parts += [f',"{name}":['.encode(), b",".join(entries), b"]"]
    for key, value in {"metadata": {}, **rest}.items():
        parts.append(f",{compact(key)}:{compact(value)}".encode())
    return [*parts, b"}"]


def dump_checkpoint(stack: str, deployment: list[bytes]) -> list[bytes]:
    head = f'{{"version":{SCHEMA},"checkpoint":{{"stack":{compact(stack)},"latest":'
    return [head.encode(), *deployment, b"}}"]


def parse(text: bytes, where: str) -> dict[str, Any]:
    """Return the deployment in a checkpoint's text; empty for a stack that has none yet."""
    try:
        document = json.loads(text.decode("utf-8"))
        version = document["version"]
        latest = document["checkpoint"].get("latest") or {}
    # a `UnicodeDecodeError` is a `ValueError`
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as problem:
        raise EngineError(f"{where} is not a checkpoint of Pulumi's") from problem
    if not _is_deployment(latest):
        raise EngineError(f"{where} is not a checkpoint of Pulumi's")
    if version != SCHEMA:
        raise EngineError(
            f"{where} has checkpoint version {version}; the embedded engine reads version {SCHEMA}"
        )
    return dict(latest)


def _is_deployment(latest: Any) -> bool:
    """Say whether the parts of a deployment have the types that its readers rely on."""
    if not isinstance(latest, dict):
        return False
    provider = latest.get("secrets_providers") or {}
    mappings = [provider, latest.get("manifest") or {}]
    mappings += [provider.get("state") or {}] if isinstance(provider, dict) else []
    lists = [latest.get("resources") or [], latest.get("pending_operations") or []]
    return all(isinstance(each, dict) for each in mappings) and all(
        isinstance(each, list) for each in lists
    )
