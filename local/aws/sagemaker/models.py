"""SageMaker's state in one account and region: moto's, with training and transform jobs that take their time."""

from __future__ import annotations

from moto.sagemaker.models import SageMakerModelBackend

from ..service.backend import Backend
from ..service.table import Table
from .records import TrainingJob, TransformJob


class TrainingBackend(Backend, SageMakerModelBackend):
    """moto's SageMaker, whose training and transform jobs are ours."""

    service = "sagemaker"

    def __init__(self, region_name: str, account_id: str) -> None:
        super().__init__(region_name, account_id)
        place = (account_id, region_name)
        self.training_jobs_kept = Table("sagemaker.training", TrainingJob, *place)
        self.transform_jobs_kept = Table("sagemaker.transform", TransformJob, *place)
        self.stopped_alone: list[str] = []
        """ARNs of Batch's training jobs that StopTrainingJob has stopped, until Batch takes notice."""

    def by_arn(self, arn: str | None) -> TrainingJob | None:
        """The training job of this ARN; `None` when there is none, and for no ARN."""
        return None if arn is None else self.training_jobs_kept.get(arn.rpartition("/")[2])
