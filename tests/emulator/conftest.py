"""An emulator whose clock stands still, and clients that check every answer against botocore's model."""

from __future__ import annotations

import functools
import json
from collections.abc import Callable, Iterator
from typing import Any

import boto3
import pytest
from botocore.config import Config
from moto.batch.models import batch_backends

from components.wire import contains
from local.aws.batch.models import ServiceJobBackend
from local.aws.batch.responses import ServiceJobResponse
from local.aws.clock import Clock
from local.aws.personalize.responses import BatchInferenceResponse
from local.aws.sagemaker.responses import TrainingResponse
from local.aws.server import extend
from local.aws.server.emulator import Emulator
from local.aws.service import shapes

from .samples import ACCOUNT

START = 1_800_000_000.0
EXTENDED = {
    "batch": set(ServiceJobResponse.handlers),
    "personalize": set(BatchInferenceResponse.handlers),
    "sagemaker": set(TrainingResponse.handlers),
}
# https://docs.aws.amazon.com/sagemaker/latest/APIReference/CommonErrors.html, and Batch's for throttling:
# https://github.com/ASFHyP3/hyp3/issues/1676
COMMON_ERRORS = {
    "AccessDeniedException",
    "ExpiredTokenException",
    "SerializationException",
    "ThrottlingException",
    "TooManyRequestsException",
    "UnrecognizedClientException",
    "ValidationException",
}
ClientMaker = Callable[..., Any]
Call = Callable[..., Any]


@pytest.fixture
def emulator() -> Iterator[Emulator]:
    with Emulator(clock=Clock(frozen_at=START)) as running:
        yield running
    assert not list(extend.backends())


@pytest.fixture
def client(emulator: Emulator) -> ClientMaker:
    """Make a client of a service; without retries, so that a test sees the first answer."""
    return lambda service, **options: make_client(emulator.endpoint, service, **options)


@pytest.fixture
def batch(client: ClientMaker) -> Any:
    return client("batch")


@pytest.fixture
def personalize(client: ClientMaker) -> Any:
    return client("personalize")


@pytest.fixture
def sagemaker(client: ClientMaker) -> Any:
    return client("sagemaker")


@pytest.fixture
def s3(client: ClientMaker) -> Any:
    return client("s3")


@pytest.fixture
def backend(emulator: Emulator) -> ServiceJobBackend:
    """Batch, whose jobs run for 100 s and do nothing else."""
    pace = {"submitted": 0, "runnable": 0, "scheduled": 0, "starting": 0, "running": 100}
    emulator.ask("POST", "pace", pace)
    found = batch_backends[ACCOUNT]["us-east-1"]
    assert isinstance(found, ServiceJobBackend)
    return found


@pytest.fixture
def call(backend: ServiceJobBackend) -> Call:
    """Call an operation as the gateway does: what is due comes first."""

    def call(operation: str, **request: Any) -> Any:
        extend.settle()
        answer = ServiceJobResponse.handlers[operation](backend, request)
        extend.settle()
        return answer

    return call


def make_client(
    endpoint: str,
    service: str,
    key: str = "AKIAIOSFODNN7EXAMPLE",
    region: str = "us-east-1",
    answered: set[tuple[str, str]] | None = None,
    *,
    validates: bool = True,
) -> Any:
    """A boto3 client; `answered` collects the operations whose answers were checked."""
    made = _session().client(
        service,
        endpoint_url=endpoint,
        region_name=region,
        aws_access_key_id=key,
        aws_secret_access_key="secret",
        config=Config(retries={"total_max_attempts": 1}, parameter_validation=validates),
    )

    def check(operation_model: Any, response_dict: dict[str, Any], **_: Any) -> None:
        name = operation_model.name
        if name not in EXTENDED.get(service, ()):
            return
        if 400 <= response_dict["status_code"] < 500:
            assert_known_error(json.loads(response_dict["body"]), operation_model)
        if response_dict["status_code"] != 200:
            return
        document = json.loads(response_dict["body"] or b"{}")
        assert_allowed(document, service, name)
        if answered is not None:
            answered.add((service, name))

    made.meta.events.register("before-parse", check)
    return made


@functools.cache
def _session() -> boto3.Session:
    """One for all clients: it reads each service's model once."""
    return boto3.Session()


def assert_known_error(document: Any, operation: Any) -> None:
    """Fail unless an error's code is one of the operation's in the service model, or one of AWS's common ones."""
    known = {shape.error_code for shape in operation.error_shapes} | COMMON_ERRORS
    assert document["__type"] in known, f"{operation.name}: {document}"


def assert_allowed(document: Any, service: str, operation: str) -> None:
    """Fail unless the raw answer is one that botocore's output shape allows: no null, nothing unknown."""
    shape = shapes.service(service).operation_model(operation).output_shape
    found = [] if shape is None else list(shapes.find_problems(document, shape))
    if service == "batch":
        # a map of tags has an entry at least, says the model; AWS answers {} for none
        found = [each for each in found if not each.startswith("Value '{}'")]
    if operation == "DescribeTrainingJob":
        # AWS's own answers of jobs that have not ended are without
        found = [each for each in found if not each.startswith("Value null at 'modelArtifacts'")]
    assert found == [], f"{operation}: {found}"
    assert not contains(document, type(None)), "a null in the answer"
