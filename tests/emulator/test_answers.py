"""Every answer is one that botocore's model allows, and the checker that says so sees what is wrong.

The clients of all tests here check each answer of an extended operation; this file sees to it that
every one of them is asked at least once.
"""

from __future__ import annotations

from typing import Any

import pytest

from local.aws.server.emulator import Emulator
from local.aws.service import shapes

from .conftest import EXTENDED, assert_allowed, assert_known_error, make_client
from .samples import USERS, inference_job, payload, service_job


def batch_tour(batch: Any, emulator: Emulator) -> None:
    environment = batch.create_service_environment(
        serviceEnvironmentName="own",
        serviceEnvironmentType="SAGEMAKER_TRAINING",
        capacityLimits=[{"maxCapacity": 2, "capacityUnit": "NUM_INSTANCES"}],
    )["serviceEnvironmentArn"]
    policy = batch.create_scheduling_policy(
        name="own", quotaSharePolicy={"idleResourceAssignmentStrategy": "FIFO"}
    )["arn"]
    batch.update_scheduling_policy(
        arn=policy, quotaSharePolicy={"idleResourceAssignmentStrategy": "FIFO"}
    )
    queue = batch.create_job_queue(
        jobQueueName="own",
        jobQueueType="SAGEMAKER_TRAINING",
        priority=1,
        schedulingPolicyArn=policy,
        serviceEnvironmentOrder=[{"order": 1, "serviceEnvironment": environment}],
        jobStateTimeLimitActions=[
            {"reason": "x", "state": "RUNNABLE", "maxTimeSeconds": 600, "action": "TERMINATE"}
        ],
    )["jobQueueArn"]
    share = batch.create_quota_share(
        quotaShareName="s",
        jobQueue=queue,
        capacityLimits=[{"maxCapacity": 1, "capacityUnit": "ml.m5.xlarge"}],
        resourceSharingConfiguration={"strategy": "LEND"},
        preemptionConfiguration={"inSharePreemption": "ENABLED"},
    )["quotaShareArn"]
    full = service_job(
        jobQueue=queue,
        quotaShareName="s",
        schedulingPriority=5,
        retryStrategy={"attempts": 2, "evaluateOnExit": [{"action": "RETRY"}]},
        timeoutConfig={"attemptDurationSeconds": 60},
        preemptionConfiguration={"preemptionRetriesBeforeTermination": 2},
        tags={"a": "b"},
    )
    jobs = [batch.submit_service_job(**full) for _ in range(3)]
    ids = [job["jobId"] for job in jobs]
    for seconds in (0.1, 0.3, 0.8, 0.2, 0.4):
        emulator.advance(seconds)
        for job in ids:
            batch.describe_service_job(jobId=job)
        for name in (queue, "training", "training-fair"):
            batch.get_job_queue_snapshot(jobQueue=name)
        batch.list_service_jobs(jobQueue=queue, filters=[{"name": "JOB_NAME", "values": ["*"]}])
    batch.update_service_job(jobId=ids[2], schedulingPriority=9)
    emulator.ask("POST", f"jobs/{ids[0]}", {"status": "RUNNABLE", "hold": False})
    emulator.ask("POST", f"jobs/{ids[1]}", {"status": "FAILED", "reason": "x"})
    for job in ids[:2]:
        batch.describe_service_job(jobId=job)
    batch.terminate_service_job(jobId=ids[2], reason="x")
    batch.terminate_service_jobs(jobs=[ids[0], "none"], reason="x")
    emulator.advance(60)
    batch.list_service_jobs(jobQueue=queue, jobStatus="FAILED", maxResults=1)
    for arn in (jobs[0]["jobArn"], share):
        batch.tag_resource(resourceArn=arn, tags={"c": "d"})
        batch.list_tags_for_resource(resourceArn=arn)
        batch.untag_resource(resourceArn=arn, tagKeys=["a", "c"])
        batch.list_tags_for_resource(resourceArn=arn)
    batch.describe_job_queues(maxResults=3)
    batch.describe_service_environments(maxResults=1)
    batch.describe_scheduling_policies(arns=[policy])
    batch.list_scheduling_policies(maxResults=1)
    batch.describe_quota_share(quotaShareArn=share)
    batch.list_quota_shares(jobQueue=queue)
    batch.update_quota_share(quotaShareArn=share, state="DISABLED")
    batch.delete_quota_share(quotaShareArn=share)
    batch.update_job_queue(jobQueue=queue, state="DISABLED")
    batch.delete_job_queue(jobQueue=queue)
    batch.update_service_environment(serviceEnvironment=environment, state="DISABLED")
    batch.delete_service_environment(serviceEnvironment=environment)
    batch.delete_scheduling_policy(arn=policy)


def personalize_tour(personalize: Any, emulator: Emulator) -> None:
    group = personalize.create_dataset_group(name="g", domain="ECOMMERCE")["datasetGroupArn"]
    recipe = "arn:aws:personalize:::recipe/aws-similar-items"
    solution = personalize.create_solution(
        name="s", datasetGroupArn=group, recipeArn=recipe, performHPO=False
    )["solutionArn"]
    emulator.advance(5)
    version = personalize.create_solution_version(solutionArn=solution, name="v")
    made = personalize.create_filter(name="f", datasetGroupArn=group, filterExpression="EXCLUDE")
    config = {
        "itemExplorationConfig": {"explorationWeight": "0.3"},
        "rankingInfluence": {"POPULARITY": 0.5},
    }
    good = personalize.create_batch_inference_job(
        **inference_job(batchInferenceJobConfig=config, numResults=5)
    )["batchInferenceJobArn"]
    nowhere = {"s3DataSource": {"path": "s3://aws-jobs-data/none"}}
    bad = personalize.create_batch_inference_job(**inference_job(jobName="bad", jobInput=nowhere))[
        "batchInferenceJobArn"
    ]
    segment = personalize.create_batch_segment_job(**segment_job())["batchSegmentJobArn"]
    for _ in range(4):
        personalize.describe_batch_segment_job(batchSegmentJobArn=segment)
        personalize.list_batch_segment_jobs(maxResults=1)
        for job in (good, bad):
            personalize.describe_batch_inference_job(batchInferenceJobArn=job)
        personalize.list_batch_inference_jobs(solutionVersionArn=USERS, maxResults=1)
        emulator.advance(1)
    personalize.describe_dataset_group(datasetGroupArn=group)
    personalize.list_dataset_groups()
    personalize.describe_solution(solutionArn=solution)
    personalize.list_solutions(datasetGroupArn=group)
    personalize.describe_solution_version(solutionVersionArn=version["solutionVersionArn"])
    personalize.describe_solution_version(solutionVersionArn=USERS)
    personalize.list_solution_versions(maxResults=1)
    personalize.describe_filter(filterArn=made["filterArn"])
    personalize.list_filters(datasetGroupArn=group)
    personalize.describe_recipe(recipeArn=recipe)
    personalize.list_recipes(maxResults=2)
    personalize.tag_resource(resourceArn=good, tags=[{"tagKey": "a", "tagValue": "b"}])
    personalize.list_tags_for_resource(resourceArn=good)
    personalize.untag_resource(resourceArn=good, tagKeys=["a"])


def segment_job() -> dict[str, Any]:
    version = USERS.replace("user-personalization/11111111", "item-affinity/33333333")
    data = {"s3DataSource": {"path": "s3://aws-jobs-data/personalize/items.json"}}
    request = inference_job(jobName="segment", solutionVersionArn=version, jobInput=data)
    return {name: value for name, value in request.items() if not name.startswith("batch")}


def transform_tour(sagemaker: Any, emulator: Emulator) -> None:
    source = {"S3DataType": "S3Prefix", "S3Uri": "s3://aws-jobs-data/tabular/"}
    for name in ("full", "stopped", "broken"):
        request = {
            "TransformJobName": name,
            "ModelName": "churn-xgboost",
            "TransformInput": {"DataSource": {"S3DataSource": source}},
            "TransformOutput": {"S3OutputPath": "s3://aws-jobs-output/scores/"},
            "TransformResources": {"InstanceType": "ml.m5.xlarge", "InstanceCount": 1},
            "Tags": [{"Key": "a", "Value": "b"}],
        }
        arn = sagemaker.create_transform_job(**request)["TransformJobArn"]
        source = {**source, "S3Uri": "s3://aws-jobs-data/nothing/"} if name == "stopped" else source
    sagemaker.stop_transform_job(TransformJobName="stopped")
    for _ in range(4):
        for name in ("full", "stopped", "broken"):
            sagemaker.describe_transform_job(TransformJobName=name)
        sagemaker.list_transform_jobs(NameContains="l", MaxResults=1)
        emulator.advance(1)
    ends = {
        name: sagemaker.describe_transform_job(TransformJobName=name)["TransformJobStatus"]
        for name in ("full", "stopped", "broken")
    }
    assert ends == {"full": "Completed", "stopped": "Stopped", "broken": "Failed"}
    sagemaker.add_tags(ResourceArn=arn, Tags=[{"Key": "c", "Value": "d"}])
    sagemaker.delete_tags(ResourceArn=arn, TagKeys=["a"])
    assert sagemaker.list_tags(ResourceArn=arn)["Tags"] == [{"Key": "c", "Value": "d"}]


def sagemaker_tour(sagemaker: Any, emulator: Emulator) -> None:
    full = payload(
        TrainingJobName="full",
        InputDataConfig=[
            {
                "ChannelName": "train",
                "DataSource": {
                    "S3DataSource": {"S3DataType": "S3Prefix", "S3Uri": "s3://aws-jobs-data/"}
                },
            }
        ],
        CheckpointConfig={"S3Uri": "s3://aws-jobs-output/checkpoints/"},
        EnableManagedSpotTraining=True,
        StoppingCondition={"MaxRuntimeInSeconds": 60, "MaxWaitTimeInSeconds": 60},
        Environment={"A": "b"},
        Tags=[{"Key": "a", "Value": "b"}],
    )
    arn = sagemaker.create_training_job(**full)["TrainingJobArn"]
    for _ in range(5):
        sagemaker.describe_training_job(TrainingJobName="full")
        sagemaker.list_training_jobs(MaxResults=1)
        sagemaker.search(Resource="TrainingJob")
        emulator.advance(0.5)
    sagemaker.describe_model(ModelName="churn-xgboost")
    transform_tour(sagemaker, emulator)
    sagemaker.list_tags(ResourceArn=arn)
    sagemaker.add_tags(ResourceArn=arn, Tags=[{"Key": "c", "Value": "d"}])
    sagemaker.delete_tags(ResourceArn=arn, TagKeys=["a"])
    sagemaker.create_training_job(**payload(TrainingJobName="stopped"))
    sagemaker.stop_training_job(TrainingJobName="stopped")
    sagemaker.describe_training_job(TrainingJobName="stopped")
    emulator.advance(10)
    sagemaker.describe_training_job(TrainingJobName="stopped")


def test_every_extended_operation_answers_as_the_model_has_it(emulator: Emulator) -> None:
    """A tour through all extended operations, in many states, gives answers that the model allows."""
    answered: set[tuple[str, str]] = set()
    tours = {
        "batch": batch_tour,
        "personalize": personalize_tour,
        "sagemaker": sagemaker_tour,
    }
    for service, tour in tours.items():
        tour(make_client(emulator.endpoint, service, answered=answered), emulator)
    assert answered == {(service, name) for service, names in EXTENDED.items() for name in names}


@pytest.mark.parametrize(
    ("document", "words"),
    [
        ({"jobName": "x"}, "'jobId'"),
        ({"jobName": "x", "jobId": 1}, "has the type int, not string"),
        ({"jobName": "x", "jobId": "1", "more": 1}, "'more' is not a parameter"),
        ({"jobName": "x", "jobId": "1", "jobArn": None}, "null"),
    ],
)
def test_checker_sees_what_is_wrong(document: dict[str, Any], words: str) -> None:
    """The checker of answers finds what is missing, of the wrong type, unknown, or null."""
    with pytest.raises(AssertionError, match=words):
        assert_allowed(document, "batch", "SubmitServiceJob")


def test_checker_sees_an_error_that_the_model_does_not_know() -> None:
    """Each answer with status 400 in all tests of the emulator is held to the service model's errors."""
    operation = shapes.service("batch").operation_model("SubmitServiceJob")
    assert_known_error({"__type": "ClientException"}, operation)
    with pytest.raises(AssertionError, match="SubmitServiceJob"):
        assert_known_error({"__type": "ResourceNotFoundException"}, operation)


def found(service: str, operation: str, document: Any) -> list[str]:
    shape = shapes.service(service).operation_model(operation).input_shape
    assert shape is not None
    return list(shapes.find_problems(document, shape))


@pytest.mark.parametrize(
    ("changes", "problem"),
    [
        (
            {"jobName": "x" * 64},
            f"Value '{'x' * 64}' at 'jobName' failed to satisfy constraint: "
            "Member must have length less than or equal to 63",
        ),
        (
            {"jobName": "a b"},
            "Value 'a b' at 'jobName' failed to satisfy constraint: Member must satisfy regular "
            "expression pattern: ^[a-zA-Z0-9][a-zA-Z0-9\\-_]*",
        ),
        (
            {"batchInferenceJobMode": "FAST"},
            "Value 'FAST' at 'batchInferenceJobMode' failed to satisfy constraint: "
            "Member must satisfy enum value set: [BATCH_INFERENCE, THEME_GENERATION]",
        ),
        (
            {"batchInferenceJobConfig": {"rankingInfluence": {"FRESHNESS": -1}}},
            "Value '-1' at 'batchInferenceJobConfig.rankingInfluence.FRESHNESS' failed to satisfy "
            "constraint: Member must have value greater than or equal to 0",
        ),
        (
            {"tags": [{"tagKey": "a*", "tagValue": "b"}]},
            "Value 'a*' at 'tags.1.member.tagKey' failed to satisfy constraint: Member must satisfy "
            "regular expression pattern: ^([\\p{L}\\p{Z}\\p{N}_.:/=+\\-@]*)$",
        ),
        ({"numResults": True}, "Value at 'numResults' has the type bool, not integer"),
        ({"jobInput": []}, "Value at 'jobInput' has the type list, not object"),
        ({"Job": 1}, "'job' is not a parameter of CreateBatchInferenceJobRequest"),
    ],
)
def test_constraints_in_the_words_of_aws(changes: dict[str, Any], problem: str) -> None:
    """Lengths, patterns, enums, ranges and types are checked, which botocore leaves to the service."""
    request = inference_job() | changes
    assert found("personalize", "CreateBatchInferenceJob", request) == [problem]


def test_sound_requests_have_no_problem() -> None:
    """The requests that the tests begin with break nothing."""
    assert found("personalize", "CreateBatchInferenceJob", inference_job()) == []
    assert found("batch", "SubmitServiceJob", service_job()) == []
    assert found("sagemaker", "CreateTrainingJob", payload()) == []
    tags = {"tags": [{"tagKey": "größe", "tagValue": "日本 1"}]}
    assert found("personalize", "CreateBatchInferenceJob", inference_job(**tags)) == []
