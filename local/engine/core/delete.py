"""The end of a deployment: deletes of what the program no longer has, and of what was replaced."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from local.engine.core.steps import Step
from local.engine.state.model import Resource

if TYPE_CHECKING:
    from local.engine.core.deployment import Deployment


async def delete_rest(run: Deployment) -> None:
    """Delete, dependents first, what is left over; what a failed one depends on stays."""
    steps = {id(step.resource): step for step in _steps(run)}
    handled: set[int] = set()
    spared: set[int] = set()
    for layer in run.graph.layers([step.resource for step in steps.values()]):
        if run.stopping:
            return
        for step in run.errored:
            if id(step) not in handled:
                handled.add(id(step))
                spared |= run.graph.ancestors(
                    [each for each in (step.resource, step.old) if each is not None]
                )
        tasks = [
            await run.start([steps[id(resource)]])
            for resource in layer
            if id(resource) not in spared and not run.stopping
        ]
        if tasks:
            await asyncio.wait(tasks)


def _steps(run: Deployment) -> list[Step]:
    planner = run.planner
    found: list[Step] = []

    def delete(resource: Resource, op: str) -> None:
        run.ensure_provider(resource.provider)
        found.append(Step(op, resource, None))

    for resource in run.base.resources:
        if resource.delete:
            delete(resource, "delete-replaced")
        elif not planner.touched(resource.urn):
            delete(resource, "delete")
    return found
