"""What a program asks for: one registration, read from the SDK's request."""

from __future__ import annotations

import os
import re
from dataclasses import dataclass, field, replace
from functools import lru_cache
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

from local.engine import urns
from local.engine.errors import EngineError, Unsupported
from local.engine.values import Properties, Value
from local.engine.wire import from_struct, from_value

UNITS = {"ns": 1e-9, "us": 1e-6, "µs": 1e-6, "ms": 1e-3, "s": 1.0, "m": 60.0, "h": 3600.0}


@dataclass(frozen=True, slots=True)
class Alias:
    """Another name of a resource: a URN, or the parts in which it differs from the present one."""

    urn: str = ""
    name: str = ""
    type: str = ""
    stack: str = ""
    project: str = ""
    parent: str = ""
    no_parent: bool = False


@dataclass(slots=True)
class Goal:
    """The state that a program wants one resource to be in."""

    type: str
    name: str
    custom: bool
    inputs: Properties = field(default_factory=dict)
    parent: str = ""
    protect: bool | None = None
    retain_on_delete: bool | None = None
    dependencies: list[str] = field(default_factory=list)
    property_dependencies: dict[str, list[str]] = field(default_factory=dict)
    provider: str = ""
    providers: dict[str, str] = field(default_factory=dict)
    delete_before_replace: bool | None = None
    ignore_changes: list[str] = field(default_factory=list)
    additional_secret_outputs: list[str] = field(default_factory=list)
    aliases: list[Alias] = field(default_factory=list)
    custom_timeouts: dict[str, float] = field(default_factory=dict)
    replace_on_changes: list[str] = field(default_factory=list)
    replacement_trigger: Value = None
    deleted_with: str = ""
    replace_with: list[str] = field(default_factory=list)
    hide_diff: list[str] = field(default_factory=list)
    source_position: str = ""
    stack_trace: list[dict[str, str]] = field(default_factory=list)

    def under(self, parent: Goal) -> Goal:
        """The goal with what a resource inherits from its parent."""
        provider = self.provider
        if not provider and (
            not self.custom
            or parent.provider
            and urns.package_of(urns.type_of(urns.split_reference(parent.provider)[0]))
            == urns.package_of(self.type)
        ):
            provider = parent.provider
        return replace(
            self,
            deleted_with=self.deleted_with or parent.deleted_with,
            protect=parent.protect if self.protect is None else self.protect,
            retain_on_delete=parent.retain_on_delete
            if self.retain_on_delete is None
            else self.retain_on_delete,
            provider=provider,
        )


def refuse(request: Any) -> None:
    """Refuse by name what a request asks for and this engine does not do."""
    asked = {
        "a component of another plugin": request.remote,
        "the option import_": request.importId,
        "a parameterized package": request.packageRef,
        "the option transforms": request.transforms,
        "the option state_migrations": request.state_migrations,
        "the option env_var_mappings": request.envVarMappings,
        "the option hooks": request.HasField("hooks")
        and any(value for _, value in request.hooks.ListFields()),
    }
    for what, value in asked.items():
        if value:
            raise Unsupported(f"{request.type} {request.name!r}: {what}")


def read(request: Any, root: Path) -> Goal:
    """The goal in a RegisterResourceRequest of the project in `root`."""
    refuse(request)
    if request.custom and request.type.count(":") != 2:
        raise EngineError(f"{request.type} {request.name!r}: the type must have the form a:b:c")
    inputs = from_struct(request.object)
    dependencies = sorted(set(request.dependencies))
    if request.propertyDependencies:
        by_property = {
            key: sorted(set(each.urns)) for key, each in request.propertyDependencies.items()
        }
    else:
        by_property = dict.fromkeys(inputs, dependencies)
    for key in inputs:
        by_property.setdefault(key, [])
    before = None
    if request.deleteBeforeReplaceDefined or request.deleteBeforeReplace:
        before = request.deleteBeforeReplace
    timeouts = {
        name: seconds(getattr(request.customTimeouts, name))
        for name in ("create", "update", "delete", "read")
        if getattr(request.customTimeouts, name)
    }
    trigger = None
    if request.HasField("replacement_trigger"):
        trigger = from_value(request.replacement_trigger)
    return Goal(
        type=request.type,
        name=request.name,
        custom=request.custom,
        inputs=inputs,
        parent=request.parent,
        protect=request.protect if request.HasField("protect") else None,
        retain_on_delete=request.retainOnDelete if request.HasField("retainOnDelete") else None,
        dependencies=dependencies,
        property_dependencies=by_property,
        provider=request.provider,
        providers=dict(request.providers),
        delete_before_replace=before,
        ignore_changes=list(request.ignoreChanges),
        additional_secret_outputs=list(request.additionalSecretOutputs),
        aliases=[Alias(urn=urn) for urn in request.aliasURNs]
        + [alias(each) for each in request.aliases],
        custom_timeouts=timeouts,
        replace_on_changes=list(request.replaceOnChanges),
        replacement_trigger=trigger,
        deleted_with=request.deletedWith,
        replace_with=list(request.replace_with),
        hide_diff=list(request.hideDiffs),
        source_position=position(request.sourcePosition, root),
        stack_trace=[frame(each.pc, root) for each in request.stackTrace.frames],
    )


def alias(message: Any) -> Alias:
    if message.WhichOneof("alias") == "urn":
        return Alias(urn=message.urn)
    spec = message.spec
    return Alias(
        name=spec.name,
        type=spec.type,
        stack=spec.stack,
        project=spec.project,
        parent=spec.parentUrn,
        no_parent=spec.noParent,
    )


def position(message: Any, root: Path) -> str:
    """A place in the program as the checkpoint keeps it, relative to the project."""
    text = relative(message.uri, root)
    if text and message.line:
        text += f"#{message.line}"
        if message.column:
            text += f",{message.column}"
    return text


@lru_cache(maxsize=1024)
def relative(uri: str, root: Path) -> str:
    """A file's place relative to the project; nothing where it is not a file."""
    parts = urlsplit(uri)
    if parts.scheme != "file":
        return ""
    return "project:///" + os.path.relpath(unquote(parts.path), root)


def frame(message: Any, root: Path) -> dict[str, str]:
    place = position(message, root)
    return {"sourcePosition": place} if place else {}


def seconds(text: str) -> float:
    """A duration such as `1h5m` in seconds."""
    parts = re.findall(r"([0-9.]+)(ns|us|µs|ms|s|m|h)", text)
    if not parts or "".join(amount + unit for amount, unit in parts) != text:
        raise EngineError(f"custom timeout {text!r}: expected a duration such as 30s, 5m or 1h30m")
    return sum(float(amount) * UNITS[unit] for amount, unit in parts)
