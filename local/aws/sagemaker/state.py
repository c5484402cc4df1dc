"""What the training jobs of one account and region are kept in."""

from __future__ import annotations

from typing import Any

from ..service.table import Agenda, Table
from .records import TrainingJob, TransformJob


class TrainingState:
    """The records of training jobs, and when each takes its next step."""

    account_id: str
    region_name: str
    partition: str
    training_jobs_kept: Table[TrainingJob]
    agenda: Agenda
    stopped_alone: list[str]
    transform_jobs_kept: Table[TransformJob]
    transform_agenda: Agenda

    def describe_model(self, model_name: str) -> Any:
        """The model of this name, which is moto's."""
        raise NotImplementedError

    def training_job_arn(self, name: str) -> str:
        """The ARN of the training job of this name here."""
        place = f"{self.partition}:sagemaker:{self.region_name}:{self.account_id}"
        return f"arn:{place}:training-job/{name}"

    def by_arn(self, arn: str | None) -> TrainingJob | None:
        """The training job of this ARN; `None` when there is none, and for no ARN."""
        return None if arn is None else self.training_jobs_kept.get(arn.rpartition("/")[2])

    def find_tagged(self, arn: str) -> tuple[Table[Any], Any]:
        """The table and the record of an ARN; no record where there is none."""
        table: Table[Any] = self.training_jobs_kept
        if ":transform-job/" in arn:
            table = self.transform_jobs_kept
        record = table.get(arn.rpartition("/")[2])
        return table, record if record is not None and record.arn == arn else None
