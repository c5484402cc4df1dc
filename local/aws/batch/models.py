"""Batch's state in one account and region: moto's, and that of service jobs."""

from __future__ import annotations

from moto.batch.models import BatchBackend
from moto.sagemaker.models import sagemaker_backends

from ..sagemaker.models import TrainingBackend
from ..service import context
from ..service.backend import Backend
from ..service.table import Agenda, Table
from . import life
from .records import ClientToken, Resource, ServiceJob
from .state import BatchState
from .waiting import Moves, WaitingJobs


class ServiceJobBackend(BatchState, Backend, BatchBackend):
    """moto's Batch with service environments, training queues, shares and service jobs."""

    service = "batch"

    def __init__(self, region_name: str, account_id: str) -> None:
        super().__init__(region_name, account_id)
        place = (account_id, region_name)
        self.environments = Table("batch.environment", Resource, *place)
        self.queues = Table("batch.queue", Resource, *place)
        self.policies = Table("batch.policy", Resource, *place)
        self.shares = Table("batch.share", Resource, *place)
        self.service_jobs = Table("batch.job", ServiceJob, *place)
        self.client_tokens = Table("batch.token", ClientToken, *place)
        self.agenda = Agenda()
        self.waiting = WaitingJobs()
        self.moves = Moves()
        self.placing = False
        self._number = 0
        self.in_use = {}
        self.under_way = {}
        self.uses = {}

    @property
    def training(self) -> TrainingBackend:
        """SageMaker in the same account and region."""
        found = sagemaker_backends[self.account_id][self.region_name]
        assert isinstance(found, TrainingBackend)
        return found

    def next_number(self) -> int:
        """A number for a new job, higher than that of every job there is."""
        self._number += 1
        return self._number

    def advance(self) -> None:
        """Do what has fallen due; what was changed may let waiting jobs go, or make others give way."""
        life.advance(self, context.now())
        if context.current.changed:
            life.place(self, context.now())

    def resume(self) -> None:
        """Set up what is derived from the records: after they were restored, or the pace has changed."""
        self._number = max([self._number, *(job.number for job in self.service_jobs)])
        life.resume(self)
