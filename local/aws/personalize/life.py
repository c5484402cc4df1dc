"""How a Personalize resource passes from CREATE PENDING to ACTIVE or CREATE FAILED."""

from __future__ import annotations

from ..service import context
from . import results
from .models import BatchInferenceBackend
from .records import ACTIVE, FAILED, IN_PROGRESS, PENDING, Resource


def advance(backend: BatchInferenceBackend) -> None:
    """Take every step that is due, each at its time."""
    for resource, at in backend.resources.pop_due(context.now()):
        if resource.status == PENDING:
            enter(backend, resource, IN_PROGRESS, at)
        else:
            finish(backend, resource, at)


def finish(backend: BatchInferenceBackend, resource: Resource, at: float) -> None:
    """End the creation: a job has written its results, or fails."""
    try:
        if resource.is_job:
            results.write(backend, resource, at)
    except results.Unusable as error:
        fail(backend, resource, at, str(error))
    else:
        enter(backend, resource, ACTIVE, at)


def fail(backend: BatchInferenceBackend, resource: Resource, at: float, reason: str) -> None:
    """Let the resource be one that could not be created."""
    resource.failure = reason
    enter(backend, resource, FAILED, at)


def enter(backend: BatchInferenceBackend, resource: Resource, status: str, at: float) -> None:
    """Let the resource be in this status from `at` on."""
    resource.status = status
    resource.updated = at
    backend.resources.put(resource)


def hold(backend: BatchInferenceBackend, resource: Resource, held: bool, at: float) -> None:
    """Keep the resource in its status whatever the pace, or let it go on from here."""
    resource.held = held
    if not held:
        resource.updated = at
    backend.resources.put(resource)
