"""How a Personalize resource passes from CREATE PENDING to ACTIVE or CREATE FAILED."""

from __future__ import annotations

from ..service import context
from . import inference, segments
from .records import ACTIVE, ENDED, FAILED, IN_PROGRESS, PENDING, Resource
from .state import PersonalizeState

INFERENCE = "batch-inference-job"
SEGMENT = "batch-segment-job"
# what the jobs of each kind do when they end
WORK = {INFERENCE: inference.run, SEGMENT: segments.run}


def advance(backend: PersonalizeState, now: float) -> None:
    """Take every step that is due by `now`, each at its time."""
    while (entry := backend.agenda.pop(now)) is not None:
        resource = backend.resources.get(entry[0])
        if resource is not None:
            step(backend, resource, entry[1])


def step(backend: PersonalizeState, resource: Resource, at: float) -> None:
    """The next status of the resource."""
    if resource.status == PENDING:
        enter(backend, resource, IN_PROGRESS, at)
    elif resource.status == IN_PROGRESS:
        finish(backend, resource, at)


def finish(backend: PersonalizeState, resource: Resource, at: float) -> None:
    """The work is done: a job has written its results, or cannot."""
    work = WORK.get(resource.kind)
    if work is not None:
        resource.updated = at  # when its results are written
        try:
            work(backend, resource)
        except inference.Unusable as error:
            fail(backend, resource, at, str(error))
            return
    enter(backend, resource, ACTIVE, at)


def fail(backend: PersonalizeState, resource: Resource, at: float, reason: str) -> None:
    """The resource could not be created."""
    resource.failure = reason
    enter(backend, resource, FAILED, at)


def enter(backend: PersonalizeState, resource: Resource, status: str, at: float) -> None:
    """The resource's status is this one from `at` on."""
    resource.status = status
    resource.updated = at
    backend.resources.put(resource)
    plan(backend, resource)


def hold(backend: PersonalizeState, resource: Resource, held: bool, at: float) -> None:
    """Keep the resource in its status whatever the pace, or let it go on from here."""
    resource.held = held
    if not held and resource.status not in ENDED:
        resource.updated = at
    backend.resources.put(resource)
    plan(backend, resource)


def plan(backend: PersonalizeState, resource: Resource) -> None:
    """Put the resource's next step on the agenda."""
    if resource.status in ENDED or resource.held:
        backend.agenda.cancel(resource.arn)
        return
    pace = context.pace()
    seconds = pace.creating
    if resource.kind in WORK:
        seconds = pace.pending if resource.status == PENDING else pace.in_progress
    backend.agenda.set(resource.arn, resource.updated + seconds)
