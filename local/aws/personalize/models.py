"""Personalize's state in one account and region: moto's schemas, and what batch inference needs."""

from __future__ import annotations

from moto.personalize.models import PersonalizeBackend

from ..service.backend import Backend
from ..service.table import Table
from .records import Resource


class BatchInferenceBackend(Backend, PersonalizeBackend):
    """moto's Personalize with solutions, filters and batch jobs."""

    service = "personalize"

    def __init__(self, region_name: str, account_id: str) -> None:
        super().__init__(region_name, account_id)
        self.resources = Table("personalize.resource", Resource, account_id, region_name)

    def of_kind(self, kind: str) -> list[Resource]:
        """The resources of a kind, oldest first."""
        return [resource for resource in self.resources if resource.kind == kind]
