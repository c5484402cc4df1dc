"""The platform in the program: declared before the jobs, its outputs in their leaves, not there unless asked for."""

from __future__ import annotations

from typing import Any

import pulumi
import pytest
from pulumi.output import Unknown
from pulumi.runtime import rpc

from tests.unit.platform.recording import Registry
from tests.unit.platform.stack import ASKED, JOB, PLAIN, ROLE, SERVICE_JOB, Run


def payload(found: Registry, name: str = "churn") -> dict[str, Any]:
    request = found.one(SERVICE_JOB, name).inputs["request"]
    inner: dict[str, Any] = rpc.unwrap_rpc_secret(request)["serviceRequestPayload"]
    return inner


def test_outputs_stand_in_the_leaves_that_refer_to_them(go: Run) -> None:
    """A whole leaf, and part of a text; the rest of the request is as the file has it."""
    found = payload(go({"churn.yaml": JOB}))
    assert found["RoleArn"] == ROLE
    assert found["OutputDataConfig"] == {"S3OutputPath": "s3://acme-jobs/models/dev/"}
    assert found["ResourceConfig"]["InstanceType"] == "ml.m5.xlarge"


def test_a_job_waits_for_the_parts_that_it_refers_to_and_for_no_other(go: Run) -> None:
    """The role's policy and the bucket's too, in one `up`; a budget that fails stops no job."""
    asked = {**ASKED, "budget": {"monthly": 5, "emails": ["a@b.c"]}}
    job = go({"churn.yaml": JOB}, asked).one(SERVICE_JOB)
    assert {
        "aws:iam/role:Role::training",
        "aws:iam/rolePolicy:RolePolicy::training",
        "aws:s3/bucketPolicy:BucketPolicy::bucket",
    } <= job.waits_for
    assert not any("budget" in waited for waited in job.waits_for)


def test_a_job_that_refers_to_nothing_waits_for_nothing(go: Run) -> None:
    """It is submitted beside the platform."""
    job = go({"plain.yaml": PLAIN}).one(SERVICE_JOB)
    assert {waited for waited in job.waits_for if "aws" in waited} == set()


def test_before_it_exists_a_preview_shows_unknown_leaves_and_the_rest(go: Run) -> None:
    """An ARN that is not there yet passes validation as unknown, not as the text `${platform.trainingRoleArn}`."""
    found = go({"churn.yaml": JOB}, preview=True)
    inner = payload(found)
    assert isinstance(inner["RoleArn"], Unknown)
    assert inner["ResourceConfig"]["InstanceType"] == "ml.m5.xlarge"
    assert "${platform" not in str(found.one(SERVICE_JOB).inputs)


def test_a_secret_beside_an_output_stays_a_secret(go: Run) -> None:
    """One leaf may be both."""
    text = JOB.replace(
        "    StoppingCondition",
        '    Environment: {TOKEN: "${config.token}@${platform.bucket}"}\n    StoppingCondition',
    )
    inputs = go({"churn.yaml": text}).one(SERVICE_JOB).inputs
    assert rpc.is_rpc_secret(inputs["request"])
    inner = rpc.unwrap_rpc_secret(inputs["request"])["serviceRequestPayload"]
    assert inner["Environment"] == {"TOKEN": "hunter22@acme-jobs"}
    assert inputs["secretPaths"] == ["request.serviceRequestPayload.Environment.TOKEN"]


def test_the_outputs_are_exported_under_a_name_that_no_job_can_have(go: Run) -> None:
    """`pulumi stack output aws-jobs:platform`: the workflows' role ARNs are read off there."""
    found = go({"churn.yaml": JOB})
    assert found.outputs["aws-jobs:platform"] == {
        "bucket": "acme-jobs",
        "bucketArn": "arn:aws:s3:::acme-jobs",
        "trainingRoleArn": ROLE,
    }


def test_an_output_that_there_is_not_is_an_error_with_its_place(go: Run) -> None:
    """Found before anything is registered, with what there is instead."""
    text = JOB.replace("platform.trainingRoleArn", "platform.trainRoleArn")
    with pytest.raises(pulumi.RunError) as caught:
        go({"churn.yaml": text})
    assert str(caught.value) == (
        "jobs/churn.yaml:5:5: request.serviceRequestPayload.RoleArn: `${platform.trainRoleArn}`: this stack's "
        "platform has no such output; it has bucket, bucketArn, trainingRoleArn"
    )


def test_without_a_platform_a_reference_is_an_error_that_says_how_to_get_one(go: Run) -> None:
    """It never reaches AWS as text."""
    with pytest.raises(pulumi.RunError) as caught:
        go({"churn.yaml": JOB}, None)
    first, second = str(caught.value).splitlines()
    assert first.startswith("jobs/churn.yaml:5:5: request.serviceRequestPayload.RoleArn: ")
    assert "does not configure `aws-jobs:platform`; add it to Pulumi.dev.yaml" in first
    assert second.startswith("jobs/churn.yaml:7:24: ")


def test_a_reference_of_the_wrong_kind_is_found_before_there_is_a_role(go: Run) -> None:
    """Names are fixed, so what an output is going to be is validated already: a bucket's name is no role's ARN."""
    text = JOB.replace("${platform.trainingRoleArn}", "${platform.bucket}")
    with pytest.raises(pulumi.RunError, match="request.serviceRequestPayload.RoleArn: `acme-jobs`"):
        go({"churn.yaml": text}, preview=True)


def test_what_is_wrong_with_the_platform_is_said_in_one_sentence(go: Run) -> None:
    """As for a job file."""
    with pytest.raises(pulumi.RunError, match="aws-jobs:platform.bucket: `name` is missing"):
        go({"churn.yaml": PLAIN}, {"bucket": {}})
