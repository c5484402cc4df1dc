"""What AWS's own tools write or answer, pasted as a whole job file, is recognised: of each kind, from AWS's models."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator

import pytest
from botocore.session import Session
from botocore.utils import ArgumentGenerator

from components.errors import Problem
from components.jobfile import read_text
from components.jobfile.unknown_fields import list_calls
from components.kinds import KINDS


def _calls() -> Iterator[tuple[str, str, str, str]]:
    """(service, where in the job file, call, the call that describes what it made) of every kind."""
    for kind in KINDS.values():
        for at, call, describe, _ in list_calls(kind):
            service = kind.payload.service if kind.payload and at else kind.service
            yield service, ".".join(("request", *at)), call, describe


CALLS = list(_calls())


def _said(document: object) -> str:
    found = read_text(json.dumps(document, default=str).encode(), "a.json")
    assert isinstance(found, Problem)
    assert (found.line, found.rule) == (1, "file-call")
    return found.message


@pytest.mark.parametrize(("service", "where", "call", "describe"), CALLS)
def test_a_cli_skeleton(service: str, where: str, call: str, describe: str) -> None:
    """`aws ... --generate-cli-skeleton` is a request, and its place is named."""
    shape = Session().get_service_model(service).operation_model(call).input_shape
    skeleton = ArgumentGenerator().generate_skeleton(shape)
    # a batch segment job's request may be a batch inference job's as well
    said = _said(skeleton)
    assert re.match(
        rf"this is a request of (\w+ or )?{call}, not a job file: put it under `{where}:`", said
    )


@pytest.mark.parametrize(("service", "where", "call", "describe"), CALLS)
def test_an_answer(service: str, where: str, call: str, describe: str) -> None:
    """A Describe answer with all its fields is no request, although it has those of one too."""
    shape = Session().get_service_model(service).operation_model(describe).output_shape
    answer = ArgumentGenerator().generate_skeleton(shape)
    assert _said(answer).startswith(f"this is an answer of {describe}, not a job file; `./jobctl")


def test_with_a_kind_and_keys_of_ours() -> None:
    """Who has written `kind` and forgotten `request` gets the same sentence."""
    document = {"kind": "ServiceJob", "every": "week", "jobQueue": "q", "serviceRequestPayload": {}}
    assert "put it under `request:`" in _said(document)


@pytest.mark.parametrize("document", [{"apiVersion": "v1", "spec": {}}, {"kind": "ServiceJob"}])
def test_anything_else(document: object) -> None:
    """Another tool's file, or one that is not finished, is validated key by key."""
    assert not isinstance(read_text(json.dumps(document, default=str).encode(), "a.json"), Problem)
