"""Personalize's state in one account and region: moto's schemas, and what batch inference needs."""

from __future__ import annotations

from typing import Any

from moto.personalize.models import PersonalizeBackend

from ..service import context
from ..service.table import Agenda, Table
from . import life
from .records import Resource
from .state import PersonalizeState


class BatchInferenceBackend(PersonalizeState, PersonalizeBackend):
    """moto's Personalize with solutions, filters and batch inference jobs."""

    def __init__(self, region_name: str, account_id: str) -> None:
        super().__init__(region_name, account_id)
        self.resources = Table("personalize.resource", Resource, account_id, region_name)
        self.agenda = Agenda()

    @property
    def tables(self) -> list[Table[Any]]:
        """Everything that is kept."""
        return [self.resources]

    def advance(self) -> None:
        """Do what has fallen due."""
        life.advance(self, context.now())

    def resume(self) -> None:
        """Set up what is derived from the records: after they were restored, or the pace has changed."""
        for resource in self.resources:
            life.plan(self, resource)
