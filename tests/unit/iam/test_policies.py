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
        documents.training(["lake"], ["jobs"], ACCOUNT, REGION, "aws"),
        documents.personalize(["lake"], ["jobs"], "aws"),
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
