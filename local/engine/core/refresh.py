"""Before a deployment: ask every provider how its resources really are, and go on from that."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from local.engine.core.steps import Step
from local.engine.errors import Stopped
from local.engine.state.model import Resource

if TYPE_CHECKING:
    from local.engine.core.deployment import Deployment


async def refresh(run: Deployment) -> None:
    """Refresh the whole snapshot. A resource that cannot be read fails the deployment; the others are read."""
    steps: dict[int, Step] = {}
    for resource in run.base.resources:
        run.ensure_provider(resource.provider)
        steps[id(resource)] = Step("refresh", resource, resource)
    tasks = []
    for step in steps.values():
        if run.cancelled:
            break
        tasks.append(await run.start([step]))
    if tasks:
        await asyncio.wait(tasks)
    rebuild(run, steps)
    if run.failed or run.cancelled:
        run.stop()  # the program waits to register: it is not waited for
        raise Stopped


def rebuild(run: Deployment, steps: dict[int, Step]) -> None:
    """Set the base snapshot to what was found: what is gone leaves no reference behind."""
    resources: list[Resource] = []
    seen: set[str] = set()
    for old in run.base.resources:
        step = steps.get(id(old))
        new = step.new if step is not None else old
        if new is None:
            continue
        new.dependencies = [urn for urn in new.dependencies if urn in seen]
        kept = {
            key: [urn for urn in each if urn in seen]
            for key, each in new.property_dependencies.items()
        }
        new.property_dependencies = {key: each for key, each in kept.items() if each}
        resources.append(new)
        seen.add(new.urn)
    for new in resources:
        run.journal.changed(new)
    run.base.resources[:] = resources
    run.base.pending[:] = [each for each in run.base.pending if each.type == "creating"]
    run.index()
