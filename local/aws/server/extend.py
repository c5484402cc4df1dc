"""Put our backends and responses into moto's registries, in the places where moto has its own."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Protocol

from moto.batch.models import batch_backends
from moto.core.base_backend import BackendDict
from moto.logs.models import logs_backends
from moto.personalize.models import personalize_backends
from moto.sagemaker.models import sagemaker_backends

from .. import iam
from ..batch.models import ServiceJobBackend
from ..logs.models import JobLogs
from ..personalize.models import BatchInferenceBackend
from ..sagemaker.models import TrainingBackend
from ..service.table import Table


class Extended(Protocol):
    """What our backends have in common."""

    @property
    def tables(self) -> list[Table[Any]]: ...

    def advance(self) -> None: ...

    def resume(self) -> None: ...


_Registry = tuple[str, BackendDict[Any], type[Any]]
# SageMaker first: Batch looks at what its training jobs have done meanwhile.
_REGISTRIES: list[_Registry] = [
    ("sagemaker", sagemaker_backends, TrainingBackend),
    ("batch", batch_backends, ServiceJobBackend),
    ("personalize", personalize_backends, BatchInferenceBackend),
]
# CloudWatch Logs keeps nothing: what it has follows from SageMaker's jobs.
_STATELESS: _Registry = ("logs", logs_backends, JobLogs)


def extend() -> None:
    """From now on moto makes our backends. Doing it twice does no harm."""
    iam.extend()
    for _, registry, backend in (*_REGISTRIES, _STATELESS):
        if registry.backend is not backend:
            registry.backend = backend
            registry.clear()


def backends() -> Iterator[Extended]:
    """Our backends that are in use, of all accounts and regions."""
    for _, registry, _ in _REGISTRIES:
        for account, regions in list(registry.items()):
            for region in list(regions):
                yield registry[account][region]


def has_service(service: str, account: str, region: str) -> bool:
    """Whether AWS has one of our services in a region; true of the services that are moto's alone."""
    return all(
        region in registry[account].regions
        for name, registry, _ in _REGISTRIES
        if name == service and region
    )


def table_of(name: str, account: str, region: str) -> Table[Any]:
    """The table of this name, such as `batch.job`."""
    registries = {service: registry for service, registry, _ in _REGISTRIES}
    tables: list[Table[Any]] = registries[name.partition(".")[0]][account][region].tables
    return next(table for table in tables if table.name == name)


def settle() -> None:
    """Take every step that is due, in all services."""
    for backend in list(backends()):
        backend.advance()


def reset() -> None:
    """Forget everything, in all services."""
    BackendDict.reset()
