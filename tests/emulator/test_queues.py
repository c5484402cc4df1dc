"""Service environments, training queues, scheduling policies, quota shares, and Batch's tags."""

from __future__ import annotations

from typing import Any

import pytest
from botocore.exceptions import ClientError

from local.aws.server.emulator import Emulator

from .conftest import ClientMaker
from .samples import service_job

ARN = "arn:aws:batch:us-east-1:123456789012"
LIMITS = [{"maxCapacity": 2, "capacityUnit": "NUM_INSTANCES"}]


def refused(call: Any, **request: Any) -> str:
    with pytest.raises(ClientError) as caught:
        call(**request)
    assert caught.value.response["Error"]["Code"] == "ClientException"
    return str(caught.value.response["Error"]["Message"])


def environment(batch: Any, name: str = "own", **changes: Any) -> str:
    answer = batch.create_service_environment(
        serviceEnvironmentName=name,
        serviceEnvironmentType="SAGEMAKER_TRAINING",
        capacityLimits=LIMITS,
        **changes,
    )
    return str(answer["serviceEnvironmentArn"])


def queue(batch: Any, name: str = "own", **changes: Any) -> str:
    order = [{"order": 1, "serviceEnvironment": "sagemaker-training"}]
    request = {"serviceEnvironmentOrder": order, "jobQueueType": "SAGEMAKER_TRAINING", **changes}
    return str(batch.create_job_queue(jobQueueName=name, priority=1, **request)["jobQueueArn"])


def test_service_environment(batch: Any) -> None:
    """A service environment is made, shown by name or ARN, changed, and deleted once it is DISABLED."""
    arn = environment(batch, tags={"team": "growth"})
    assert arn == f"{ARN}:service-environment/own"
    (shown,) = batch.describe_service_environments(serviceEnvironments=["own"])[
        "serviceEnvironments"
    ]
    assert shown == {
        "serviceEnvironmentName": "own",
        "serviceEnvironmentArn": arn,
        "serviceEnvironmentType": "SAGEMAKER_TRAINING",
        "state": "ENABLED",
        "status": "VALID",
        "capacityLimits": LIMITS,
        "tags": {"team": "growth"},
    }
    assert "already exists" in refused(
        batch.create_service_environment,
        serviceEnvironmentName="own",
        serviceEnvironmentType="SAGEMAKER_TRAINING",
        capacityLimits=LIMITS,
    )
    assert "must be DISABLED" in refused(batch.delete_service_environment, serviceEnvironment=arn)
    batch.update_service_environment(serviceEnvironment="own", state="DISABLED")
    batch.delete_service_environment(serviceEnvironment=arn)
    listed = batch.describe_service_environments()["serviceEnvironments"]
    assert [each["serviceEnvironmentName"] for each in listed] == [
        "sagemaker-training",
        "sagemaker-training-quota",
    ]


def test_environment_in_use_stays(batch: Any) -> None:
    """A service environment that a queue uses cannot be deleted."""
    batch.update_service_environment(serviceEnvironment="sagemaker-training", state="DISABLED")
    message = refused(batch.delete_service_environment, serviceEnvironment="sagemaker-training")
    assert message == ("Service environment sagemaker-training is used by the job queue training")


def test_disabled_environment_places_nothing(batch: Any, emulator: Emulator) -> None:
    """In a DISABLED environment jobs wait; they go on when it is ENABLED."""
    batch.update_service_environment(serviceEnvironment="sagemaker-training", state="DISABLED")
    job = batch.submit_service_job(**service_job())["jobId"]
    emulator.advance(60)
    assert batch.describe_service_job(jobId=job)["status"] == "RUNNABLE"
    batch.update_service_environment(serviceEnvironment="sagemaker-training", state="ENABLED")
    assert batch.describe_service_job(jobId=job)["status"] == "SCHEDULED"


def test_capacity_by_instance_type(batch: Any, emulator: Emulator) -> None:
    """Limits by instance type hold for each type; a type without one gets nothing."""
    batch.update_service_environment(
        serviceEnvironment="sagemaker-training",
        capacityLimits=[{"maxCapacity": 1, "capacityUnit": "ml.m5.xlarge"}],
    )
    other = {"InstanceType": "ml.c5.xlarge", "InstanceCount": 1, "VolumeSizeInGB": 30}
    queue(batch)
    jobs = [
        batch.submit_service_job(**service_job())["jobId"],
        batch.submit_service_job(**service_job())["jobId"],
        batch.submit_service_job(**service_job(jobQueue="own", payload={"ResourceConfig": other}))[
            "jobId"
        ],
    ]
    emulator.advance(2)
    statuses = [batch.describe_service_job(jobId=job)["status"] for job in jobs]
    assert statuses == ["RUNNING", "RUNNABLE", "RUNNABLE"]


def test_training_queue(batch: Any) -> None:
    """A queue of type SAGEMAKER_TRAINING has service environments, and no compute environments."""
    arn = queue(batch, tags={"team": "growth"})
    (shown,) = batch.describe_job_queues(jobQueues=[arn])["jobQueues"]
    assert shown == {
        "jobQueueName": "own",
        "jobQueueArn": f"{ARN}:job-queue/own",
        "state": "ENABLED",
        "status": "VALID",
        "statusReason": "JobQueue Healthy",
        "priority": 1,
        "computeEnvironmentOrder": [],
        "serviceEnvironmentOrder": [
            {"order": 1, "serviceEnvironment": f"{ARN}:service-environment/sagemaker-training"}
        ],
        "jobQueueType": "SAGEMAKER_TRAINING",
        "tags": {"team": "growth"},
    }


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"jobQueueName": "training"}, "Job queue training already exists"),
        ({"jobQueueName": "containers"}, "Job queue containers already exists"),
        (
            {"jobQueueName": "training", "jobQueueType": "ECS", "serviceEnvironmentOrder": []},
            "Job queue training already exists",
        ),
        ({"jobQueueName": "-x"}, "Job queue name should match valid pattern"),
        ({"serviceEnvironmentOrder": []}, "a job queue has exactly one, not 0"),
        (
            {"serviceEnvironmentOrder": [{"order": 1, "serviceEnvironment": "x"}] * 2},
            "a job queue has exactly one, not 2",
        ),
        (
            {"serviceEnvironmentOrder": [{"order": 1, "serviceEnvironment": "none"}]},
            "Service environment none does not exist",
        ),
        ({"jobQueueType": "ECS"}, "has the type SAGEMAKER_TRAINING"),
        (
            {"computeEnvironmentOrder": [{"order": 1, "computeEnvironment": "containers"}]},
            "cannot have both",
        ),
        ({"schedulingPolicyArn": "none"}, "Scheduling policy none does not exist"),
    ],
)
def test_queue_that_cannot_be(batch: Any, changes: dict[str, Any], message: str) -> None:
    """A queue whose parts do not go together is refused."""
    request = {
        "jobQueueName": "own",
        "jobQueueType": "SAGEMAKER_TRAINING",
        "priority": 1,
        "serviceEnvironmentOrder": [{"order": 1, "serviceEnvironment": "sagemaker-training"}],
    }
    assert message in refused(batch.create_job_queue, **{**request, **changes})


def test_queue_is_disabled_and_deleted(batch: Any) -> None:
    """A DISABLED queue takes no jobs and can be deleted, which terminates those in it."""
    arn = queue(batch)
    job = batch.submit_service_job(**service_job(jobQueue="own"))["jobId"]
    assert "must be DISABLED before it is deleted" in refused(
        batch.delete_job_queue, jobQueue="own"
    )
    assert batch.update_job_queue(jobQueue=arn, state="DISABLED")["jobQueueName"] == "own"
    message = refused(batch.submit_service_job, **service_job(jobQueue="own"))
    assert message == "Job queue own is DISABLED: it takes no new jobs"
    batch.delete_job_queue(jobQueue="own")
    assert batch.describe_service_job(jobId=job)["isTerminated"] is True
    assert batch.describe_job_queues(jobQueues=["own"])["jobQueues"] == []


def test_queue_keeps_its_kind_of_scheduling(batch: Any) -> None:
    """A queue's policy can be replaced; a queue without one never gets one."""
    policy = batch.create_scheduling_policy(name="p", fairsharePolicy={})["arn"]
    batch.update_job_queue(jobQueue="training-fair", schedulingPolicyArn=policy, priority=7)
    (shown,) = batch.describe_job_queues(jobQueues=["training-fair"])["jobQueues"]
    assert (shown["schedulingPolicyArn"], shown["priority"]) == (policy, 7)
    message = refused(batch.update_job_queue, jobQueue="training", schedulingPolicyArn=policy)
    assert "cannot be added to a first-in-first-out job queue" in message


def test_queues_page_by_page(batch: Any) -> None:
    """DescribeJobQueues answers in pages, queues of containers included."""
    pages = batch.get_paginator("describe_job_queues").paginate(PaginationConfig={"PageSize": 2})
    names = [[queue["jobQueueName"] for queue in page["jobQueues"]] for page in pages]
    assert names == [
        ["containers", "training"],
        ["training-disabled", "training-fair"],
        ["training-quota"],
    ]


def test_queue_of_containers_goes_on_working(batch: Any, client: ClientMaker) -> None:
    """A queue with compute environments is made, changed and deleted as moto has it."""
    client("iam").create_role(RoleName="service", AssumeRolePolicyDocument="{}")
    made = batch.create_compute_environment(
        computeEnvironmentName="own",
        type="UNMANAGED",
        serviceRole="arn:aws:iam::123456789012:role/service",
    )
    order = [{"order": 1, "computeEnvironment": made["computeEnvironmentArn"]}]
    batch.create_job_queue(
        jobQueueName="own", priority=3, state="ENABLED", computeEnvironmentOrder=order
    )
    batch.update_job_queue(jobQueue="own", state="DISABLED")
    (shown,) = batch.describe_job_queues(jobQueues=["own"])["jobQueues"]
    assert (shown["jobQueueType"], shown["state"], shown["priority"]) == ("ECS", "DISABLED", 3)
    assert shown["computeEnvironmentOrder"] == order
    arn = shown["jobQueueArn"]
    batch.tag_resource(resourceArn=arn, tags={"a": "b", "c": "d"})
    batch.untag_resource(resourceArn=arn, tagKeys=["a"])
    assert batch.list_tags_for_resource(resourceArn=arn)["tags"] == {"c": "d"}
    batch.register_job_definition(
        jobDefinitionName="d",
        type="container",
        containerProperties={"image": "busybox", "vcpus": 1, "memory": 128},
    )
    assert len(batch.describe_job_definitions()["jobDefinitions"]) == 1
    batch.delete_job_queue(jobQueue="own")
    assert batch.describe_job_queues(jobQueues=["own"])["jobQueues"] == []


def test_fair_share_policy(batch: Any) -> None:
    """A fair-share policy is made, changed within its kind, listed, and deleted when nothing uses it."""
    arn = batch.create_scheduling_policy(
        name="own", fairsharePolicy={"shareDecaySeconds": 60}, tags={"a": "b"}
    )["arn"]
    assert arn == f"{ARN}:scheduling-policy/own"
    share = {"shareIdentifier": "x*", "weightFactor": 0.5}
    batch.update_scheduling_policy(arn=arn, fairsharePolicy={"shareDistribution": [share]})
    (shown,) = batch.describe_scheduling_policies(arns=[arn])["schedulingPolicies"]
    assert shown["tags"] == {"a": "b"}
    assert shown["fairsharePolicy"] == {
        "shareDecaySeconds": 0,
        "computeReservation": 0,
        "shareDistribution": [share],
    }
    message = refused(
        batch.update_scheduling_policy,
        arn=arn,
        quotaSharePolicy={"idleResourceAssignmentStrategy": "FIFO"},
    )
    assert "cannot be changed by quotaSharePolicy" in message
    (plain,) = batch.describe_scheduling_policies(arns=[f"{ARN}:scheduling-policy/training-fair"])[
        "schedulingPolicies"
    ]
    assert plain["tags"] == {}
    listed = batch.list_scheduling_policies()["schedulingPolicies"]
    assert [policy["arn"].rpartition("/")[2] for policy in listed] == [
        "own",
        "training-fair",
        "training-quota",
    ]
    batch.delete_scheduling_policy(arn=arn)
    message = refused(batch.delete_scheduling_policy, arn=f"{ARN}:scheduling-policy/training-fair")
    assert message == "Scheduling policy training-fair is used by the job queue training-fair"


def test_policy_is_of_one_kind(batch: Any) -> None:
    """A policy is fair-share or quota-share, never both."""
    quota = {"idleResourceAssignmentStrategy": "FIFO"}
    message = refused(
        batch.create_scheduling_policy, name="own", fairsharePolicy={}, quotaSharePolicy=quota
    )
    assert message == "Only one of fairsharePolicy or quotaSharePolicy can be set"
    message = refused(
        batch.create_scheduling_policy, name="own", fairsharePolicy={"computeReservation": 100}
    )
    assert message == "computeReservation must be between 0 and 99, not 100"


def test_quota_share(batch: Any) -> None:
    """A quota share of a queue is made, shown, changed, and deleted once it is DISABLED."""
    request = {
        "quotaShareName": "team-c",
        "jobQueue": "training-quota",
        "capacityLimits": [{"maxCapacity": 4, "capacityUnit": "ml.g5.xlarge"}],
        "resourceSharingConfiguration": {"strategy": "LEND_AND_BORROW", "borrowLimit": 50},
        "preemptionConfiguration": {"inSharePreemption": "DISABLED"},
    }
    arn = batch.create_quota_share(**request, tags={"a": "b"})["quotaShareArn"]
    assert "already exists" in refused(batch.create_quota_share, **request)
    no_policy = {**request, "jobQueue": "training-fair"}
    assert "has no quota-share scheduling policy" in refused(batch.create_quota_share, **no_policy)
    batch.update_quota_share(
        quotaShareArn=arn, resourceSharingConfiguration={"strategy": "RESERVE"}
    )
    shown = batch.describe_quota_share(quotaShareArn=arn)
    assert shown["jobQueueArn"] == f"{ARN}:job-queue/training-quota"
    assert shown["resourceSharingConfiguration"] == {"strategy": "RESERVE"}
    assert (shown["state"], shown["status"], shown["tags"]) == ("ENABLED", "VALID", {"a": "b"})
    names = [
        share["quotaShareName"]
        for share in batch.list_quota_shares(jobQueue="training-quota")["quotaShares"]
    ]
    assert names == ["team-a", "team-b", "team-c"]
    job = batch.submit_service_job(
        **service_job(jobQueue="training-quota", quotaShareName="team-c")
    )["jobId"]
    assert "must be DISABLED" in refused(batch.delete_quota_share, quotaShareArn=arn)
    batch.update_quota_share(quotaShareArn=arn, state="DISABLED")
    batch.delete_quota_share(quotaShareArn=arn)
    assert batch.describe_service_job(jobId=job)["isTerminated"] is True
    assert "does not exist" in refused(batch.describe_quota_share, quotaShareArn=arn)


@pytest.mark.parametrize(
    "resource",
    [
        "job-queue/training",
        "job-queue/training-quota/quota-share/team-a",
        "scheduling-policy/training-fair",
        "service-environment/sagemaker-training",
    ],
)
def test_tags_of_every_resource(batch: Any, resource: str) -> None:
    """Queues, shares, policies and environments can be tagged, and show it."""
    arn = f"{ARN}:{resource}"
    batch.tag_resource(resourceArn=arn, tags={"a": "1", "b": "2"})
    batch.tag_resource(resourceArn=arn, tags={"b": "3"})
    batch.untag_resource(resourceArn=arn, tagKeys=["a"])
    assert batch.list_tags_for_resource(resourceArn=arn)["tags"] == {"b": "3"}


def test_tags_of_a_service_job(batch: Any) -> None:
    """A service job's tags can be changed at any time, up to 50."""
    job = batch.submit_service_job(**service_job(tags={"a": "1"}))
    arn = job["jobArn"]
    batch.tag_resource(resourceArn=arn, tags={"b c": "x/y=z", "a": "2"})
    assert batch.list_tags_for_resource(resourceArn=arn)["tags"] == {"a": "2", "b c": "x/y=z"}
    assert batch.describe_service_job(jobId=job["jobId"])["tags"] == {"a": "2", "b c": "x/y=z"}
    batch.untag_resource(resourceArn=arn, tagKeys=["a", "b c"])
    assert batch.list_tags_for_resource(resourceArn=arn).get("tags", {}) == {}
    batch.tag_resource(resourceArn=arn, tags={f"k{number}": "" for number in range(50)})
    message = refused(batch.tag_resource, resourceArn=arn, tags={"one-more": ""})
    assert message == "A resource can have at most 50 tags, not 51"
    message = refused(batch.tag_resource, resourceArn=f"{arn[:-12]}000000000000", tags={"a": "b"})
    assert "does not exist" in message
    assert "not the ARN of a Batch resource" in refused(
        batch.list_tags_for_resource, resourceArn="arn:aws:s3:::bucket"
    )


def test_unknown_job(batch: Any) -> None:
    """A job that there is not is a ClientException; so is an id that is none."""
    unknown = "00000000-0000-0000-0000-000000000000"
    for call, request in (
        (batch.describe_service_job, {}),
        (batch.update_service_job, {"schedulingPriority": 1}),
    ):
        message = refused(call, jobId=unknown, **request)
        assert message == f"Service job {unknown} does not exist"
        assert "x is not the id or the ARN of a service job" in refused(call, jobId="x", **request)
    batch.terminate_service_job(jobId=unknown, reason="gone")


def test_priority_of_an_ended_job(batch: Any, emulator: Emulator) -> None:
    """The priority of a job that has ended cannot be changed, nor can one be out of range."""
    job = batch.submit_service_job(**service_job())["jobId"]
    message = refused(batch.update_service_job, jobId=job, schedulingPriority=10000)
    assert message == "schedulingPriority must be between 0 and 9999, not 10000"
    emulator.advance(60)
    message = refused(batch.update_service_job, jobId=job, schedulingPriority=1)
    assert message == f"Service job {job} is SUCCEEDED: its priority cannot be changed"
