"""Where a job whose call AWS refused stands in its file, and which of its fields AWS's words are about."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from components.stack.locate import find_path, locate
from components.wire import join_path
from tests.unit.jobfile.making import SERVICE_JOB, folder_of

ROLE = "arn:aws:iam::123456789012:role/Training"
REQUEST: dict[str, Any] = {
    "jobQueue": "training",
    "serviceRequestPayload": {
        "RoleArn": ROLE,
        "AlgorithmSpecification": {"TrainingInputMode": "File"},
        "Environment": {"TOKEN": "training"},
        "ResourceConfig": {"InstanceType": "ml.m5.xlarge", "InstanceCount": 1},
    },
    "tags": {"team": "growth"},
}
PAYLOAD = "request.serviceRequestPayload"


def inputs(name: str = "churn", **others: Any) -> dict[str, Any]:
    return {"identity": f"aws-jobs/prod/{name}", "name": name, "request": REQUEST, **others}


@pytest.mark.parametrize(
    ("words", "path"),
    [
        ("Job queue training does not exist", "request.jobQueue"),
        (
            "User: arn:aws:sts::1:assumed-role/a/b is not authorized to perform: batch:SubmitServiceJob on "
            "resource: arn:aws:batch:us-east-1:123456789012:job-queue/training",
            "request.jobQueue",
        ),
        (f"not authorized to perform: iam:PassRole on resource: {ROLE}", f"{PAYLOAD}.RoleArn"),
        (f"not authorized on {ROLE}-2", "request"),  # another role's name begins alike
        ("Instance type ml.m5.xlarge is not here", f"{PAYLOAD}.ResourceConfig.InstanceType"),
        ("1 validation error: Value at 'jobQueue' must not be null", "request.jobQueue"),
        (
            "1 validation error detected: Value null at 'resourceConfig.instanceType' failed to satisfy constraint: "
            "Member must not be null",
            f"{PAYLOAD}.ResourceConfig.InstanceType",
        ),
        ("The training job could not be read from its File", "request"),  # words, not values
        ("The service is tired", "request"),
    ],
)
def test_the_field_that_is_meant(words: str, path: str) -> None:
    """One whose value AWS repeats, with its name where the value is an everyday word; else the request."""
    assert join_path(find_path(inputs(), words)) == path


def test_a_secret_is_no_clue() -> None:
    """Where AWS's words and a secret are alike, nobody learns of it."""
    path = f"{PAYLOAD}.RoleArn"
    assert find_path(inputs(secretPaths=[path]), f"no {ROLE}") == ("request",)


@pytest.mark.parametrize(
    ("file", "text", "name", "location"),
    [
        ("churn", SERVICE_JOB, "churn", "jobs/churn.yaml:3:3"),
        ("other", f"name: churn\n{SERVICE_JOB}", "churn", "jobs/other.yaml:4:3"),
        (
            "churn",
            f"{SERVICE_JOB}    HyperParameters: {{eta: '${{matrix.eta}}'}}\nmatrix: {{eta: ['0.1', '0.3']}}\n",
            "churn-eta-0-3",
            "jobs/churn.yaml:3:3",
        ),
        (
            "churn",
            f"{SERVICE_JOB}stacks:\n  prod:\n    request:\n      jobQueue: training\n",
            "churn",
            "jobs/churn.yaml:13:7",
        ),
    ],
)
def test_a_job_is_found_in_its_file(
    tmp_path: Path, file: str, text: str, name: str, location: str
) -> None:
    """By its name, its file's or that of a matrix's cell; at the overlay's line where that says it."""
    folder_of(tmp_path, churn_2=SERVICE_JOB, **{file: text})
    assert locate(tmp_path, inputs(name), f"{name}: Job queue training does not exist") == (
        f"{location}: request.jobQueue: Job queue training does not exist"
    )


def test_a_key_that_the_sentence_is_about_is_said_once(tmp_path: Path) -> None:
    """What our own sentences begin with is a key of the file."""
    folder_of(tmp_path, churn=f"{SERVICE_JOB}adopt: 1a2b\n")
    assert locate(tmp_path, inputs(), "churn: adopt: AWS has no job 1a2b in us-east-1") == (
        "jobs/churn.yaml:10:1: adopt: AWS has no job 1a2b in us-east-1"
    )


def test_the_folder_is_that_of_the_stacks_settings(tmp_path: Path) -> None:
    (tmp_path / "jobs" / "prod").mkdir(parents=True)
    folder_of(tmp_path, prod__churn=SERVICE_JOB)
    (tmp_path / "Pulumi.prod.yaml").write_text("config:\n  aws-jobs:jobs: jobs/prod\n", "utf-8")
    assert locate(tmp_path, inputs(), "no").startswith("jobs/prod/churn.yaml:2:1: request: no")


@pytest.mark.parametrize("settings", ["", "config: [", "config: {aws-jobs:jobs: 3}", "[]"])
def test_without_a_file_the_sentence_stays_as_it_is(tmp_path: Path, settings: str) -> None:
    """As for a job of somebody's own program, or one whose file is gone."""
    (tmp_path / "Pulumi.prod.yaml").write_text(settings, "utf-8")
    assert locate(tmp_path, inputs(), "churn: no") == "churn: no"
    assert locate(tmp_path, {}, "churn: no") == "churn: no"
