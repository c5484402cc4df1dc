"""Names of resources: `urn:pulumi:STACK::PROJECT::PARENTTYPE$TYPE::NAME`."""

from __future__ import annotations

STACK_TYPE = "pulumi:pulumi:Stack"
PROVIDER_PREFIX = "pulumi:providers:"


def type_of(urn: str) -> str:
    return urn.split("::", 3)[2].rsplit("$", 1)[-1]


def name_of(urn: str) -> str:
    return urn.split("::", 3)[3]


def make(stack: str, project: str, type_: str, name: str) -> str:
    """Return the URN of a resource whose parent is the stack."""
    return f"urn:pulumi:{stack}::{project}::{type_}::{name}"


def is_provider(type_: str) -> bool:
    return type_.startswith(PROVIDER_PREFIX)


def package_of(type_: str) -> str:
    """Return the package a type belongs to; for a provider, the package it serves."""
    return type_.removeprefix(PROVIDER_PREFIX) if is_provider(type_) else type_.split(":", 1)[0]
