"""What the engine knows of resources: their names, their state, and a stack's snapshot of them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from local.engine.state.values import Properties

# a URN is urn:pulumi:STACK::PROJECT::PARENTTYPE$TYPE::NAME
STACK_TYPE = "pulumi:pulumi:Stack"
PROVIDER_PREFIX = "pulumi:providers:"
PACKAGE, DEFAULT = "pulumi-python", "default"
"""The package of the provider that serves dynamic resources, as in its type, and the name of the default one."""


def type_of(urn: str) -> str:
    return urn.split("::", 3)[2].rsplit("$", 1)[-1]


def name_of(urn: str) -> str:
    return urn.split("::", 3)[3]


def make_urn(stack: str, project: str, type_: str, name: str) -> str:
    """Return the URN of a resource whose parent is the stack."""
    return f"urn:pulumi:{stack}::{project}::{type_}::{name}"


@dataclass(slots=True, eq=False, kw_only=True)
class Resource:
    """One resource as the checkpoint keeps it, its fields in the order in which the CLI writes them.

    Two of them may share a URN while one replaces the other. `rest` keeps what this engine does not interpret, so that
    a checkpoint of the CLI loses nothing.
    """

    urn: str
    custom: bool
    delete: bool = False
    id: str = ""
    type: str
    inputs: Properties = field(default_factory=dict)
    outputs: Properties = field(default_factory=dict)
    parent: str = ""
    dependencies: list[str] = field(default_factory=list)
    provider: str = ""
    property_dependencies: dict[str, list[str]] = field(default_factory=dict)
    created: str = ""
    modified: str = ""
    ignore_changes: list[str] = field(default_factory=list)
    rest: dict[str, Any] = field(default_factory=dict)
    aliases: list[str] = field(default_factory=list)
    """URNs that a registration may be known by: no part of a checkpoint."""

    @property
    def name(self) -> str:
        return name_of(self.urn)

    @property
    def is_provider(self) -> bool:
        return self.type.startswith(PROVIDER_PREFIX)

    @property
    def is_dynamic(self) -> bool:
        """Whether it has a provider, whose calls alone can leave anything behind."""
        return self.custom and not self.is_provider

    @property
    def is_default_provider(self) -> bool:
        """Whether it is one that nobody asked for, so that nobody is shown it."""
        return self.is_provider and self.name == DEFAULT

    @property
    def is_stack(self) -> bool:
        return self.type == STACK_TYPE

    @property
    def reference(self) -> str:
        """Of a provider: how its resources refer to it."""
        return f"{self.urn}::{self.id}"

    def list_dependencies(self) -> Iterator[str]:
        """Yield the URNs of all it depends on, its provider and its parent included."""
        if self.parent:
            yield self.parent
        yield from self.dependencies
        for each in self.property_dependencies.values():
            yield from each
        if self.provider:
            yield self.provider.rpartition("::")[0]


@dataclass(slots=True, eq=False)
class Operation:
    """A call to a provider of which nobody knows whether it came through; `type` as in `creating`."""

    resource: Resource
    type: str


@dataclass(slots=True)
class Snapshot:
    """A stack's resources, each after those it depends on. `rest` is what the CLI keeps beside them."""

    resources: list[Resource] = field(default_factory=list)
    pending: list[Operation] = field(default_factory=list)
    rest: dict[str, Any] = field(default_factory=dict)

    @property
    def root(self) -> Resource | None:
        return next((each for each in self.resources if each.is_stack and not each.delete), None)
