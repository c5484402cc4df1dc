"""What the service jobs of one account and region, and all that they refer to, are kept in."""

from __future__ import annotations

from collections import Counter

from ..sagemaker.models import TrainingBackend
from ..service.table import Agenda, Table
from .records import ClientToken, Resource, ServiceJob
from .waiting import Moves, WaitingJobs


class BatchState:
    """The records, which jobs wait, which capacity is in use, and when each job takes its next step."""

    account_id: str
    region_name: str
    partition: str
    environments: Table[Resource]
    queues: Table[Resource]
    policies: Table[Resource]
    shares: Table[Resource]
    service_jobs: Table[ServiceJob]
    client_tokens: Table[ClientToken]
    agenda: Agenda
    waiting: WaitingJobs
    moves: Moves
    placing: bool
    in_use: dict[str, Counter[str]]
    under_way: dict[str, ServiceJob]
    """The jobs that use capacity, by their ids."""
    uses: dict[str, list[tuple[str, int, float, float]]]
    """By queue, what jobs of fair shares have used: the share, how many instances, from when to when."""

    @property
    def training(self) -> TrainingBackend:
        """SageMaker in the same account and region."""
        raise NotImplementedError  # the backend in models.py has it

    def arn(self, resource: str) -> str:
        """The ARN of a resource here, such as `job-queue/training`."""
        return f"arn:{self.partition}:batch:{self.region_name}:{self.account_id}:{resource}"
