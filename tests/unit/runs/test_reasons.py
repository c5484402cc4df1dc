"""What made a run a new one, from what AWS says of it and of the run before."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest

from cli.commands.history import to_rows
from cli.runs.reasons import explain_run
from components.aws import Run
from components.kinds import KINDS, Phase
from components.run.definition import BECAUSE, CLAIMED, DIGEST, RELEASED, describe_cause

SERVICE, INFERENCE = KINDS["ServiceJob"], KINDS["BatchInferenceJob"]
BATCH = "arn:aws:batch:us-east-1:123456789012:service-job/1"
TRAINING = "arn:aws:sagemaker:us-east-1:123456789012:training-job/AWSBatchchurn1"
BODY: dict[str, Any] = {"TrainingJobName": "churn", "HyperParameters": {"eta": "0.1"}}
PATH = "request.serviceRequestPayload.HyperParameters"
BEFORE: dict[str, Any] = {
    "jobName": "churn-11111111",
    "jobQueue": "training",
    "schedulingPriority": 1,
    "serviceRequestPayload": json.dumps(BODY),
    "status": "SUCCEEDED",
    "createdAt": 1,
}


def a_run(record: dict[str, Any], arn: str = BATCH, terminated: bool = False, **tags: str) -> Run:
    return Run(arn, "n", 1, Phase.SUCCEEDED, "SUCCEEDED", terminated, tags, {}, record)


def with_body(**changes: Any) -> dict[str, Any]:
    return {**BEFORE, "serviceRequestPayload": json.dumps({**BODY, **changes})}


def told(run: Run, before: Run | None, *secret: str, values: bool = True) -> list[str]:
    return explain_run(SERVICE, run, before, frozenset(secret), values=values)


def test_changed_leaf_with_both_values() -> None:
    """Each leaf of the payload by its path; what is new or gone has no other value."""
    after = a_run(with_body(HyperParameters={"eta": "0.3", "depth": "5"}))
    assert told(after, a_run(BEFORE)) == [
        f'{PATH}.depth: none -> "5"',
        f'{PATH}.eta: "0.1" -> "0.3"',
    ]


def test_what_makes_no_run_is_no_reason() -> None:
    """Names, priorities, states and times of AWS's description differ from run to run."""
    other = {"jobName": "churn-22222222", "schedulingPriority": 9, "createdAt": 2, "status": "X"}
    after = a_run({**BEFORE, **other}, **{DIGEST: "b"})
    assert told(after, a_run(BEFORE, **{DIGEST: "a"})) == [
        "the definition differs in fields that AWS does not return"
    ]


def test_tag_tells_what_the_request_does_not() -> None:
    """Generation, period, code and watched objects stand in no request."""
    after = a_run(BEFORE, **{BECAUSE: "generation=2 period=2026-W47"})
    before = a_run(BEFORE, **{BECAUSE: "generation=1 period=2026-W47 code=aaaaaaaa"})
    assert told(after, before) == ["code: aaaaaaaa -> none", "generation: 1 -> 2"]


@pytest.mark.parametrize("arn", [BATCH, TRAINING])
def test_a_reason_that_repeats_a_secret_hides_it(arn: str) -> None:
    """AWS's description has the value at its secret place."""
    record = with_body(HyperParameters={"token": "hunter22"})
    if arn == TRAINING:
        record = {**BODY, "HyperParameters": {"token": "hunter22"}}
    run = replace(a_run(record, arn), outputs={"statusReason": "no hunter22"})
    [row] = to_rows([(SERVICE, run)], frozenset({f"{PATH}.token"}), values=True)
    assert row["reason"] == "no [secret]"


def test_secret_is_named_and_not_shown() -> None:
    """Whichever of the two runs had it; where nobody knows which are secret, no value is shown."""
    after = a_run(with_body(HyperParameters={"eta": "hunter22"}))
    path = f"{PATH}.eta"
    assert told(after, a_run(BEFORE), path) == [f"{path}: [secret] -> [secret]"]
    assert told(after, a_run(BEFORE), values=False) == [f"{path}: changed"]


@pytest.mark.parametrize(
    ("before", "reason"),
    [
        (
            a_run(BEFORE, **{DIGEST: "a", RELEASED: "2026"}),
            "same definition; the previous run was released (its file was removed, or another run came in between)",
        ),
        (
            a_run(BEFORE, terminated=True, **{DIGEST: "a"}),
            "same definition; the previous run was terminated",
        ),
    ],
)
def test_same_definition_again(before: Run, reason: str) -> None:
    """What became of the run before is why there is another."""
    assert told(a_run(BEFORE, **{DIGEST: "a"}), before) == [reason]


def test_first_run() -> None:
    """Nothing before it is known."""
    assert told(a_run(BEFORE), None) == ["first run that AWS still knows"]
    assert told(a_run(BEFORE, **{CLAIMED: "1"}), None) == [
        "adopted: no earlier run of this job is known"
    ]


def test_training_job_beside_a_service_job() -> None:
    """Of an expired record only the payload is left: that is compared, without SageMaker's own name for it."""
    record = {**BODY, "TrainingJobName": "AWSBatchchurn1", "TrainingJobStatus": "Completed"}
    after = a_run(with_body(HyperParameters={"eta": "0.3"}))
    assert told(after, a_run(record, TRAINING)) == [f'{PATH}.eta: "0.1" -> "0.3"']


def test_personalize_request_is_compared_as_it_is() -> None:
    """A kind without a payload."""
    before, after = {"numResults": 25, "jobName": "a"}, {"numResults": 50, "jobName": "b"}
    found = explain_run(INFERENCE, a_run(after), a_run(before), frozenset(), values=True)
    assert found == ["request.numResults: 25 -> 50"]


def test_tag_takes_any_generation() -> None:
    """AWS takes few characters in a tag's value, and 256 of them."""
    inputs = {
        "generation": "größer & 'besser' " + "x" * 200,
        "period": "2026-W47",
        "code": {"sha256": "0123456789abcdef"},
        "watched": {"s3://bucket/_SUCCESS": "etag"},
    }
    text = describe_cause(inputs)
    assert text.startswith("generation=gr__er____besser__xxx")
    assert " period=2026-W47 code=01234567 watched=" in text
    assert len(text) <= 256
    assert describe_cause({"generation": 3.0}) == "generation=3"
    assert describe_cause({}) == ""
