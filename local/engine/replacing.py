"""Delete before replace: what else must go first, and come again after it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from local.engine import diffing, urns
from local.engine.errors import Stopped
from local.engine.model import Resource
from local.engine.steps import Step
from local.engine.values import UNKNOWN

if TYPE_CHECKING:
    from local.engine.planner import Planner


async def delete_dependents(planner: Planner, urn: str, root: Resource) -> list[Step]:
    """Deletes, last first, of all that would be replaced because `root` is."""
    run = planner.run
    found = await _dependents(planner, root)
    cascade = [
        other
        for other in {**run.olds, **run.news}.values()
        if urn in other.replace_with or other.deleted_with == urn
    ]
    found += [(other, []) for other in cascade]
    steps = []
    for dependent, keys in reversed(found):
        if id(dependent) in planner.condemned:
            continue
        planner.dependent_keys[dependent.urn] = keys
        if dependent.delete:
            steps.append(Step("delete", dependent, None))
        else:
            if dependent.protect:
                run.report(
                    urn,
                    "error",
                    f'unable to replace resource "{dependent.urn}" as part of replacing "{urn}" as it '
                    "is currently marked for protection. To unprotect the resource, remove the "
                    "`protect` flag from the resource in your Pulumi program and run `pulumi up`, or "
                    f"use the command:\n`pulumi state unprotect '{dependent.urn}'`",
                )
                run.failed = True
                raise Stopped
            steps.append(Step("delete-replaced", dependent, None, pending_replacement=True))
        planner.deletes.add(dependent.urn)
        planner.condemned.add(id(dependent))
    return steps


async def _dependents(planner: Planner, root: Resource) -> list[tuple[Resource, list[str]]]:
    """Those that depend on `root` and whose provider would replace them if what they take from it changed."""
    run = planner.run
    replaced = {root.urn}
    found: list[tuple[Resource, list[str]]] = []
    settled = planner.creates | planner.sames | planner.updates | planner.deletes | planner.replaces
    if root not in run.graph:
        return found
    for each in run.graph.depending_on(root, settled):
        keys = await _replacement_keys(planner, each, replaced)
        if keys is not None:
            replaced.add(each.urn)
            found.append((each, keys))
    return found


async def _replacement_keys(
    planner: Planner, resource: Resource, replaced: set[str]
) -> list[str] | None:
    """Why it would be replaced; None if it would not."""
    run = planner.run
    if not resource.custom or resource.external:
        return None
    if resource.provider and urns.split_reference(resource.provider)[0] in replaced:
        run.ensure_provider(resource.provider)
        return []
    if resource.deleted_with in replaced:
        return []
    hit = False
    inputs = {}
    for key, value in resource.inputs.items():
        depends = not replaced.isdisjoint(resource.property_dependencies.get(key, ()))
        hit = hit or depends
        inputs[key] = UNKNOWN if depends else value
    if not hit or resource.is_provider:
        return None
    run.ensure_provider(resource.provider)
    provider = await run.registry.get(resource.provider)
    diff = await provider.diff(
        resource.urn,
        resource.id,
        resource.inputs,
        resource.outputs,
        inputs,
        preview=True,
        ignore_changes=resource.ignore_changes,
    )
    diff = diffing.with_replace_on_changes(diff, resource.replace_on_changes, False)
    return diff.replace_keys if diff.replaces else None
