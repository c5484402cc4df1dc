"""The policies of the workflow roles: what the Service Authorization Reference has, and no stack over another."""

from __future__ import annotations

import dataclasses
import json
from typing import Any

import pytest

from components import permissions
from components.kinds import KINDS
from components.permissions import Scope
from components.platform import documents
from tests.fakes.iam import Asked, allows, tagged
from tests.fakes.reference import find_problems, takes_resource

ACCOUNT, REGION = "123456789012", "us-east-1"
IDENTITY, RELEASED = "aws-jobs:identity", "aws-jobs:released"
ADOPTED = f"arn:aws:sagemaker:{REGION}:{ACCOUNT}:training-job/by-hand"
DATA_KEY = f"arn:aws:kms:{REGION}:{ACCOUNT}:key/data"
CODE_KEY = f"arn:aws:kms:{REGION}:{ACCOUNT}:key/code"
LAKE_KEY = "arn:aws:kms:eu-west-1:210987654321:key/lake"
PLAIN = Scope("aws-jobs", "prod")
FULL = Scope(
    "aws-jobs",
    "prod",
    ACCOUNT,
    REGION,
    roles=(f"arn:aws:iam::{ACCOUNT}:role/jobs/Training",),
    queues=("training",),
    watched=("s3://data/_SUCCESS",),
    inputs=("s3://lake/users/", "s3://lake/items.csv"),
    read_inputs=True,
    artifacts="s3://code/packed",
    state="s3://state/pulumi",
    adopted=(ADOPTED,),
    formerly=("aws-jobs/old/*",),
    secrets_provider="awskms://alias/jobs?region=eu-west-1&context_app=jobs",
    bucket_keys={"data": DATA_KEY, "code": CODE_KEY, "lake": LAKE_KEY, "unused": "unused"},
)
OURS, THEIRS = {IDENTITY: "aws-jobs/prod/churn"}, {IDENTITY: "aws-jobs/dev/churn"}
TAGGING = {
    f"arn:aws:batch:{REGION}:{ACCOUNT}:service-job/1": "batch:TagResource",
    f"arn:aws:personalize:{REGION}:{ACCOUNT}:batch-inference-job/a": "personalize:TagResource",
    f"arn:aws:personalize:{REGION}:{ACCOUNT}:batch-segment-job/a": "personalize:TagResource",
    f"arn:aws:sagemaker:{REGION}:{ACCOUNT}:transform-job/a": "sagemaker:AddTags",
    ADOPTED: "sagemaker:AddTags",
}


@pytest.mark.parametrize("scope", [PLAIN, FULL], ids=["plain", "full"])
@pytest.mark.parametrize("role", permissions.ROLES)
def test_the_reference_has_every_line_of_it(role: str, scope: Scope) -> None:
    """Each action is one, takes each of its resources and has each of its condition keys."""
    assert list(find_problems(permissions.make_policy(role, scope))) == []


@pytest.mark.parametrize(
    "document",
    [
        documents.training(["lake"], ["data"], ACCOUNT, REGION, "aws", FULL.bucket_keys),
        documents.personalize(["lake"], ["data"], "aws", FULL.bucket_keys),
    ],
    ids=["training", "personalize"],
)
def test_the_reference_has_every_line_of_a_jobs_role(document: dict[str, Any]) -> None:
    """The same for what the platform's roles may do."""
    assert list(find_problems(document)) == []


JOB = f"arn:aws:batch:{REGION}:{ACCOUNT}:service-job/*"


@pytest.mark.parametrize(
    ("action", "resources", "condition", "problem"),
    [
        ("batch:EndServiceJob", [JOB], {}, "is no action"),
        ("nothing:Describe", ["*"], {}, "is no action"),
        ("personalize:ListSolutionVersions", ["arn:x"], {}, "takes no resource, not arn:x"),
        ("batch:TerminateServiceJob", ["*"], {}, "takes no *; it takes service-job"),
        ("batch:SubmitServiceJob", [JOB], {}, "needs a job-queue"),
        (
            "batch:TerminateServiceJob",
            [JOB],
            {"StringLike": {"aws:RequestTag/team": "a"}},
            "has no key aws:RequestTag/team",
        ),
    ],
)
def test_what_the_reference_does_not_have_is_found(
    action: str, resources: list[str], condition: dict[str, Any], problem: str
) -> None:
    """The check finds each kind of mistake."""
    statement = {"Sid": "A", "Action": [action], "Resource": resources, "Condition": condition}
    assert f"A: {action} {problem}" in list(find_problems({"Statement": [statement]}))


def test_it_fits_into_a_role() -> None:
    """A role's inline policies have 10,240 characters in all, without white space.

    https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html
    """
    document = permissions.make_policy("deploy", FULL)
    assert len(json.dumps(document, separators=(",", ":"))) < 10_240


@pytest.mark.parametrize("role", permissions.ROLES)
def test_the_latest_solution_version_may_be_asked_for(role: str) -> None:
    """`${personalize.latest()}` lists solution versions; AWS takes no resource for that."""
    assert allows(permissions.make_policy(role, FULL), Asked("personalize:ListSolutionVersions"))


def may_tag(arn: str, carries: dict[str, str], asked: dict[str, str], scope: Scope = FULL) -> bool:
    """Whether the deploy role may put tags on a run that carries some."""
    action = TAGGING[arn]
    context = {**tagged("aws:ResourceTag", carries), **tagged("aws:RequestTag", asked)}
    resource = arn if takes_resource(action) else "*"
    return allows(permissions.make_policy("deploy", scope), Asked(action, resource, context))


EACH = pytest.mark.parametrize("arn", TAGGING, ids=lambda arn: arn.split(":")[5].split("/")[0])


@EACH
def test_another_stacks_run_cannot_be_claimed(arn: str) -> None:
    """Whoever could put its identity on it could then terminate it."""
    assert not may_tag(arn, THEIRS, OURS)
    assert not may_tag(arn, THEIRS, {RELEASED: "2026-11-01T00:00:00Z"})
    assert not may_tag(arn, THEIRS, {"team": "growth"})


@EACH
def test_nobodys_and_released_runs_can_be_claimed(arn: str) -> None:
    """`adopt:` takes what carries no identity, or what its stack has released."""
    assert may_tag(arn, {"team": "growth"}, OURS)
    assert may_tag(arn, {**THEIRS, RELEASED: "2026-11-01T00:00:00Z"}, OURS)
    assert not may_tag(arn, {}, THEIRS)
    assert not may_tag(arn, {}, {"team": "growth"})


@EACH
def test_a_run_of_ours_is_tagged_but_not_given_away(arn: str) -> None:
    """A job's new name and its other tags may be written; another stack would adopt what carries its identity."""
    assert may_tag(arn, OURS, {IDENTITY: "aws-jobs/prod/renamed"})
    assert may_tag(arn, OURS, {RELEASED: "2026-11-01T00:00:00Z"})
    assert not may_tag(arn, OURS, THEIRS)


@EACH
def test_a_renamed_stack_may_claim_its_former_runs_where_it_says_so(arn: str) -> None:
    """`jobctl iam --formerly old`; without it they are another stack's."""
    former = {IDENTITY: "aws-jobs/old/churn"}
    assert may_tag(arn, former, OURS)
    assert not may_tag(arn, former, OURS, dataclasses.replace(FULL, formerly=()))
    assert not may_tag(arn, former, {"team": "growth"})


def test_a_training_job_that_no_job_file_names_cannot_be_claimed() -> None:
    """SageMaker's jobs are the account's, by hand or by others."""
    assert not may_tag(ADOPTED, {}, OURS, dataclasses.replace(FULL, adopted=()))


@pytest.mark.parametrize("kind", KINDS.values(), ids=list(KINDS))
def test_another_stacks_run_cannot_be_ended_or_changed(kind: Any) -> None:
    """Terminate, update and untag need this stack's identity on the run."""
    document = permissions.make_policy("deploy", FULL)
    arn = kind.record.arn.format(partition="aws", region=REGION, account=ACCOUNT, id="a", name="a")
    calls = [kind.tags.remove, *kind.request.in_place.values()]
    for call in [*calls, *([kind.terminate] if kind.terminate else [])]:
        action = f"{kind.service}:{call.operation}"
        resource = arn if takes_resource(action) else "*"
        assert allows(document, Asked(action, resource, tagged("aws:ResourceTag", OURS)))
        assert not allows(document, Asked(action, resource, tagged("aws:ResourceTag", THEIRS)))
        assert not allows(document, Asked(action, resource))


KEY_ID = "1234abcd-12ab-34cd-56ef-1234567890ab"
IN_OTHER_ACCOUNT = f"arn:aws:kms:eu-west-1:210987654321:key/{KEY_ID}"


@pytest.mark.parametrize(
    ("url", "key", "context"),
    [
        (
            f"awskms://{KEY_ID}?region=eu-west-1",
            f"arn:aws:kms:eu-west-1:{ACCOUNT}:key/{KEY_ID}",
            {},
        ),
        (f"awskms://{KEY_ID}", f"arn:aws:kms:{REGION}:{ACCOUNT}:key/{KEY_ID}", {}),
        (f"awskms:///{IN_OTHER_ACCOUNT}?awssdk=v2", IN_OTHER_ACCOUNT, {}),
        (
            f"awskms://{KEY_ID}?context_app=jobs",
            f"arn:aws:kms:{REGION}:{ACCOUNT}:key/{KEY_ID}",
            {"kms:EncryptionContext:app": "jobs"},
        ),
        (
            "awskms://alias/jobs",
            f"arn:aws:kms:{REGION}:{ACCOUNT}:key/any",
            {"kms:ResourceAliases": "alias/jobs"},
        ),
        (
            "awskms:///arn:aws:kms:eu-west-1:210987654321:alias/jobs",
            "arn:aws:kms:eu-west-1:210987654321:key/any",
            {"kms:ResourceAliases": "alias/jobs"},
        ),
    ],
)
def test_the_key_of_the_stacks_secrets_may_decrypt(
    url: str, key: str, context: dict[str, str]
) -> None:
    """Each way in which Pulumi takes a key: that key alone, with what the URL says of it. A preview needs none."""
    scope = dataclasses.replace(FULL, secrets_provider=url)
    assert not allows(permissions.make_policy("preview", scope), Asked("kms:Decrypt", key, context))
    document = permissions.make_policy("deploy", scope)
    assert list(find_problems(document)) == []
    assert allows(document, Asked("kms:Decrypt", key, context))
    assert not allows(document, Asked("kms:Decrypt", key.replace("key/", "key/other-"), {}))
    for name in context:
        assert not allows(document, Asked("kms:Decrypt", key, {name: "other"}))


@pytest.mark.parametrize("url", ["", "passphrase", "gcpkms://projects/p/x", "azurekeyvault://v/k"])
def test_without_a_kms_key_there_is_no_leave_to_decrypt(url: str) -> None:
    """A passphrase, or another cloud's key, is none of IAM's."""
    scope = dataclasses.replace(FULL, secrets_provider=url, bucket_keys={})
    assert "kms:" not in json.dumps(permissions.make_policy("deploy", scope))


@pytest.mark.parametrize(
    ("role", "key", "operations"),
    [
        ("preview", DATA_KEY, {"Decrypt"}),
        ("preview", LAKE_KEY, {"Decrypt"}),
        ("preview", CODE_KEY, set()),
        ("deploy", DATA_KEY, {"Decrypt"}),
        ("deploy", CODE_KEY, {"Decrypt", "GenerateDataKey"}),
    ],
)
def test_a_buckets_key_is_used_as_the_bucket_is(role: str, key: str, operations: set[str]) -> None:
    """Decrypt to read, GenerateDataKey besides to write; through S3 of the key's region, and not by itself."""
    document = permissions.make_policy(role, FULL)
    through = {"kms:ViaService": f"s3.{key.split(':')[3]}.amazonaws.com"}
    may = {
        operation
        for operation in ("Decrypt", "GenerateDataKey", "Encrypt")
        if allows(document, Asked(f"kms:{operation}", key, through))
    }
    assert may == operations
    assert not allows(document, Asked("kms:Decrypt", key))


def statements_about_keys(document: dict[str, Any]) -> dict[str, Any]:
    return {"Statement": [each for each in document["Statement"] if "kms:" in str(each["Action"])]}


def test_a_training_job_uses_its_buckets_keys_through_s3() -> None:
    """Decrypt for all its buckets, GenerateDataKey for those that it writes."""
    training = documents.training(["lake"], ["data"], ACCOUNT, REGION, "aws", FULL.bucket_keys)
    document = statements_about_keys(training)
    here = {"kms:ViaService": f"s3.{REGION}.amazonaws.com"}
    there = {"kms:ViaService": "s3.eu-west-1.amazonaws.com"}
    assert allows(document, Asked("kms:Decrypt", LAKE_KEY, there))
    assert allows(document, Asked("kms:Decrypt", DATA_KEY, here))
    assert allows(document, Asked("kms:GenerateDataKey", DATA_KEY, here))
    assert not allows(document, Asked("kms:GenerateDataKey", LAKE_KEY, there))
    assert not allows(document, Asked("kms:Decrypt", CODE_KEY, here))
    assert not allows(document, Asked("kms:Decrypt", DATA_KEY))


def test_personalize_uses_its_buckets_keys_itself() -> None:
    """The four calls that its guide names, on the keys of its buckets alone."""
    document = documents.personalize(["lake"], ["data"], "aws", FULL.bucket_keys)
    (statement,) = statements_about_keys(document)["Statement"]
    assert statement["Action"] == [
        "kms:Decrypt",
        "kms:DescribeKey",
        "kms:GenerateDataKey",
        "kms:ListGrants",
    ]
    assert statement["Resource"] == [LAKE_KEY, DATA_KEY]
    assert not statements_about_keys(documents.personalize(["a"], [], "aws", {}))["Statement"]


def test_s3_of_china_has_another_name() -> None:
    """`kms:ViaService` is the service's host name: https://docs.aws.amazon.com/kms/latest/developerguide/conditions-kms.html"""
    key = f"arn:aws-cn:kms:cn-north-1:{ACCOUNT}:key/data"
    (statement,) = permissions.allow_objects({"data": key}, ["data"], [])
    assert statement["Condition"] == {
        "StringEquals": {"kms:ViaService": "s3.cn-north-1.amazonaws.com.cn"}
    }
