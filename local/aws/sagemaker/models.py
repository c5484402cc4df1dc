"""SageMaker's state in one account and region: moto's, with training jobs that take their time."""

from __future__ import annotations

from typing import Any

from moto.sagemaker.models import SageMakerModelBackend

from ..service import context
from ..service.table import Agenda, Table
from . import life, transform
from .records import TrainingJob, TransformJob
from .state import TrainingState


class TrainingBackend(SageMakerModelBackend, TrainingState):
    """moto's SageMaker, whose training jobs are ours."""

    def __init__(self, region_name: str, account_id: str) -> None:
        super().__init__(region_name, account_id)
        self.training_jobs_kept = Table("sagemaker.training", TrainingJob, account_id, region_name)
        self.agenda = Agenda()
        self.stopped_alone: list[str] = []
        self.transform_jobs_kept = Table(
            "sagemaker.transform", TransformJob, account_id, region_name
        )
        self.transform_agenda = Agenda()

    @property
    def tables(self) -> list[Table[Any]]:
        """Everything that is kept."""
        return [self.training_jobs_kept, self.transform_jobs_kept]

    def advance(self) -> None:
        """Do what has fallen due."""
        life.advance(self, context.now())
        transform.advance(self, context.now())

    def resume(self) -> None:
        """Set up what is derived from the records: after they were restored, or the pace has changed."""
        for job in self.training_jobs_kept:
            life.plan(self, job)
        for each in self.transform_jobs_kept:
            transform.put(self, each)
