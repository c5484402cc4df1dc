"""What the training jobs of one account and region are kept in."""

from __future__ import annotations

from ..service.table import Agenda, Table
from .records import TrainingJob


class TrainingState:
    """The records of training jobs, and when each takes its next step."""

    account_id: str
    region_name: str
    partition: str
    training_jobs_kept: Table[TrainingJob]
    agenda: Agenda
    stopped_alone: list[str]

    def training_job_arn(self, name: str) -> str:
        """The ARN of the training job of this name here."""
        place = f"{self.partition}:sagemaker:{self.region_name}:{self.account_id}"
        return f"arn:{place}:training-job/{name}"

    def by_arn(self, arn: str | None) -> TrainingJob | None:
        """The training job of this ARN; `None` when there is none, and for no ARN."""
        return None if arn is None else self.training_jobs_kept.get(arn.rpartition("/")[2])
