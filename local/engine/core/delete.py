"""The end of a deployment: deletes of what the program no longer has, and of what was replaced."""

from __future__ import annotations

from collections.abc import Collection

from local.engine.core.deployment import Deployment
from local.engine.core.events import Step
from local.engine.core.executor import Executor


async def delete_rest(deployment: Deployment, executor: Executor, kept: Collection[str]) -> None:
    """Delete, dependents first, what is not among the URNs that are kept; what a failed one depends on stays."""
    steps: dict[int, Step] = {}
    for resource in deployment.base.resources:
        if resource.delete or resource.urn not in kept:
            deployment.ensure_provider(resource.provider)
            op = "delete-replaced" if resource.delete else "delete"
            steps[id(resource)] = Step(op, resource, None)
    for layer in deployment.graph.sort_layers([step.resource for step in steps.values()]):
        failed = [each for step in deployment.errored for each in (step.new, step.old) if each]
        spared = deployment.graph.find_ancestors(failed)
        for resource in layer:
            if id(resource) not in spared and not deployment.stopping:
                await executor.start([steps[id(resource)]])
        await executor.drain()
