"""The least permissions: what the documents say, and that everything works with nothing else allowed."""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path
from typing import Any

import pytest

from components import permissions
from components.kinds import KINDS, Call, Kind, Link
from components.kinds.parts import Logs
from components.kinds.personalize.table import make_kind
from components.permissions import Scope
from components.platform.documents import github_trust
from tests.conftest import ROOT, Workspace
from tests.end_to_end import jobs
from tests.end_to_end.test_changes import client
from tests.end_to_end.test_kinds import read_sample

SAMPLES = ROOT / "examples" / "jobs"

SCOPE = Scope(
    project="aws-jobs",
    stack="prod",
    account="123456789012",
    region="us-east-1",
    roles=("arn:aws:iam::123456789012:role/SageMakerExecutionRole",),
    queues=("training",),
    watched=("s3://data/_SUCCESS",),
    artifacts="s3://code/packed",
    state="s3://state/pulumi",
)


def actions(role: str, scope: Scope = SCOPE) -> set[str]:
    statements = permissions.make_policy(role, scope)["Statement"]
    return {action for statement in statements for action in statement["Action"]}


def of(role: str, action: str) -> list[dict[str, Any]]:
    """The statements that allow an action."""
    statements = permissions.make_policy(role, SCOPE)["Statement"]
    return [statement for statement in statements if action in statement["Action"]]


def test_a_preview_may_only_read() -> None:
    """The preview role has exactly these actions, none of which changes anything."""
    assert actions("preview") == {
        "batch:DescribeJobQueues",
        "batch:DescribeSchedulingPolicies",
        "batch:DescribeServiceEnvironments",
        "batch:DescribeServiceJob",
        "batch:GetJobQueueSnapshot",
        "batch:ListQuotaShares",
        "batch:ListServiceJobs",
        "batch:ListTagsForResource",
        "iam:GetRole",
        "personalize:DescribeBatchInferenceJob",
        "personalize:DescribeBatchSegmentJob",
        "personalize:DescribeFilter",
        "personalize:DescribeSolutionVersion",
        "personalize:ListBatchInferenceJobs",
        "personalize:ListBatchSegmentJobs",
        "personalize:ListSolutionVersions",
        "personalize:ListTagsForResource",
        "s3:GetObject",
        "s3:ListBucket",
        "sagemaker:DescribeModel",
        "sagemaker:DescribeTrainingJob",
        "sagemaker:DescribeTransformJob",
        "sagemaker:ListTags",
        "sagemaker:ListTrainingJobs",
        "sagemaker:ListTransformJobs",
        "sagemaker:Search",
    }


def test_a_deployment_may_also_submit_tag_and_end() -> None:
    """The deploy role has these actions besides; it also reads the logs of what it has submitted."""
    assert actions("deploy") - actions("preview") == {
        "batch:SubmitServiceJob",
        "batch:TagResource",
        "batch:TerminateServiceJob",
        "batch:UntagResource",
        "batch:UpdateServiceJob",
        "iam:PassRole",
        "logs:DescribeLogStreams",
        "logs:GetLogEvents",
        "personalize:CreateBatchInferenceJob",
        "personalize:CreateBatchSegmentJob",
        "personalize:TagResource",
        "personalize:UntagResource",
        "s3:DeleteObject",
        "s3:PutObject",
        "sagemaker:AddTags",
        "sagemaker:CreateTransformJob",
        "sagemaker:DeleteTags",
        "sagemaker:StopTrainingJob",
        "sagemaker:StopTransformJob",
    }


def test_a_reader_may_also_read_logs_and_results() -> None:
    """The role `read` changes nothing; beside what a preview reads it has logs, and the objects of the jobs alone."""
    assert actions("read") - actions("preview") == {"logs:DescribeLogStreams", "logs:GetLogEvents"}
    scope = dataclasses.replace(SCOPE, outputs=("s3://models/churn",), inputs=("s3://lake/users/",))
    read = permissions.make_policy("read", scope)["Statement"]
    objects = {each["Sid"]: each["Resource"] for each in read if "s3:GetObject" in each["Action"]}
    assert objects == {
        "ReadWatched": ["arn:aws:s3:::data/_SUCCESS"],
        "ReadInputs": ["arn:aws:s3:::lake/users/*"],
        "ReadResults": ["arn:aws:s3:::models/churn*"],
        "State": ["arn:aws:s3:::state/pulumi/*"],
    }


@pytest.mark.parametrize(
    "action", ["batch:TerminateServiceJob", "batch:UpdateServiceJob", "batch:UntagResource"]
)
def test_only_runs_of_this_stack_are_touched(action: str) -> None:
    """Ending or changing a run needs the tag that says whose it is."""
    assert [statement["Condition"] for statement in of("deploy", action)] == [
        {"StringLike": {"aws:ResourceTag/aws-jobs:identity": "aws-jobs/prod/*"}}
    ]
    assert [statement["Resource"] for statement in of("deploy", action)] == [
        ["arn:aws:batch:us-east-1:123456789012:service-job/*"]
    ]


@pytest.mark.parametrize("action", ["sagemaker:StopTrainingJob", "sagemaker:AddTags"])
def test_only_training_jobs_of_this_stack_are_stopped_or_marked(action: str) -> None:
    """Where no job file adopts a training job, this stack's tag is needed for either."""
    training = "arn:aws:sagemaker:us-east-1:123456789012:training-job/*"
    (statement,) = (each for each in of("deploy", action) if training in each["Resource"])
    assert statement["Condition"]["StringLike"] == {
        "aws:ResourceTag/aws-jobs:identity": "aws-jobs/prod/*"
    }


def test_an_adopted_training_job_may_be_claimed_and_no_other() -> None:
    """A training job carries no tag of ours before it is adopted: only the ones that job files name get one."""
    arn = "arn:aws:sagemaker:us-east-1:123456789012:training-job/by-hand"
    batch = "arn:aws:batch:us-east-1:123456789012:service-job/0"
    named = permissions.find_linked_runs([None, "0", batch, arn, arn])
    assert named == (arn,)
    scope = dataclasses.replace(SCOPE, adopted=named)
    statements = permissions.make_policy("deploy", scope)["Statement"]
    assert {each["Sid"] for each in statements if arn in each["Resource"]} == {
        "ClaimSagemaker",
        "ClaimReleasedSagemaker",
    }


def calls_of(part: Any, service: str) -> set[str]:
    """Every operation in a kind's table, in all its parts; those of a link are its own service's."""
    if isinstance(part, Call):
        return {f"{service}:{part.operation}"}
    if isinstance(part, dict):
        return set().union(*(calls_of(value, service) for value in part.values()))
    if not dataclasses.is_dataclass(part):
        return set()
    own = part.service if isinstance(part, Kind | Link | Logs) else service
    values = [getattr(part, field.name) for field in dataclasses.fields(part)]
    return set().union(*(calls_of(value, own) for value in values))


@pytest.mark.parametrize("kind", KINDS.values(), ids=lambda kind: kind.name)
def test_no_operation_of_a_kind_is_without_its_action(kind: Kind) -> None:
    """Whatever a kind's table can make the lifecycle call, the deploy role may call. With which resources and tags:
    `tests.fakes.aws` judges every call of the lifecycle's tests by this policy."""
    found = calls_of(kind, kind.service)
    assert len(found) > 6
    assert found - actions("deploy") == set()


def test_a_submission_goes_to_the_files_queues_and_says_whose_it_is() -> None:
    """SubmitServiceJob is allowed for the queues of the job files, with this stack's identity among the tags."""
    (statement,) = of("deploy", "batch:SubmitServiceJob")
    assert statement["Resource"] == [
        "arn:aws:batch:us-east-1:123456789012:job-queue/training",
        "arn:aws:batch:us-east-1:123456789012:job-queue/training/quota-share/*",
        "arn:aws:batch:us-east-1:123456789012:service-job/*",
    ]
    assert statement["Condition"] == {
        "StringLike": {"aws:RequestTag/aws-jobs:identity": "aws-jobs/prod/*"}
    }


def test_roles_are_passed_to_the_services_that_take_them() -> None:
    """iam:PassRole names the job files' roles and the two services."""
    (statement,) = of("deploy", "iam:PassRole")
    assert statement["Resource"] == ["arn:aws:iam::123456789012:role/SageMakerExecutionRole"]
    assert statement["Condition"] == {
        "StringEquals": {
            "iam:PassedToService": ["personalize.amazonaws.com", "sagemaker.amazonaws.com"]
        }
    }


def test_inputs_are_looked_for_and_read_only_where_the_stack_says_so() -> None:
    """s3:ListBucket is for buckets of inputs and outputs too; s3:GetObject of inputs needs `aws-jobs:readInputs`."""
    scope = Scope("aws-jobs", "prod", inputs=("s3://lake/users/",), outputs=("s3://models/",))
    (statement,) = permissions.make_policy("preview", scope)["Statement"][-1:]
    assert (statement["Action"], statement["Resource"]) == (
        ["s3:ListBucket"],
        ["arn:aws:s3:::lake", "arn:aws:s3:::models"],
    )
    assert "s3:GetObject" not in actions("preview", scope)
    reading = dataclasses.replace(scope, read_inputs=True)
    resources = [
        statement["Resource"]
        for statement in permissions.make_policy("preview", reading)["Statement"]
        if statement["Action"] == ["s3:GetObject"]
    ]
    assert resources == [["arn:aws:s3:::lake/users/*"]]


def test_everything_is_allowed_only_where_aws_takes_nothing_else() -> None:
    """Resource `*` stands where AWS takes no resource; what changes something there is bound to tags."""
    wide = [
        statement
        for statement in permissions.make_policy("deploy", SCOPE)["Statement"]
        if "*" in statement["Resource"]
    ]
    assert [statement["Action"] for statement in wide if "Condition" not in statement] == [
        [
            "batch:DescribeJobQueues",
            "batch:DescribeSchedulingPolicies",
            "batch:DescribeServiceEnvironments",
            "batch:DescribeServiceJob",
            "batch:ListServiceJobs",
            "personalize:ListBatchInferenceJobs",
            "personalize:ListBatchSegmentJobs",
            "personalize:ListSolutionVersions",
            "personalize:ListTagsForResource",
            "sagemaker:ListTrainingJobs",
            "sagemaker:ListTransformJobs",
            "sagemaker:Search",
        ]
    ]
    bound = {action for each in wide if "Condition" in each for action in each["Action"]}
    assert bound == {"personalize:TagResource", "personalize:UntagResource"}


def test_a_new_kind_brings_its_actions(monkeypatch: pytest.MonkeyPatch) -> None:
    """A kind that is added to the table is in the policies, with its own ARN and service."""
    other = make_kind("BatchScoreJob", "a batch job that there is not")
    monkeypatch.setitem(KINDS, other.name, other)
    (submit,) = of("deploy", "personalize:CreateBatchScoreJob")
    assert "arn:aws:personalize:us-east-1:123456789012:batch-score-job/*" in submit["Resource"]
    assert {"personalize:DescribeBatchScoreJob", "personalize:ListBatchScoreJobs"} <= actions(
        "preview"
    )


def test_statements_are_told_apart() -> None:
    """Statement ids are unique and of letters and digits, as IAM wants them."""
    ids = [statement["Sid"] for statement in permissions.make_policy("deploy", SCOPE)["Statement"]]
    assert len(ids) == len(set(ids))
    assert all(sid.isalnum() for sid in ids)


def test_only_one_environment_of_the_repository_takes_a_role() -> None:
    """The deploy role trusts the tokens of the environment `production` of this repository, and no branch."""
    statement = github_trust("acme/jobs", "production", SCOPE.account, SCOPE.partition)[
        "Statement"
    ][0]
    assert statement["Condition"]["StringEquals"] == {
        "token.actions.githubusercontent.com:aud": "sts.amazonaws.com",
        "token.actions.githubusercontent.com:sub": "repo:acme/jobs:environment:production",
    }


def allow(workspace: Workspace, role: str) -> None:
    status, _ = workspace.emulator.control.handle(
        "POST", "/_emulator/deny", {"except": sorted(actions(role))}
    )
    assert status == 200


def called(workspace: Workspace) -> set[str]:
    calls = workspace.emulator.control.calls
    return {f"{call['service']}:{call['operation']}" for call in calls}


def test_a_life_with_nothing_else_allowed(workspace: Workspace) -> None:
    """Submitting, changing in place, running again, ending and letting go work with the deploy role's actions alone,
    and every action about jobs that changes something was needed."""
    allow(workspace, "deploy")
    workspace.write("churn.json", jobs.service(schedulingPriority=1, **FAIR))
    workspace.write("users.json", jobs.inference())
    workspace.write("segment.json", read_sample(SAMPLES / "segment-users.yaml"))
    score = {**read_sample(SAMPLES / "score-churn.yaml"), "onDelete": "terminate"}
    workspace.write("score.json", score)
    workspace.deployed()
    score["request"]["Tags"] = [{"Key": "cost", "Value": "1"}]
    workspace.write("score.json", score)
    changed = jobs.service(schedulingPriority=5, tags={"cost": "1"}, **FAIR)
    workspace.write("churn.json", changed)
    workspace.write("users.json", jobs.inference(tags=[{"tagKey": "a", "tagValue": "b"}]))
    workspace.deployed()
    workspace.write("users.json", jobs.inference())
    workspace.write("churn.json", jobs.service(schedulingPriority=5, tags=None, **FAIR))
    workspace.deployed()
    run = workspace.jobs()["churn"]["jobId"]
    workspace.emulator.control.handle("POST", f"/_emulator/jobs/{run}", {"status": "RUNNING"})
    again = {**jobs.service(**FAIR), "generation": 2, "onReplace": "terminate"}
    workspace.write("churn.json", again)
    workspace.deployed()
    name = workspace.jobs()["score"]["jobName"]
    workspace.emulator.control.handle("POST", f"/_emulator/jobs/{name}", {"status": "InProgress"})
    gone = workspace.jobctl("destroy", "-s", "local", "--yes")
    assert gone.code == 0, gone.text
    changing = {
        action
        for action in actions("deploy") - actions("preview")
        # a training job is stopped where it was adopted: see the next test
        if not action.startswith(("iam:", "logs:", "s3:")) and action != "sagemaker:StopTrainingJob"
    }
    assert changing - called(workspace) == set()


def test_a_training_job_of_someone_else_is_adopted_and_ended(workspace: Workspace) -> None:
    """`adopt` with a training job's ARN, and `onDelete: terminate` later, need nothing else either."""
    arn = "arn:aws:sagemaker:us-east-1:123456789012:training-job/by-hand"
    workspace.emulator.control.handle("POST", "/_emulator/pace", {"running": None})
    request = {**jobs.payload(jobs.service()), "TrainingJobName": "by-hand"}
    client(workspace, "sagemaker").create_training_job(**request)
    allow(workspace, "deploy")
    workspace.write("churn.json", {**jobs.service(), "adopt": arn, "onDelete": "terminate"})
    workspace.deployed()
    assert workspace.submissions() == 0
    gone = workspace.jobctl("destroy", "-s", "local", "--yes")
    assert gone.code == 0, gone.text
    assert len(workspace.calls("sagemaker:StopTrainingJob")) == 1
    printed = workspace.jobctl("iam", "-s", "local", "--role", "deploy")
    (claims,) = [each for each in printed.json["Statement"] if each["Sid"] == "ClaimSagemaker"]
    assert arn in claims["Resource"]


FAIR = {"jobQueue": "training-fair", "shareIdentifier": "research"}


def test_a_preview_with_nothing_else_allowed(workspace: Workspace) -> None:
    """A plan of existing and new jobs needs the preview role's actions alone, without a warning; `up` is refused."""
    workspace.write("churn.json", jobs.service())
    workspace.write("users.json", jobs.inference())
    workspace.deployed()
    allow(workspace, "preview")
    workspace.write("fresh.json", jobs.service())
    planned = workspace.jobctl("plan", "-s", "local", "--format", "json")
    assert planned.code == 0, planned.text
    assert planned.json["counts"]["submit"] == 1
    assert [warning for warning in planned.json["warnings"] if "lacks" in warning] == []
    refused = workspace.up()
    assert refused.code != 0
    assert "jobs/fresh.json:1:24: request: AWS denies batch:SubmitServiceJob" in refused.text


def test_looking_on_with_nothing_else_allowed(workspace: Workspace, tmp_path: Path) -> None:
    """`logs` and `results` need the actions of the role `read` alone."""
    workspace.write("churn.json", jobs.service())
    workspace.write("users.json", jobs.inference())
    workspace.deployed()
    workspace.emulator.advance(60)
    allow(workspace, "read")
    logs = workspace.jobctl("logs", "churn", "-s", "local")
    assert (logs.code, "Model artifact written" in logs.stdout) == (0, True)
    results = workspace.jobctl("results", "users", "-s", "local", "-o", str(tmp_path / "out"))
    assert (results.code, "30 in, 30 out" in results.stdout) == (0, True)


def test_the_role_of_people_has_no_environment(workspace: Workspace) -> None:
    """A workflow has it only where its environment is named."""
    words = ("iam", "-s", "local", "--role", "read", "--trust", "acme/jobs")
    refused = workspace.jobctl(*words)
    assert (refused.code, "name its --environment" in refused.stderr) == (1, True)
    assert workspace.jobctl(*words, "--environment", "look").code == 0


def test_the_command_prints_a_document_that_iam_takes(workspace: Workspace) -> None:
    """`jobctl iam` takes account, region, queues and roles from the stack and its job files."""
    workspace.write("churn.json", jobs.service())
    printed = workspace.jobctl("iam", "-s", "local", "--role", "deploy")
    assert printed.code == 0, printed.text
    text = json.dumps(printed.json)
    assert "arn:aws:batch:us-east-1:123456789012:job-queue/training" in text
    assert "arn:aws:iam::123456789012:role/SageMakerExecutionRole" in text
    assert "aws-jobs/local/*" in text
    trusted = workspace.jobctl("iam", "-s", "local", "--role", "preview", "--trust", "acme/jobs")
    assert "repo:acme/jobs:environment:preview" in trusted.stdout


def test_the_deploy_role_trusts_the_environment_of_its_own_stack(workspace: Workspace) -> None:
    """That of `.github/stacks.yaml`, so that dev's role is not prod's; without an entry it is `production`."""
    words = ("iam", "-s", "local", "--trust", "acme/jobs")
    assert "repo:acme/jobs:environment:production" in workspace.jobctl(*words).stdout
    role = "arn:aws:iam::123456789012:role/jobs"
    entry = {"region": "us-east-1", "backend": "s3://state", "environment": "dev"}
    document = {"local": {**entry, "previewRole": role, "deployRole": role}}
    (workspace.root / ".github").mkdir()
    (workspace.root / ".github" / "stacks.yaml").write_text(json.dumps(document), "utf-8")
    assert "repo:acme/jobs:environment:dev" in workspace.jobctl(*words).stdout
    preview = workspace.jobctl(*words, "--role", "preview")
    assert "repo:acme/jobs:environment:preview" in preview.stdout
