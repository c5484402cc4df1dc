"""`examples/own-program`: a job in a Pulumi program of one's own, with that program's role and bucket."""

from __future__ import annotations

import runpy
from functools import cache
from pathlib import Path
from typing import Any

from pulumi.output import Unknown

from tests.unit.platform.recording import Registry, run

PROGRAM = Path(__file__).resolve().parents[3] / "examples" / "own-program" / "__main__.py"
CALLER = {"aws:index/getCallerIdentity:getCallerIdentity": {"accountId": "123456789012"}}
SERVICE_JOB = "pulumi-python:dynamic/aws-jobs:ServiceJob"


@cache
def ran(preview: bool) -> Registry:
    return run(
        lambda: runpy.run_path(str(PROGRAM)) and None,
        preview=preview,
        calls=CALLER,
        project="churn",
        stack="prod",
    )


def payload(found: Registry) -> dict[str, Any]:
    inner: dict[str, Any] = found.one(SERVICE_JOB).inputs["request"]["serviceRequestPayload"]
    return inner


def test_the_first_preview_does_not_know_role_and_bucket() -> None:
    """Unknown leaf by leaf: the rest of the request can be read."""
    found = payload(ran(True))
    assert isinstance(found["RoleArn"], Unknown)
    assert isinstance(found["OutputDataConfig"]["S3OutputPath"], Unknown)
    assert found["ResourceConfig"] == {
        "InstanceType": "ml.m5.xlarge",
        "InstanceCount": 1,
        "VolumeSizeInGB": 30,
    }


def test_the_job_is_submitted_with_what_became_of_them() -> None:
    """Their outputs, in one `up`."""
    found = payload(ran(False))
    assert found["RoleArn"] == "arn:aws:iam::123456789012:role/training-0a1b2c3"
    assert found["OutputDataConfig"] == {"S3OutputPath": "s3://models-0a1b2c3/models/"}
    [channel] = found["InputDataConfig"]
    assert channel["DataSource"]["S3DataSource"]["S3Uri"] == "s3://models-0a1b2c3/churn/train/"


def test_the_job_waits_for_role_policy_and_bucket() -> None:
    """A role without its policy would fail the training job."""
    assert {
        "aws:iam/role:Role::training",
        "aws:iam/rolePolicy:RolePolicy::training",
        "aws:s3/bucket:Bucket::models",
    } <= ran(False).one(SERVICE_JOB).waits_for


def test_its_identity_is_the_programs() -> None:
    """Project, stack and name: by this its runs are found again."""
    inputs = ran(False).one(SERVICE_JOB).inputs
    assert inputs["identity"] == "churn/prod/churn"
    assert inputs["region"] == "us-east-1"


def test_it_exports_what_comes_of_it() -> None:
    """The bucket, the job and where the results lie."""
    assert set(ran(False).outputs) >= {"bucket", "job", "results"}
