"""What a program asks for: one registration, read from the SDK's request."""

from __future__ import annotations

from typing import Any

from local.engine.errors import EngineError, Unsupported
from local.engine.protocol.wire import from_struct
from local.engine.state.model import STACK_TYPE, Resource, make_urn, type_of


def read_registration(request: Any, stack: str, project: str) -> Resource:
    """Return the state that a RegisterResourceRequest asks for; its aliases are all that it may be known by."""
    refuse(request)
    if request.custom and request.type.count(":") != 2:
        raise EngineError(f"{request.type} {request.name!r}: the type must have the form a:b:c")
    inputs = from_struct(request.object)
    asked = request.propertyDependencies
    aliases = [each.spec.name for each in request.aliases]
    return Resource(
        urn=make_urn(stack, project, request.type, request.name),
        type=request.type,
        custom=request.custom,
        inputs=inputs,
        parent=request.parent,
        dependencies=sorted(set(request.dependencies)),
        property_dependencies={
            key: sorted(set(asked[key].urns)) if key in asked else [] for key in {**inputs, **asked}
        },
        provider=request.provider,
        ignore_changes=list(request.ignoreChanges),
        aliases=[make_urn(stack, project, request.type, name) for name in aliases],
    )


def refuse(request: Any) -> None:
    """Refuse by name what a request asks for and this engine does not do."""
    asked = {
        "a component": not request.custom and request.type != STACK_TYPE,
        "the option parent": request.parent and type_of(request.parent) != STACK_TYPE,
        "an alias by more than a name": request.aliasURNs or not all(map(is_name, request.aliases)),
        "the option ignore_changes with a path": any(
            set(".[*") & set(each) for each in request.ignoreChanges
        ),
        "the option import_": request.importId,
        "a parameterized package": request.packageRef,
        "the option transforms": request.transforms,
        "the option state_migrations": request.state_migrations,
        "the option env_var_mappings": request.envVarMappings,
        "the option protect": request.protect,
        "the option retain_on_delete": request.retainOnDelete,
        "the option delete_before_replace": request.deleteBeforeReplace,
        "the option custom_timeouts": request.HasField("customTimeouts"),
        "the option deleted_with": request.deletedWith,
        "the option replace_with": request.replace_with,
        "the option replace_on_changes": request.replaceOnChanges,
        "the option replacement_trigger": request.HasField("replacement_trigger"),
        "the option additional_secret_outputs": request.additionalSecretOutputs,
        "the option hide_diffs": request.hideDiffs,
        "the option hooks": any(value for _, value in request.hooks.ListFields()),
    }
    for what, value in asked.items():
        if value:
            raise Unsupported(f"{request.type} {request.name!r}: {what}")


def is_name(alias: Any) -> bool:
    """Tell whether an alias is another name of the resource and nothing else."""
    spec = alias.spec
    other = spec.type or spec.stack or spec.project or spec.parentUrn or spec.noParent
    return bool(spec.name) and not other
