"""What Batch's kinds of resource have in common: made, changed, shown and deleted.

What is shown follows botocore's output shapes: what a resource was created with, and its tags.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from ..service import context, operations
from ..service.operations import Json
from ..service.shapes import keep_members, output
from ..service.table import Table
from . import life
from .models import ServiceJobBackend
from .names import check_name, check_tags, refuse
from .records import Resource


class Kind:
    """One kind of resource. A subclass names it, and checks what its page of the API says of a request."""

    what = ""
    """The kind in sentences: `Job queue`."""
    operation = ""
    """How its operations end: `JobQueue`."""
    table = ""
    """Where a backend keeps it: `queues`."""
    path = ""
    """What its ARNs have before its name: `job-queue`."""
    name = arn = ""
    """The members for those two: `jobQueueName` and `jobQueueArn`."""
    reference = ""
    """The member by which an update or a deletion names one: `jobQueue`."""
    has_state = True
    """Whether it can be DISABLED, which it must be before it is deleted."""

    def check(self, backend: ServiceJobBackend, request: Json, old: Resource | None = None) -> Json:
        """Return what is kept of a request to create one, or of `old` with what an update changes."""
        raise NotImplementedError  # each kind has its own

    def make_arn(self, backend: ServiceJobBackend, request: Json) -> str:
        """Return the ARN of one that is made by this request, which was checked."""
        return backend.arn(f"{self.path}/{request[self.name]}")

    def create(self, backend: ServiceJobBackend, request: Json) -> Json:
        """Make one."""
        tags = request.get("tags") or {}
        check_name(request[self.name], f"{self.what} name")
        check_tags(tags)
        own = self.check(backend, {key: request[key] for key in request if key != "tags"})
        made = Resource(self.make_arn(backend, own), request[self.name], own, tags)
        if made.arn in self._kept(backend):
            raise refuse(f"{self.what} {made.name} already exists")
        self._kept(backend).put(made)
        return self.show(made, f"Create{self.operation}")

    def update(self, backend: ServiceJobBackend, request: Json) -> Json | None:
        """Change those members that are given."""
        found = self.find(backend, request[self.reference])
        given = {key: request[key] for key in request if key != self.reference}
        found.request = self.check(backend, {**found.request, **given}, found)
        self._kept(backend).put(found)
        return self.show(found, f"Update{self.operation}")

    def delete(self, backend: ServiceJobBackend, request: Json) -> Json | None:
        """Delete one that no queue uses, and terminate its jobs."""
        found = self.find(backend, request[self.reference])
        if self.has_state and found.state != "DISABLED":
            raise refuse(f"{self.what} {found.name} must be DISABLED before it is deleted")
        for queue in backend.queues:
            if found.arn in (queue.environment, queue.request.get("schedulingPolicyArn")):
                raise refuse(f"{self.what} {found.name} is used by the job queue {queue.name}")
        jobs = [job for job in backend.service_jobs if found.arn in (job.queue, job.share_arn)]
        reason = f"The {self.what.lower()} was deleted"
        life.terminate_all(backend, jobs, reason, context.now())
        self._kept(backend).drop(found.arn)
        return {}

    def find(self, backend: ServiceJobBackend, wanted: str) -> Resource:
        """Return the one of this name or ARN."""
        for resource in self._kept(backend):
            if wanted in (resource.name, resource.arn):
                return resource
        raise refuse(f"{self.what} {wanted} does not exist")

    def choose(self, backend: ServiceJobBackend, wanted: list[str] | None) -> list[Resource]:
        """Return those of these names or ARNs; all where none is named."""
        return [
            each
            for each in self._kept(backend)
            if not wanted or each.name in wanted or each.arn in wanted
        ]

    def show(self, resource: Resource, operation: str, member: str = "", **others: Any) -> Json:
        """Return it as an operation's answer has it, or the items of a list in that answer."""
        shape = output("batch", operation)
        values = {
            **resource.request,
            self.name: resource.name,
            self.arn: resource.arn,
            "state": resource.state,
            "status": "VALID",
            "tags": resource.tags,
            **others,
        }
        return keep_members(values, shape.members[member].member if member else shape)

    def show_all(
        self, chosen: Iterable[Resource], request: Json, operation: str, member: str
    ) -> Json:
        """Return one page of those that are chosen, by their ARNs."""
        return operations.page(
            chosen,
            request,
            member,
            lambda each: self.show(each, operation, member),
            "ClientException",
            rank=lambda each: [each.arn],
        )

    def _kept(self, backend: ServiceJobBackend) -> Table[Resource]:
        found: Table[Resource] = getattr(backend, self.table)
        return found
