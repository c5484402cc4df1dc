"""What makes a run, and nothing else."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from components.kinds import KINDS
from components.lifecycle.outputs import INPUTS
from components.run.definition import (
    digest,
    find_changes,
    make_token,
)
from components.run.submission import (
    aws_names,
    list_names,
    make_mark,
    make_payload_name,
    make_submission,
)
from tests.fakes.jobs import inputs

SERVICE, INFERENCE = KINDS["ServiceJob"], KINDS["BatchInferenceJob"]
MAKES_A_RUN = {"request", "generation", "code", "period", "watched", "region"}
SAMPLES: dict[str, Any] = {
    "name": "other",
    "identity": "aws-jobs/dev/other",
    "formerly": ["aws-jobs/dev/old"],
    "region": "eu-west-1",
    "request": {"jobQueue": "another"},
    "generation": 2,
    "code": {"sha256": "ab", "files": {}},
    "period": "2026-11",
    "watched": {"s3://b/k": "e"},
    "onReplace": "keep",
    "onDelete": "keep",
    "adopt": "job",
    "waitingFor": ["x"],
}


@pytest.mark.parametrize("name", sorted(set(INPUTS) - {"secretPaths"}))
def test_exactly_these_inputs_make_another_run(name: str) -> None:
    """Every declared input either makes another run or does not; none is forgotten."""
    before = inputs(SERVICE)
    after = {**before, name: SAMPLES[name]}
    assert (digest(SERVICE, before) != digest(SERVICE, after)) is (name in MAKES_A_RUN)
    assert find_changes(SERVICE, before, after) == ([name] if name in MAKES_A_RUN else [])


def test_the_digest_is_a_contract() -> None:
    """It stands in AWS's tags: another value for the same definition would lose every run's history."""
    assert digest(SERVICE, inputs(SERVICE)) == (
        "c6a1968e8066128f4dfbbce2f71fbba328c9f1c42c475aeee5832c138c42ffe3"
    )
    assert digest(INFERENCE, inputs(INFERENCE)) == (
        "2ada982d8650c63affc84bbbc4cfd50daa5bc284a5936ebd0c4b3d76e2ba5533"
    )


JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-1000, 1000) | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner, max_size=3)
    ),
    max_leaves=12,
)


def floated(value: Any) -> Any:
    """As Pulumi's wire carries it: numbers as floats, keys in another order."""
    if isinstance(value, bool):
        return value
    if isinstance(value, int):
        return float(value)
    if isinstance(value, list):
        return [floated(item) for item in value]
    if isinstance(value, dict):
        return {key: floated(item) for key, item in reversed(value.items())}
    return value


@given(st.dictionaries(st.text(min_size=1, max_size=6), JSON, max_size=4))
def test_program_and_provider_compute_the_same_digest(payload: dict[str, Any]) -> None:
    """Whatever the wire does to numbers and order, the definition is the same."""
    before = inputs(SERVICE)
    before["request"]["serviceRequestPayload"] = payload
    after = inputs(SERVICE)
    after["request"]["serviceRequestPayload"] = floated(payload)
    assert digest(SERVICE, before) == digest(SERVICE, after)


def test_a_payload_as_text_is_the_same_definition() -> None:
    """The API's JSON string and the object mean the same; its tags become the request's."""
    body = inputs(SERVICE)["request"]["serviceRequestPayload"]
    text = inputs(SERVICE)
    text["request"]["serviceRequestPayload"] = json.dumps(
        {**body, "Tags": [{"Key": "team", "Value": "growth"}]}
    )
    assert digest(SERVICE, text) == digest(SERVICE, inputs(SERVICE))


def test_the_submission_is_awss_request() -> None:
    """Names, type, token and tags are filled in; the payload is one JSON string equal to the file's object."""
    request = make_submission(SERVICE, inputs(SERVICE), "churn-12345678", "t" * 64)
    body = json.loads(request["serviceRequestPayload"])
    assert body == {
        **inputs(SERVICE)["request"]["serviceRequestPayload"],
        "TrainingJobName": make_payload_name(SERVICE, inputs(SERVICE)),
    }
    assert request["jobName"] == "churn-12345678"
    assert request["serviceJobType"] == "SAGEMAKER_TRAINING"
    assert request["clientToken"] == "t" * 64
    assert request["tags"] == {
        "team": "growth",
        "aws-jobs:identity": "aws-jobs/dev/churn",
        "aws-jobs:digest": digest(SERVICE, inputs(SERVICE)),
    }


def test_a_batch_name_is_the_jobs_with_eight_of_the_digest() -> None:
    """Then four of the identity's hash, which tell it from others'. A `jobName` of the request is used as it is."""
    ending = f"{digest(SERVICE, inputs(SERVICE))[:8]}-{make_mark('aws-jobs/dev/churn')}"
    assert aws_names(SERVICE, inputs(SERVICE), "") == [f"churn-{ending}"]
    own = inputs(SERVICE)
    own["request"]["jobName"] = "mine"
    assert aws_names(SERVICE, own, "") == ["mine"]


def test_a_personalize_name_is_new_for_every_run() -> None:
    """Names are unique for ever there: a reverted definition needs another, and stays within 63 characters."""
    own = inputs(INFERENCE)
    own["request"]["jobName"] = "n" * 63
    first, second = aws_names(INFERENCE, own, "")[0], aws_names(INFERENCE, own, "arn:earlier")[0]
    assert first != second
    assert len(first) == 63
    assert first.startswith("n" * 49 + "-")


def test_former_names_are_looked_for_too() -> None:
    """A renamed job's earlier runs have its former name."""
    given_inputs = inputs(SERVICE, formerly=["aws-jobs/dev/old"])
    assert [each.prefix for each in list_names(SERVICE, given_inputs)] == ["churn-*", "old-*"]


def test_the_token_changes_with_any_run_between() -> None:
    """64 characters, the same for every retry of one step."""
    one = make_token(SERVICE, inputs(SERVICE), "")
    assert one == make_token(SERVICE, inputs(SERVICE), "")
    assert len(one) == 64
    assert one != make_token(SERVICE, inputs(SERVICE), "arn:1")


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("churn", "churn"),
        ("my_long_job_name_for_training", "my-long-j"),
        ("a_-b", "a-b"),
    ],
)
def test_the_training_job_name_fits_what_batch_makes_of_it(name: str, expected: str) -> None:
    """`AWSBatch` + ours + 32 hexadecimal characters are at most 63."""
    given = inputs(SERVICE, name=name)
    made = make_payload_name(SERVICE, given)
    assert made == f"{expected}-{digest(SERVICE, given)[:8]}-{make_mark(given['identity'])}"
    assert len(made) <= 23
