"""Before a deployment: ask every provider how its resources really are, and go on from that."""

from __future__ import annotations

from local.engine.core.deployment import Deployment
from local.engine.core.events import Step
from local.engine.core.executor import Executor
from local.engine.errors import Stopped
from local.engine.state.model import Resource


async def refresh(deployment: Deployment, executor: Executor) -> None:
    """Refresh the whole snapshot. A resource that cannot be read fails the deployment; the others are read."""
    steps: dict[int, Step] = {}
    for resource in deployment.base.resources:
        deployment.ensure_provider(resource.provider)
        steps[id(resource)] = Step("refresh", resource, resource)
    for step in steps.values():
        if not deployment.cancelled:
            await executor.start([step])
    await executor.drain()
    rebuild(deployment, steps)
    if deployment.failed or deployment.cancelled:
        deployment.stopped.set()  # the program waits to register: it is not waited for
        raise Stopped


def rebuild(deployment: Deployment, steps: dict[int, Step]) -> None:
    """Set the base snapshot to what was found: what is gone leaves no reference behind."""
    resources: list[Resource] = []
    seen: set[str] = set()
    for step in steps.values():
        new = step.new
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
    if deployment.journal is not None:
        for new in resources:
            deployment.journal.touch(new)
    base = deployment.base
    base.resources[:] = resources
    base.pending[:] = [each for each in base.pending if each.type == "creating"]
    deployment.index()
