"""What Personalize's resources of one account and region are kept in."""

from __future__ import annotations

from ..service.table import Agenda, Table
from .records import Resource


class PersonalizeState:
    """The records of resources, and when each takes its next step."""

    account_id: str
    region_name: str
    partition: str
    resources: Table[Resource]
    agenda: Agenda

    def arn(self, resource: str) -> str:
        """The ARN of a resource here, such as `solution/similar-items`."""
        return f"arn:{self.partition}:personalize:{self.region_name}:{self.account_id}:{resource}"

    def of_kind(self, kind: str) -> list[Resource]:
        """The resources of a kind, oldest first."""
        return [resource for resource in self.resources if resource.kind == kind]
