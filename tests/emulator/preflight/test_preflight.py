"""Each thing that `preview` and `up` look up in AWS, on the emulator."""

from __future__ import annotations

import json

import pytest
import yaml

from components.aws import Aws
from components.jobfile import Context
from components.kinds import KINDS
from components.run.definition import DIGEST, IDENTITY, digest
from components.run.submission import make_mark
from tests.emulator.preflight.conftest import Checked

TRAIN = """\
kind: ServiceJob
request:
  jobQueue: training
  serviceRequestPayload:
    RoleArn: arn:aws:iam::123456789012:role/SageMakerExecutionRole
    AlgorithmSpecification: {TrainingImage: "image:1.0", TrainingInputMode: File}
    InputDataConfig:
      - ChannelName: train
        DataSource: {S3DataSource: {S3DataType: S3Prefix, S3Uri: s3://aws-jobs-data/tabular/train/}}
    OutputDataConfig: {S3OutputPath: s3://aws-jobs-output/models/}
    ResourceConfig: {InstanceType: ml.m5.xlarge, InstanceCount: 1, VolumeSizeInGB: 30}
    StoppingCondition: {MaxRuntimeInSeconds: 3600}
"""
SCORE = """\
kind: BatchInferenceJob
request:
  solutionVersionArn: arn:aws:personalize:us-east-1:123456789012:solution/user-personalization/11111111
  roleArn: arn:aws:iam::123456789012:role/PersonalizeBatchRole
  jobInput: {s3DataSource: {path: s3://aws-jobs-data/personalize/users.json}}
  jobOutput: {s3DataDestination: {path: s3://aws-jobs-output/users/}}
"""
TRANSFORM = """\
kind: TransformJob
request:
  ModelName: churn-xgboost
  TransformInput:
    DataSource:
      S3DataSource: {S3DataType: S3Prefix, S3Uri: "s3://aws-jobs-data/tabular/validation/"}
  TransformOutput: {S3OutputPath: s3://aws-jobs-output/score/}
  TransformResources: {InstanceType: ml.m5.xlarge, InstanceCount: 1}
"""
ROLE = "arn:aws:iam::123456789012:role/"


def test_what_is_right_is_silent(checked: Checked) -> None:
    """Nothing is said of files whose references are all there."""
    assert checked.said("train.yaml", TRAIN) == []
    assert checked.said("score.yaml", SCORE, read_inputs=True) == []


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        (
            "jobQueue: training",
            "jobQueue: trainig",
            "3:3: request.jobQueue: there is no job queue trainig in us-east-1",
        ),
        (
            "jobQueue: training",
            "jobQueue: training-disabled",
            "3:3: request.jobQueue: training-disabled is DISABLED and does not accept jobs; enable it or use another "
            "queue",
        ),
        (
            "jobQueue: training",
            "jobQueue: containers",
            "3:3: request.jobQueue: containers is a queue for ECS jobs; service jobs need one of type "
            "SAGEMAKER_TRAINING",
        ),
        (
            "jobQueue: training",
            "jobQueue: training-fair",
            "2:1: request: training-fair needs shareIdentifier (such as research, production)",
        ),
        (
            "jobQueue: training",
            "jobQueue: training\n  shareIdentifier: a",
            "4:3: request.shareIdentifier: training does not support shareIdentifier: it has no scheduling policy",
        ),
        (
            "jobQueue: training",
            "jobQueue: training-quota\n  quotaShareName: team-x",
            "4:3: request.quotaShareName: training-quota has no quota share team-x; it has team-a, team-b",
        ),
        (
            "InstanceCount: 1,",
            "InstanceCount: 1000,",
            "11:5: request.serviceRequestPayload.ResourceConfig: training can never start it: sagemaker-training has "
            "at most 100 instances and the job needs 1000; it would block the queue",
        ),
        (
            "SageMakerExecutionRole",
            "SageMakerRole",
            f"5:5: request.serviceRequestPayload.RoleArn: the role {ROLE}SageMakerRole does not exist",
        ),
        (
            "SageMakerExecutionRole",
            "path/SageMakerExecutionRole",
            f"5:5: request.serviceRequestPayload.RoleArn: the role {ROLE}path/SageMakerExecutionRole does not exist",
        ),
        (
            "SageMakerExecutionRole",
            "PersonalizeBatchRole",
            f"5:5: request.serviceRequestPayload.RoleArn: {ROLE}PersonalizeBatchRole cannot be used: its trust "
            "policy does not let sagemaker.amazonaws.com assume it",
        ),
        (
            "123456789012:role",
            "999999999999:role",
            "5:5: request.serviceRequestPayload.RoleArn: arn:aws:iam::999999999999:role/SageMakerExecutionRole is in "
            "another account than the caller (123456789012): it cannot be passed",
        ),
        (
            "tabular/train/",
            "tabular/training/",
            "9:59: request.serviceRequestPayload.InputDataConfig[0].DataSource.S3DataSource.S3Uri: no object found "
            "at s3://aws-jobs-data/tabular/training/",
        ),
        (
            "aws-jobs-data",
            "aws-jobs-dta",
            "9:59: request.serviceRequestPayload.InputDataConfig[0].DataSource.S3DataSource.S3Uri: the bucket "
            "of s3://aws-jobs-dta/tabular/train/ does not exist",
        ),
        (
            "aws-jobs-output",
            "aws-jobs-outputs",
            "10:24: request.serviceRequestPayload.OutputDataConfig.S3OutputPath: the bucket of "
            "s3://aws-jobs-outputs/models/ does not exist",
        ),
        (
            "S3Prefix, S3Uri: s3://aws-jobs-data/tabular/train/",
            "ManifestFile, S3Uri: s3://aws-jobs-data/tabular/tra",
            "9:63: request.serviceRequestPayload.InputDataConfig[0].DataSource.S3DataSource.S3Uri: no object found "
            "at s3://aws-jobs-data/tabular/tra",
        ),
    ],
)
def test_a_training_job(checked: Checked, old: str, new: str, message: str) -> None:
    """Queue, share, role and input: one sentence with its place."""
    assert checked.said("train.yaml", TRAIN.replace(old, new)) == [f"jobs/train.yaml:{message}"]


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        (
            "11111111",
            "99999999",
            "3:3: request.solutionVersionArn: there is no solution version arn:aws:personalize:us-east-1:123456789012:"
            "solution/user-personalization/99999999 in us-east-1",
        ),
        (
            "jobInput",
            "filterArn: arn:aws:personalize:us-east-1:123456789012:filter/nothing\n  jobInput",
            "5:3: request.filterArn: there is no filter arn:aws:personalize:us-east-1:123456789012:filter/nothing "
            "in us-east-1",
        ),
        (
            "jobInput",
            "batchInferenceJobMode: THEME_GENERATION\n"
            "  themeGenerationConfig: {fieldsForThemeGeneration: {itemName: TITLE}}\n  jobInput",
            "3:3: request.solutionVersionArn: themes need a solution version of aws-similar-items, but this one is of "
            "aws-user-personalization-v2",
        ),
        (
            "users.json",
            "nobody.json",
            "5:29: request.jobInput.s3DataSource.path: no object found at "
            "s3://aws-jobs-data/personalize/nobody.json",
        ),
    ],
)
def test_a_batch_inference_job(checked: Checked, old: str, new: str, message: str) -> None:
    """Solution version, filter and input: one sentence with its place."""
    assert checked.said("score.yaml", SCORE.replace(old, new)) == [f"jobs/score.yaml:{message}"]


def test_a_quota_share_that_can_never_start_it(checked: Checked) -> None:
    """team-a has ten instances and may borrow the ten of team-b; nobody has any of another type."""
    text = TRAIN.replace("jobQueue: training", "jobQueue: training-quota\n  quotaShareName: team-a")
    assert checked.said("train.yaml", text.replace("InstanceCount: 1,", "InstanceCount: 20,")) == []
    where = "jobs/train.yaml:12:5: request.serviceRequestPayload.ResourceConfig: quota share team-a can never start it"
    assert checked.said("train.yaml", text.replace("InstanceCount: 1,", "InstanceCount: 21,")) == [
        f"{where}: it has at most 20 ml.m5.xlarge and the job needs 21; it would block the queue"
    ]
    said, *_ = checked.said("train.yaml", text.replace("ml.m5.xlarge", "ml.p5.48xlarge"))
    assert said == (
        f"{where}: it has no ml.p5.48xlarge and the job needs 1; it would block the queue"
    )


def test_an_environment_that_may_not_be_looked_at_is_a_warning(checked: Checked) -> None:
    """Without the permission nobody knows whether the job is too large."""
    checked.deny("batch:DescribeServiceEnvironments")
    text = TRAIN.replace("InstanceCount: 1,", "InstanceCount: 1000,")
    assert checked.said("train.yaml", text) == [
        "warning: jobs/train.yaml:3:3: request.jobQueue: not checked: missing permission "
        "batch:DescribeServiceEnvironments"
    ]


def test_a_recipe_without_batch(checked: Checked) -> None:
    """A version of Trending-Now gives no batch recommendations."""
    personalize = checked.client("personalize")
    group = personalize.create_dataset_group(name="trends")["datasetGroupArn"]
    solution = personalize.create_solution(
        name="trends",
        datasetGroupArn=group,
        recipeArn="arn:aws:personalize:::recipe/aws-trending-now",
    )["solutionArn"]
    checked.pass_a_day()
    version = personalize.create_solution_version(solutionArn=solution)["solutionVersionArn"]
    checked.pass_a_day()
    text = SCORE.replace(
        "arn:aws:personalize:us-east-1:123456789012:solution/user-personalization/11111111", version
    )
    assert checked.said("score.yaml", text) == [
        "jobs/score.yaml:3:3: request.solutionVersionArn: it was trained with aws-trending-now, which does not support "
        "batch inference"
    ]


@pytest.mark.parametrize(
    ("body", "wrong"),
    [
        ('{"userId": "1"}\n{"itemId": "2"}\n', "record 2 has no text `userId`"),
        ('{"userId": 1}\n', "record 1 has no text `userId`"),
        ('[{"userId": "1"}]\n', "record 1 is not a JSON object on one line"),
        ('{\n  "userId": "1"\n}\n', "record 1 is not a JSON object on one line"),
        ("", "its first lines have no record"),
    ],
)
def test_records(checked: Checked, body: str, wrong: str) -> None:
    """The first records are read only where the stack allows it, and are never shown."""
    checked.put("s3://aws-jobs-data/mine/users.json", body)
    text = SCORE.replace("personalize/users.json", "mine/")
    assert checked.said("score.yaml", text) == []
    assert checked.all_said(read_inputs=True) == [
        "jobs/score.yaml:5:29: request.jobInput.s3DataSource.path: s3://aws-jobs-data/mine/: "
        f'{wrong}; aws-user-personalization-v2 expects lines like {{"userId": "105"}}'
    ]


def test_themes_are_for_a_hundred_items_a_file(checked: Checked) -> None:
    """The quota of themes, as far as the first records show it; without themes there is none."""
    lines = "".join(f'{{"itemId": "{number}"}}\n' for number in range(101))
    checked.put("s3://aws-jobs-data/mine/items.json", lines)
    text = SCORE.replace("user-personalization/11111111", "similar-items/22222222").replace(
        "personalize/users.json", "mine/items.json"
    )
    assert checked.said("score.yaml", text, read_inputs=True) == []
    themed = f"""{text}  batchInferenceJobMode: THEME_GENERATION
  themeGenerationConfig: {{fieldsForThemeGeneration: {{itemName: NAME}}}}
"""
    assert checked.said("score.yaml", themed) == []
    assert checked.said("score.yaml", themed, read_inputs=True) == [
        "warning: jobs/score.yaml:5:29: request.jobInput.s3DataSource.path: s3://aws-jobs-data/mine/items.json: a file "
        "has more than 100 records, AWS's default quota"
    ]
    checked.put("s3://aws-jobs-data/mine/items.json", lines[: lines.rindex("{")].strip())
    assert checked.said("score.yaml", themed, read_inputs=True) == []


def test_a_bucket_that_the_deployment_makes_is_not_missed(checked: Checked) -> None:
    """The platform's own, named literally: it is not there before the first `up`."""
    text = TRAIN.replace("aws-jobs-output", "aws-jobs-dev-platform")
    assert len(checked.said("train.yaml", text)) == 1
    assert checked.all_said(made_bucket="aws-jobs-dev-platform") == []


def test_a_long_file_is_read_as_far_as_it_matters(checked: Checked) -> None:
    """A line that is cut off at the end of what was read is no mistake."""
    checked.put(
        "s3://aws-jobs-data/mine/users.json", '{"userId": "1"}\n' + '{"userId": "' + "x" * 70_000
    )
    text = SCORE.replace("personalize/users.json", "mine/users.json")
    assert checked.said("score.yaml", text, read_inputs=True) == []


def test_what_the_caller_may_not_read_is_a_warning(checked: Checked) -> None:
    """Each missing permission is told once, at the first job that it concerns."""
    checked.deny(
        "batch:DescribeJobQueues",
        "iam:GetRole",
        "personalize:DescribeSolutionVersion",
        "s3:ListBucket",
    )
    (checked.root / "jobs" / "score.yaml").write_text(SCORE)
    (checked.root / "jobs" / "train2.yaml").write_text(TRAIN)
    assert checked.said("train.yaml", TRAIN) == [
        "warning: jobs/score.yaml:3:3: request.solutionVersionArn: not checked: missing permission "
        "personalize:DescribeSolutionVersion",
        "warning: jobs/score.yaml:4:3: request.roleArn: not checked (and 2 other jobs): missing permission iam:GetRole",
        "warning: jobs/score.yaml:5:29: request.jobInput.s3DataSource.path: not checked (and 2 other jobs): missing "
        "permission s3:ListBucket",
        "warning: jobs/train.yaml:3:3: request.jobQueue: not checked: missing permission batch:DescribeJobQueues",
    ]


def test_a_file_that_may_not_be_read_is_a_warning(checked: Checked) -> None:
    """Reading needs s3:GetObject, and only that permission is asked for."""
    checked.deny("s3:GetObject")
    assert checked.said("score.yaml", SCORE, read_inputs=True) == [
        "warning: jobs/score.yaml:5:29: request.jobInput.s3DataSource.path: not checked: missing permission "
        "s3:GetObject"
    ]


def test_a_secret_does_not_show(checked: Checked) -> None:
    """A value from a secret setting is hidden in what preflight says, too."""
    context = Context(
        "dev", "us-east-1", config={"queue": "hunter22"}, secrets=frozenset({"queue"})
    )
    text = TRAIN.replace("jobQueue: training", "jobQueue: ${config.queue}")
    assert checked.said("train.yaml", text, context) == [
        "jobs/train.yaml:3:3: request.jobQueue: there is no job queue [secret] in us-east-1"
    ]


def test_the_input_that_another_job_makes_is_not_missed(checked: Checked) -> None:
    """A job that waits for another is not asked for its data yet; one that waits for a slot is."""
    text = TRAIN.replace("tabular/train/", "made/later/")
    assert checked.said("train.yaml", text, waiting={"train": ["prepare"]}) == []
    assert len(checked.all_said(waiting={"train": ["slot"]})) == 1


def test_a_run_that_exists_is_not_stopped_by_what_has_gone(checked: Checked) -> None:
    """With the run of this definition at AWS nothing is submitted, so its deleted input is no mistake."""
    text = SCORE.replace("personalize/users.json", "mine/users.json")
    checked.put("s3://aws-jobs-data/mine/users.json", '{"userId": "1"}\n')
    kind = KINDS["BatchInferenceJob"]
    request = {
        "solutionVersionArn": "arn:aws:personalize:us-east-1:123456789012:solution/user-personalization/11111111",
        "roleArn": f"{ROLE}PersonalizeBatchRole",
        "jobInput": {"s3DataSource": {"path": "s3://aws-jobs-data/mine/users.json"}},
        "jobOutput": {"s3DataDestination": {"path": "s3://aws-jobs-output/users/"}},
    }
    inputs = {
        "name": "score",
        "identity": "aws-jobs/dev/score",
        "region": "us-east-1",
        "request": request,
    }
    made = digest(kind, inputs)
    tags = [
        {"tagKey": IDENTITY, "tagValue": inputs["identity"]},
        {"tagKey": DIGEST, "tagValue": made},
    ]
    checked.client("personalize").create_batch_inference_job(
        jobName=f"score-{made[:8]}", tags=tags, **request
    )
    checked.client("s3").delete_object(Bucket="aws-jobs-data", Key="mine/users.json")
    assert checked.said("score.yaml", text, declared={"score": inputs}) == []
    changed = {"score": {**inputs, "generation": 2}}
    assert len(checked.all_said(declared=changed)) == 1


def test_a_model_that_there_is_not(checked: Checked) -> None:
    """Or that the caller may not see."""
    text = TRANSFORM.replace("churn-xgboost", "nothing")
    where = "3:3: request.ModelName: "
    assert checked.said("score.yaml", text) == [
        f"jobs/score.yaml:{where}there is no model nothing in us-east-1"
    ]
    checked.deny("sagemaker:DescribeModel")
    assert checked.all_said() == [
        f"warning: jobs/score.yaml:{where}not checked: missing permission sagemaker:DescribeModel"
    ]


def test_a_run_that_was_ended_by_hand_is_not_stopped_by_what_has_gone(checked: Checked) -> None:
    """The state knows it, so `up` submits nothing."""
    text = TRAIN.replace("tabular/train/", "mine/")
    request = yaml.safe_load(text)["request"]
    inputs = {
        "name": "train",
        "identity": "aws-jobs/dev/train",
        "region": "us-east-1",
        "request": request,
    }
    made, batch = digest(KINDS["ServiceJob"], inputs), checked.client("batch")
    job = batch.submit_service_job(
        jobName=f"train-{made[:8]}-{make_mark(inputs['identity'])}",
        jobQueue="training",
        serviceJobType="SAGEMAKER_TRAINING",
        serviceRequestPayload=json.dumps(request["serviceRequestPayload"]),
        tags={IDENTITY: inputs["identity"], DIGEST: made},
    )
    batch.terminate_service_job(jobId=job["jobId"], reason="by hand")
    assert checked.said("train.yaml", text, declared={"train": inputs}) == []
    assert len(checked.all_said(declared={"train": {**inputs, "generation": 2}})) == 1


def test_one_question_for_each_thing(checked: Checked) -> None:
    """However many jobs there are, a queue, a role, a place, a version and a model are asked for once."""
    for number in range(5):
        (checked.root / "jobs" / f"train{number}.yaml").write_text(TRAIN)
        (checked.root / "jobs" / f"score{number}.yaml").write_text(SCORE)
        (checked.root / "jobs" / f"transform{number}.yaml").write_text(TRANSFORM)
    checked.emulator.control.handle("DELETE", "/_emulator/calls", {})
    assert checked.all_said() == []
    asked = sorted(str(call["operation"]) for call in checked.emulator.control.calls)
    assert asked == [
        "DescribeJobQueues",
        "DescribeModel",
        "DescribeServiceEnvironments",
        "DescribeSolutionVersion",
        "GetRole",
        "GetRole",
        "ListObjectsV2",
        "ListObjectsV2",
        "ListObjectsV2",
        "ListObjectsV2",
    ]


@pytest.mark.parametrize(
    ("trust", "allowed"),
    [
        ({"Principal": {"Service": ["a.amazonaws.com", "sagemaker.amazonaws.com"]}}, True),
        ({"Principal": "*", "Action": ["sts:*"]}, True),
        ({"Principal": {"Service": "sagemaker.amazonaws.com"}, "Action": "sts:TagSession"}, False),
        ({"Principal": {"AWS": "arn:aws:iam::123456789012:root"}}, False),
        ({"Principal": {"Service": "sagemaker.amazonaws.com"}, "Effect": "Deny"}, False),
    ],
)
def test_who_a_trust_policy_lets_in(trust: dict[str, object], allowed: bool) -> None:
    """Lists, wildcards and other principals are read as IAM reads them."""
    from components.preflight.roles import trusts

    statement = {"Effect": "Allow", "Action": "sts:AssumeRole", **trust}
    for document in ({"Statement": statement}, {"Statement": [statement]}):
        assert trusts(json.loads(json.dumps(document)), "sagemaker.amazonaws.com") is allowed


def test_the_connection_is_made_when_it_is_needed() -> None:
    """Without a job nothing is asked, and boto3 is not even loaded."""

    def refuse(*_: object) -> None:
        raise AssertionError("nothing is asked")

    from components import preflight

    assert preflight.find_problems([], Aws("us-east-1", refuse)) == []
