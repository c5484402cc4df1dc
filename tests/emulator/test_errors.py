"""Every operation that the emulator adds is made to fail in each way there is, in codes of the service model.

Nothing here is written for one operation: the requests are those of the tours of test_answers.py, changed by machine,
and the clients check the code of each error (conftest.py).
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

import pytest
from botocore import xform_name
from botocore.exceptions import ClientError

from local.aws.clock import Clock
from local.aws.server.emulator import Emulator
from local.aws.service import shapes

from .conftest import EXTENDED, START, make_client
from .test_answers import batch_tour, personalize_tour, sagemaker_tour

TOURS = {"batch": batch_tour, "personalize": personalize_tour, "sagemaker": sagemaker_tour}
EACH = pytest.mark.parametrize("service", TOURS)
WITHOUT_STATE = {"DescribeSchedulingPolicies", "TerminateServiceJobs"}
"""What there is not is no error of theirs: it is left out of the answer, or reported in it."""
Requests = dict[str, list[dict[str, Any]]]
World = tuple[Emulator, dict[str, Requests]]


@pytest.fixture(scope="module")
def world() -> Iterator[World]:
    """An emulator at the end of all tours, and the requests of each operation."""
    asked: dict[str, Requests] = {service: {} for service in TOURS}
    with Emulator(clock=Clock(frozen_at=START)) as emulator:
        for service, tour in TOURS.items():
            client = make_client(emulator.endpoint, service)

            def record(params: Any, model: Any, service: str = service, **_: Any) -> None:
                asked[service].setdefault(model.name, []).append(dict(params))

            client.meta.events.register("provide-client-params.*.*", record)
            tour(client, emulator)
        yield emulator, asked


def ask(client: Any, operation: str, request: dict[str, Any]) -> str:
    """Return the code of the error with which a request is answered; '' where it is none."""
    try:
        getattr(client, xform_name(operation))(**request)
    except ClientError as error:
        return str(error.response["Error"]["Code"])
    return ""


@EACH
def test_invalid_input(world: World, service: str) -> None:
    """Each member of each request in turn is of a wrong type, and is refused."""
    emulator, asked = world
    client = make_client(emulator.endpoint, service)
    change: dict[str, Any] = {}

    def break_body(params: dict[str, Any], **_: Any) -> None:
        params["body"] = json.dumps({**json.loads(params["body"] or "{}"), **change}).encode()

    client.meta.events.register("before-call.*.*", break_body)
    accepted = []
    for operation in sorted(EXTENDED[service]):
        shape = shapes.service(service).operation_model(operation).input_shape
        assert shape is not None
        for name, member in shape.members.items():
            if "location" in member.serialization:  # in the path or the query, where all is text
                continue
            change = {name: 7 if member.type_name in ("list", "map", "structure", "string") else []}
            if not ask(client, operation, asked[service][operation][0]):
                accepted.append((operation, name))
    assert accepted == []


@EACH
def test_what_is_not_there_and_what_is_as_it_may_not_be(world: World, service: str) -> None:
    """All requests again when what they made is there or gone, and with names that nobody gave.

    The operations that no name or state can refuse list everything: they refuse a token that they never gave.
    """
    emulator, asked = world
    client = make_client(emulator.endpoint, service)
    for number, operation in enumerate(sorted(EXTENDED[service])):
        requests = asked[service][operation]
        renamed = [
            {
                **requests[0],
                name: f"{value}{number}" if isinstance(value, str) else [f"{value[0]}{number}"],
            }
            for name, value in requests[0].items()
            if isinstance(value, str) or (isinstance(value, list) and isinstance(value[0], str))
        ]
        found = {ask(client, operation, request) for request in [*requests, *requests, *renamed]}
        if found == {""}:
            shape = shapes.service(service).operation_model(operation).input_shape
            assert shape is not None
            token = next((name for name in shape.members if name.lower() == "nexttoken"), None)
            if token is None:
                assert operation in WITHOUT_STATE
                continue
            assert ask(client, operation, {**requests[0], token: "00"}), operation


READS = {
    "personalize": "list_solutions",
    "batch": "describe_job_queues",
    "sagemaker": "list_training_jobs",
}


@pytest.mark.parametrize(
    ("service", "region"),
    [("personalize", "eu-west-3"), ("batch", "xx-nowhere-1"), ("sagemaker", "xx-nowhere-1")],
)
def test_a_region_without_the_service(world: World, service: str, region: str) -> None:
    """AWS has no endpoint there; here a sentence says so, and boto3 does not try again."""
    client = make_client(world[0].endpoint, service, region=region)
    with pytest.raises(ClientError, match=f"{service} is not in the region {region}") as refused:
        getattr(client, READS[service])()
    assert refused.value.response["ResponseMetadata"]["HTTPStatusCode"] == 400


@EACH
@pytest.mark.parametrize("body", [b"{", b"[]"])
def test_what_is_no_json(world: World, service: str, body: bytes) -> None:
    """A body that is not JSON, or no object, is refused in JSON, whichever service reads it."""
    client = make_client(world[0].endpoint, service)
    client.meta.events.register("before-call.*.*", lambda params, **_: params.update(body=body))
    with pytest.raises(ClientError, match="The body is not") as refused:
        getattr(client, READS[service])()
    assert refused.value.response["Error"]["Code"] == "SerializationException"


@EACH
@pytest.mark.parametrize(
    ("path", "how", "key", "code"),
    [
        (
            "faults",
            {"operation": "*", "kind": "throttle", "percent": 100},
            "AKIA",
            "Throttl|TooMany",
        ),
        ("deny", {"only": ["*"]}, "AKIA", "AccessDeniedException"),
        ("deny", {}, "EXPIRED", "ExpiredTokenException"),
        ("deny", {}, "INVALID", "UnrecognizedClientException"),
    ],
)
def test_too_many_calls_and_callers_without_a_right(
    world: World, service: str, path: str, how: dict[str, Any], key: str, code: str
) -> None:
    """Throttled, denied, of a session that is over, of a key that is nobody's: in every operation."""
    emulator, asked = world
    emulator.ask("POST", path, how)
    client = make_client(emulator.endpoint, service, key=key)
    try:
        for operation in EXTENDED[service]:
            found = ask(client, operation, asked[service][operation][0])
            assert re.match(code, found), (operation, found)
    finally:
        emulator.ask("DELETE", path)
