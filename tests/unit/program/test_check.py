"""What the provider finds wrong in a request that comes from no job file."""

from __future__ import annotations

import copy
from typing import Any

import pytest
import yaml
from pulumi.output import Unknown

from components.kinds import KINDS
from components.provider import PROVIDERS
from tests.conftest import ROOT
from tests.fakes.jobs import inputs

CASE = ROOT / "tests" / "cases" / "accepted" / "minimal-service-job.yaml"
REQUEST: dict[str, Any] = yaml.safe_load(CASE.read_text("utf-8"))["request"]


def failures(request: Any, **others: Any) -> list[tuple[str, str]]:
    given = {**inputs(KINDS["ServiceJob"]), **others, "request": request}
    found = PROVIDERS["ServiceJob"]().check({}, given)
    return [(each.property, each.reason) for each in found.failures]


def changed(**payload: Any) -> dict[str, Any]:
    """The request with other fields of the payload; `None` takes one away."""
    request = copy.deepcopy(REQUEST)
    body = {**request["serviceRequestPayload"], **payload}
    request["serviceRequestPayload"] = {k: v for k, v in body.items() if v is not None}
    return request


def test_a_right_request_has_no_failure() -> None:
    """Nor one that is a placeholder, whose leaves are filled in later."""
    assert failures(REQUEST) == []
    assert failures({"jobQueue": "${jobs.other.queue}"}, waitingFor=["other"]) == []


def test_a_missing_role_is_found_before_anything_is_submitted() -> None:
    """At a nested path: a failure at `request` itself would print all of it."""
    path = "request.serviceRequestPayload.RoleArn"
    assert failures(changed(RoleArn=None)) == [(path, "`RoleArn` is missing")]


def test_what_a_preview_does_not_know_is_not_judged() -> None:
    """A role that another resource makes."""
    assert failures(changed(RoleArn=Unknown())) == []
    assert failures(Unknown()) == []
    [(path, _)] = failures({**changed(RoleArn=Unknown()), "jobQueue": 3})
    assert path == "request.jobQueue"


@pytest.mark.parametrize(
    "wrong",
    [
        {"RoleArn": "hunter22hunter22"},
        {"AlgorithmSpecification": {"TrainingImage": "x", "TrainingInputMode": "hunter22hunter22"}},
        {"EnableManagedSpotTraining": True, "Environment": {"TOKEN": "hunter22hunter22"}},
    ],
)
def test_no_failure_shows_a_value(wrong: dict[str, Any]) -> None:
    """Nobody knows which of them are secret."""
    found = failures(changed(**wrong))
    assert found
    assert all(path.startswith("request.") for path, _ in found)
    assert "hunter22" not in str(found)


def test_a_payload_that_is_no_json_is_one_sentence() -> None:
    """Without the text."""
    [(path, sentence)] = failures({**REQUEST, "serviceRequestPayload": "hunter22: ["})
    assert path == "request.serviceRequestPayload"
    assert "must be a JSON object" in sentence
    assert "hunter22" not in sentence
