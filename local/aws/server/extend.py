"""Put our backends and responses into moto's registries, in the places where moto has its own."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, TypeVar

from moto.batch.models import batch_backends
from moto.core.base_backend import BackendDict
from moto.logs.models import logs_backends
from moto.personalize.models import personalize_backends
from moto.sagemaker.models import sagemaker_backends

from .. import iam
from ..batch import life as batch
from ..batch.models import ServiceJobBackend
from ..logs.models import JobLogs
from ..personalize import life as personalize
from ..personalize.models import BatchInferenceBackend
from ..sagemaker import life as sagemaker
from ..sagemaker.models import TrainingBackend
from ..service.backend import Backend
from ..service.table import Table

B = TypeVar("B", bound=Backend)

# Of each service moto's registry, our backend, and what takes the steps that are due there.
_SERVICES: dict[str, tuple[BackendDict[Any], type[Backend], Callable[[Any], None]]] = {
    # SageMaker first: Batch looks at what its training jobs have done meanwhile.
    "sagemaker": (sagemaker_backends, TrainingBackend, sagemaker.advance),
    "batch": (batch_backends, ServiceJobBackend, batch.advance),
    "personalize": (personalize_backends, BatchInferenceBackend, personalize.advance),
}


def extend() -> None:
    """From now on moto makes our backends. Doing it twice does no harm."""
    iam.extend()
    ours: list[tuple[BackendDict[Any], type[Any]]] = [
        (registry, backend) for registry, backend, _ in _SERVICES.values()
    ]
    # CloudWatch Logs keeps nothing: what it has follows from SageMaker's jobs.
    ours.append((logs_backends, JobLogs))
    for registry, backend in ours:
        if registry.backend is not backend:
            registry.backend = backend
            registry.clear()


def backends() -> Iterator[Backend]:
    """Our backends that are in use, of all accounts and regions."""
    for registry, _, _ in _SERVICES.values():
        for account, regions in list(registry.items()):
            for region in list(regions):
                yield registry[account][region]


def has_service(service: str, account: str, region: str) -> bool:
    """Whether AWS has one of our services in a region; true of the services that are moto's alone."""
    if service not in _SERVICES or not region:
        return True
    return region in _SERVICES[service][0][account].regions


def find_backend(kind: type[B], account: str, region: str) -> B:
    """Our backend of this class in an account and a region."""
    found = _SERVICES[kind.service][0][account][region]
    assert isinstance(found, kind)
    return found


def find_table(name: str, account: str, region: str) -> Table[Any]:
    """The table of this name, such as `batch.job`."""
    backend: Backend = _SERVICES[name.partition(".")[0]][0][account][region]
    return next(table for table in backend.tables if table.name == name)


def settle() -> None:
    """Take every step that is due, in all services."""
    for backend in list(backends()):
        _SERVICES[backend.service][2](backend)


def resume() -> None:
    """Set up what is derived from the records, in all services."""
    for backend in backends():
        backend.resume()


def reset() -> None:
    """Forget everything, in all services."""
    BackendDict.reset()
