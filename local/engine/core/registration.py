"""What a program asks for: one registration, read from the SDK's request."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from google.protobuf.message import Message

from local.engine.errors import Unsupported
from local.engine.protocol.wire import from_struct
from local.engine.state.model import (
    PACKAGE,
    PROVIDER_PREFIX,
    STACK_TYPE,
    Resource,
    make_urn,
    type_of,
)

READ = (
    *("type", "name", "parent", "custom", "object", "dependencies", "propertyDependencies"),
    *("provider", "ignoreChanges", "aliases"),
    # what the SDK says of itself, and of the place in the program
    *("version", "deleteBeforeReplaceDefined", "sourcePosition", "stackTrace", "aliasSpecs"),
    *("parentStackTraceHandle", "snippetId", "accepts_byte_string", "acceptSecrets"),
    *("acceptResources", "supportsPartialValues", "supportsResultReporting"),
)
"""The fields of a request that are followed, or ask for nothing. Any other is an option."""


def read_registration(request: Any, stack: str, project: str) -> Resource:
    """Return the state that a RegisterResourceRequest asks for; its aliases are all that it may be known by.

    Unsupported names what it asks for and this engine does not do.
    """
    for what in list_unsupported(request):
        raise Unsupported(f"{request.type} {request.name!r}: {what}")
    inputs = from_struct(request.object)
    asked = request.propertyDependencies
    aliases = [each.spec.name for each in request.aliases]
    return Resource(
        urn=make_urn(stack, project, request.type, request.name),
        type=request.type,
        custom=request.custom,
        inputs=inputs,
        parent=request.parent,
        provider=request.provider,
        dependencies=sorted(set(request.dependencies)),
        property_dependencies={
            key: sorted(set(asked[key].urns)) if key in asked else [] for key in {**inputs, **asked}
        },
        ignore_changes=list(request.ignoreChanges),
        aliases=[make_urn(stack, project, request.type, name) for name in aliases],
    )


def list_unsupported(request: Any) -> Iterator[str]:
    """Yield what a request asks for and this engine does not do, as a person would name it."""
    package = request.type.removeprefix(PROVIDER_PREFIX).split(":", 1)[0]
    if request.custom and package != PACKAGE:
        yield f"it needs the provider plugin {package!r}, which"
    elif not request.custom and request.type != STACK_TYPE:
        yield "a component"
    if request.parent and type_of(request.parent) != STACK_TYPE:
        yield "the option parent"
    if not all(map(is_name, request.aliases)):
        yield "an alias by more than a name"
    if any(set(".[*") & set(each) for each in request.ignoreChanges):
        yield "the option ignore_changes with a path"
    for field, value in request.ListFields():
        is_set = value.ByteSize() if isinstance(value, Message) else value
        if field.name not in READ and is_set:
            option = re.sub("([A-Z]+)", r"_\1", field.name).lower()
            yield f"the option {'import_' if option == 'import_id' else option}"


def is_name(alias: Any) -> bool:
    """Tell whether an alias is another name of the resource and nothing else."""
    spec = alias.spec
    other = spec.type or spec.stack or spec.project or spec.parentUrn or spec.noParent
    return bool(spec.name) and not other
