"""Dynamic resources for the engine's tests: they live in a folder, and every call of the provider is written down.

`LEDGER` names the file of calls, `CLOUD` the folder of what exists, `GATE` that of a pipe and a lock.
An input `fail` names the calls that fail; with `hang` a create waits at the gate.
"""

from __future__ import annotations

import fcntl
import json
import os
import sys
from pathlib import Path
from typing import Any

import pulumi
from pulumi.dynamic import (
    CheckFailure,
    CheckResult,
    CreateResult,
    DiffResult,
    ReadResult,
    Resource,
    ResourceProvider,
    UpdateResult,
)
from pulumi.output import Unknown


def shown(value: Any) -> Any:
    """A value as the ledger keeps it."""
    if isinstance(value, Unknown):
        return "<unknown>"
    if isinstance(value, dict):
        return {key: shown(value[key]) for key in sorted(value) if key != "__provider"}
    if isinstance(value, list):
        return [shown(item) for item in value]
    return value


def ledger() -> Path:
    return Path(os.environ["LEDGER"])


def cloud(identity: str) -> Path:
    return Path(os.environ["CLOUD"]) / f"{identity}.json"


def entered(call: str, name: str, **details: Any) -> None:
    line = json.dumps({"call": call, "name": name, **{k: shown(v) for k, v in details.items()}})
    with ledger().open("a", encoding="utf-8") as file:
        file.write(line + "\n")


def failing(call: str, props: dict[str, Any]) -> None:
    if call in str(props.get("fail") or "").split():
        raise RuntimeError(f"{call} of {props['name']} was refused")


def wait_at_the_gate() -> None:
    """Say that the call is under way, and wait until somebody lets it go on."""
    gate = Path(os.environ["GATE"])
    (gate / "entered").write_text("x", encoding="utf-8")
    with (gate / "shut").open("w", encoding="utf-8") as shut:
        fcntl.flock(shut, fcntl.LOCK_EX)


class ThingProvider(ResourceProvider):
    """Lets the engine compare; `key` replaces."""

    serialize_as_secret_always = False
    delete_before_replace = False

    def configure(self, req: Any) -> None:
        sys.tracebacklimit = 0
        with ledger().open("a", encoding="utf-8") as file:
            raw = req.config._props
            file.write(json.dumps({"call": "configure", "name": "", "config": shown(raw)}) + "\n")

    def check(self, olds: dict[str, Any], news: dict[str, Any]) -> CheckResult:
        entered("check", news["name"], olds=olds, news=news)
        failures = []
        if news.get("wrong"):
            failures.append(CheckFailure("settings.size", "is too large"))
        if news.get("settings") == "default":
            news = {**news, "settings": {"size": 1}}
        return CheckResult(news, failures)

    def diff(self, id_: str, olds: dict[str, Any], news: dict[str, Any]) -> DiffResult:
        entered("diff", news["name"], id=id_, olds=olds, news=news)
        old, new = olds.get("key"), news.get("key")
        changed = isinstance(new, Unknown) or old != new
        return DiffResult(
            changes=None,
            replaces=["key"] if changed else [],
            delete_before_replace=self.delete_before_replace,
        )

    def create(self, props: dict[str, Any]) -> CreateResult:
        name = props["name"]
        entered("create", name, news=props)
        failing("create", props)
        if props.get("hang"):
            wait_at_the_gate()
        lines = ledger().read_text(encoding="utf-8").splitlines()
        made = sum(
            1 for line in map(json.loads, lines) if (line["call"], line["name"]) == ("create", name)
        )
        identity = f"{name}-{made}"
        outputs = {**props, "computed": f"computed by {identity}"}
        cloud(identity).write_text(json.dumps(shown(outputs)), encoding="utf-8")
        return CreateResult(identity, outputs)

    def update(self, id_: str, olds: dict[str, Any], news: dict[str, Any]) -> UpdateResult:
        entered("update", news["name"], id=id_, olds=olds, news=news)
        failing("update", news)
        outputs = {**news, "computed": f"updated {id_}"}
        cloud(id_).write_text(json.dumps(shown(outputs)), encoding="utf-8")
        return UpdateResult(outputs)

    def read(self, id_: str, props: dict[str, Any]) -> ReadResult:
        entered("read", props["name"], id=id_, props=props)
        failing("read", props)
        try:
            found = json.loads(cloud(id_).read_text(encoding="utf-8"))
        except FileNotFoundError:
            return ReadResult("", {})
        inputs = {key: value for key, value in found.items() if key != "computed"}
        drifted = any(
            inputs.get(key) != value for key, value in shown(props).items() if key in inputs
        )
        return ReadResult(id_, found, inputs if drifted else None)

    def delete(self, id_: str, props: dict[str, Any]) -> None:
        entered("delete", props["name"], id=id_, props=props)
        failing("delete", props)
        cloud(id_).unlink(missing_ok=True)


class FirstDeletedProvider(ThingProvider):
    """Must be deleted before its replacement is created."""

    delete_before_replace = True


class IndifferentProvider(ThingProvider):
    """Finds all inputs equal in meaning."""

    def diff(self, id_: str, olds: dict[str, Any], news: dict[str, Any]) -> DiffResult:
        entered("diff", news["name"], id=id_, olds=olds, news=news)
        return DiffResult(changes=False)


class BluntProvider(ThingProvider):
    """Says that something changed, not what; `key` replaces."""

    def diff(self, id_: str, olds: dict[str, Any], news: dict[str, Any]) -> DiffResult:
        entered("diff", news["name"], id=id_, olds=olds, news=news)
        replaces = ["key"] if olds.get("key") != news.get("key") else []
        return DiffResult(changes=True, replaces=replaces)


class Thing(Resource, name="Thing"):
    """A resource with the inputs that it is given, and one output of its own."""

    provider_class = ThingProvider
    computed: pulumi.Output[str]

    def __init__(self, name: str, props: dict[str, Any] | None = None, **opts: Any) -> None:
        super().__init__(
            self.provider_class(),
            name,
            {"name": name, **(props or {}), "computed": None},
            pulumi.ResourceOptions(**opts),
        )


class FirstDeleted(Thing, name="FirstDeleted"):
    provider_class = FirstDeletedProvider


class Indifferent(Thing, name="Indifferent"):
    provider_class = IndifferentProvider


class Blunt(Thing, name="Blunt"):
    provider_class = BluntProvider
