"""Batch's state in one account and region: moto's, and that of service jobs."""

from __future__ import annotations

from collections import Counter, defaultdict

from moto.batch.models import BatchBackend
from moto.sagemaker.models import sagemaker_backends

from ..sagemaker.models import TrainingBackend
from ..service.backend import Backend
from ..service.table import Table
from .records import ClientToken, Resource, ServiceJob
from .waiting import Moves, Rank, WaitingJobs


class ServiceJobBackend(Backend, BatchBackend):
    """moto's Batch with service environments, training queues, shares and service jobs."""

    service = "batch"

    def __init__(self, region_name: str, account_id: str) -> None:
        super().__init__(region_name, account_id)
        self.environments = Table("batch.environment", Resource, *self.place)
        self.queues = Table("batch.queue", Resource, *self.place)
        self.policies = Table("batch.policy", Resource, *self.place)
        self.shares = Table("batch.share", Resource, *self.place)
        self.service_jobs = Table("batch.job", ServiceJob, *self.place)
        self.client_tokens = Table("batch.token", ClientToken, *self.place)
        self.moves = Moves()
        self.placing = False
        self._number = 0
        self._derive()

    def _derive(self) -> None:
        """Begin with nothing of what follows from the records."""
        self.waiting = WaitingJobs()
        self.in_use: dict[str, Counter[str]] = defaultdict(Counter)
        """Instances in use by type, of each service environment and quota share, by its ARN."""
        self.under_way: dict[str, ServiceJob] = {}
        """The jobs that use them, by their ids."""
        self.uses: dict[str, list[tuple[str, int, float, float]]] = {}
        """By queue, what jobs of fair shares have used: the share, how many instances, from when to when."""

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

    def resume(self) -> None:
        self._derive()
        for job in self.service_jobs:
            self._number = max(self._number, job.number)
            for each in job.attempts + job.preempted:
                self.note_use(job, each["started"], each["stopped"])
            if job.environment is not None:
                self.occupy(job)
            if job.status == "RUNNABLE" and job.ready and not job.held:
                self.waiting.add(job, self.rank(job))
        super().resume()

    def rank(self, job: ServiceJob) -> Rank:
        """Return what jobs of a queue are sorted by: one with a policy heeds scheduling priorities."""
        queue = self.queues.get(job.queue)
        by_priority = queue is not None and queue.request.get("schedulingPolicyArn")
        return (-job.priority if by_priority else 0, job.number, job.id)

    def wait(self, job: ServiceJob) -> None:
        """The job waits for capacity from now on."""
        job.ready = True
        self.service_jobs.put(job)
        self.waiting.add(job, self.rank(job))

    def occupy(self, job: ServiceJob) -> None:
        """Count the job's instances as in use."""
        self.under_way[job.id] = job
        self.count(job, 1)

    def vacate(self, job: ServiceJob) -> None:
        """Count them no more."""
        self.under_way.pop(job.id, None)
        self.count(job, -1)
        job.environment = None

    def count(self, job: ServiceJob, sign: int) -> None:
        """Add the job's instances to those in use, or take them off."""
        if job.environment is not None:
            for place in (job.environment, job.share_arn):
                self.in_use[place].update({kind: sign * n for kind, n in job.needs.items()})

    def note_use(self, job: ServiceJob, started: float | None, stopped: float) -> None:
        """Remember for how long a job of a fair share has run."""
        if started is not None and job.request.get("shareIdentifier"):
            use = (job.share, sum(job.needs.values()), started, stopped)
            self.uses.setdefault(job.queue, []).append(use)
