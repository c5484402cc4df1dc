"""AWS Batch service job: a SageMaker training job behind a Batch queue.

https://docs.aws.amazon.com/batch/latest/APIReference/API_SubmitServiceJob.html
"""

from __future__ import annotations

from ..base import Attempts, Errors, Kind, Link, Listing, Phase, Record, Request
from ..parts import Artifacts, Call, Compute, Event, Payload, Permissions
from ..sagemaker.table import STATUSES, TAGS, TRAINING_LOGS, make_links, make_listing, make_outputs

_PAYLOAD = "serviceRequestPayload"
_RESOURCES = f"{_PAYLOAD}.ResourceConfig"
_PAGE = {"maxResults": 100}
# what a training job's record has where its request said nothing
# https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_DescribeTrainingJob.html
_FILLED_IN = {
    "AlgorithmSpecification.EnableSageMakerMetricsTimeSeries": False,
    "EnableInterContainerTrafficEncryption": False,
    "EnableManagedSpotTraining": False,
    "EnableNetworkIsolation": False,
    "InputDataConfig.CompressionType": "None",
    "InputDataConfig.DataSource.S3DataSource.S3DataDistributionType": "FullyReplicated",
    "InputDataConfig.RecordWrapperType": "None",
    "OutputDataConfig.CompressionType": "GZIP",
    "OutputDataConfig.KmsKeyId": "",
    "ResourceConfig.KeepAlivePeriodInSeconds": 0,
}


def _list_by(name: str, value: str) -> Call:
    """List the jobs of a queue. "Only one filter can be used at a time"; with one, those of every status are listed.

    https://docs.aws.amazon.com/batch/latest/APIReference/API_ListServiceJobs.html
    """
    params = {"jobQueue": "$scope", "filters": [{"name": name, "values": [value]}], **_PAGE}
    return Call("ListServiceJobs", params, "jobSummaryList", "nextToken")


KIND = Kind(
    name="ServiceJob",
    service="batch",
    title="AWS Batch service job",
    request=Request(
        submit=Call("SubmitServiceJob"),
        submit_rate=5,  # https://docs.aws.amazon.com/batch/latest/userguide/service_limits.html
        name_field="jobName",
        name_max=128,
        token_field="clientToken",
        defaults={"serviceJobType": "SAGEMAKER_TRAINING"},
        in_place={
            "schedulingPriority": Call(
                "UpdateServiceJob", {"jobId": "$id", "schedulingPriority": "$value"}
            )
        },
        role=f"{_PAYLOAD}.RoleArn",
        inputs={f"{_PAYLOAD}.InputDataConfig.DataSource.S3DataSource.S3Uri": "S3DataType"},
        outputs=tuple(
            f"{_PAYLOAD}.{path}"
            for path in (
                "OutputDataConfig.S3OutputPath",
                "CheckpointConfig.S3Uri",
                "TensorBoardOutputConfig.S3OutputPath",
                "DebugHookConfig.S3OutputPath",
                "DebugRuleConfigurations.S3OutputPath",
                "ProfilerConfig.S3OutputPath",
                "ProfilerRuleConfigurations.S3OutputPath",
            )
        ),
        queue_field="jobQueue",
        share_fields=("shareIdentifier", "quotaShareName"),
    ),
    # SageMaker's name is `AWSBatch<TrainingJobName><32 hex>` of at most 63 characters
    payload=Payload(
        field=_PAYLOAD,
        service="sagemaker",
        operation="CreateTrainingJob",
        name_field="TrainingJobName",
        name_max=23,
        tags_field="Tags",
        # script mode: https://github.com/aws/sagemaker-training-toolkit
        code={
            "HyperParameters.sagemaker_submit_directory": "uri",
            "HyperParameters.sagemaker_program": "entryPoint",
        },
    ),
    record=Record(
        arn="arn:{partition}:batch:{region}:{account}:service-job/{id}",
        describe=Call("DescribeServiceJob", {"jobId": "$id"}),
        # https://docs.aws.amazon.com/batch/latest/userguide/service-job-status.html
        statuses={
            "SUBMITTED": Phase.QUEUED,
            "PENDING": Phase.QUEUED,
            "RUNNABLE": Phase.QUEUED,
            "SCHEDULED": Phase.RUNNING,
            "STARTING": Phase.RUNNING,
            "RUNNING": Phase.RUNNING,
            "SUCCEEDED": Phase.SUCCEEDED,
            "FAILED": Phase.FAILED,
        },
        terminated_field="isTerminated",
        outputs={
            "jobId": "jobId",
            "jobName": "jobName",
            "statusReason": "statusReason",
            "createdAt": "createdAt",
            "scheduledAt": "scheduledAt",
            "startedAt": "startedAt",
            "stoppedAt": "stoppedAt",
            "trainingJobArn": "latestAttempt.serviceResourceId.value",
            "preemptions": "preemptionSummary.preemptedAttemptCount",
        },
        # https://docs.aws.amazon.com/batch/latest/APIReference/API_ServiceJobAttemptDetail.html
        # https://docs.aws.amazon.com/batch/latest/APIReference/API_ServiceJobPreemptionSummary.html
        attempts=Attempts(
            lists=("attempts", "preemptionSummary.recentPreemptedAttempts"),
            arn="serviceResourceId.value",
            started="startedAt",
            stopped="stoppedAt",
            reason="statusReason",
        ),
        templates={
            "outputUri": f"{{request.{_PAYLOAD}.OutputDataConfig.S3OutputPath/}}"
            "{trainingJobName}/output/",
            "modelArtifacts": "{outputUri}model.tar.gz",
            **make_links("jobs", TRAINING_LOGS),
        },
        # https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_OutputDataConfig.html
        variants={
            "modelArtifacts": (
                f"request.{_PAYLOAD}.OutputDataConfig.CompressionType",
                "NONE",
                "{outputUri}model/",
            )
        },
        results=frozenset({"modelArtifacts"}),
    ),
    listing=Listing(
        call=_list_by("JOB_NAME", "$prefix"),
        fields={"arn": "jobArn", "name": "jobName", "created": "createdAt"},
        recent=_list_by("AFTER_CREATED_AT", "$milliseconds"),
        filters_names=True,
        # a job whose queue was changed has earlier runs in another one
        scopes=Call("DescribeJobQueues", _PAGE, "jobQueues", "nextToken"),
        scope_field="jobQueueArn",
        scope_filter={"jobQueueType": "SAGEMAKER_TRAINING"},
    ),
    errors=Errors(
        missing=("ClientException", r"(?i)(does not|doesn't) exist|not found|could ?n[o']t find"),
        taken=("ClientException", r"(?i)client ?token"),
    ),
    permissions=Permissions(
        reads=(
            ("DescribeJobQueues", "*"),
            ("GetJobQueueSnapshot", "job-queue/*"),
            ("DescribeSchedulingPolicies", "*"),
            ("DescribeServiceEnvironments", "*"),
            ("ListQuotaShares", "job-queue/*"),
        ),
        targets=("job-queue/*",),
        queue_targets=("job-queue/{queue}", "job-queue/{queue}/quota-share/*"),
        unscoped=frozenset({"DescribeServiceJob"}),
    ),
    terminate=Call("TerminateServiceJob", {"jobId": "$id", "reason": "$reason"}),
    compute=Compute(
        resources=_RESOURCES,
        groups=("InstanceGroups", "InstancePreferences"),
        alternatives="InstancePreferences",
        selected=("SelectedInstanceType", "SelectedInstanceCount"),
        # "Multiply BillableTimeInSeconds by the number of instances":
        # https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_DescribeTrainingJob.html
        billed="BillableTimeInSeconds",
        # "The default value is 1 day":
        # https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_StoppingCondition.html
        limits={
            f"{_PAYLOAD}.StoppingCondition.MaxRuntimeInSeconds": 86_400,
            "timeoutConfig.attemptDurationSeconds": None,
        },
        attempts="retryStrategy.attempts",
        warm=f"{_RESOURCES}.KeepAlivePeriodInSeconds",
        # "If this field is unset, preempted jobs will be requeued an unlimited number of times":
        # https://docs.aws.amazon.com/batch/latest/APIReference/API_ServiceJobPreemptionConfiguration.html
        preempted="quotaShareName",
        preemptions="preemptionConfiguration.preemptionRetriesBeforeTermination",
        image=f"{_PAYLOAD}.AlgorithmSpecification.TrainingImage",
    ),
    # events carry neither tags nor payload
    # https://docs.aws.amazon.com/batch/latest/userguide/service-job-events.html
    events=(
        Event(
            rule="batch",
            description="Batch service jobs that someone should know of",
            source="aws.batch",
            detail_type="Batch Service Job State Change",
            name_field="jobName",
            queue_field="jobQueue",
            status_field="status",
            text='"Job <job:jobName> on <queue:jobQueue> is <status:status>: <reason:statusReason>. <arn:jobArn>"',
        ),
        # https://docs.aws.amazon.com/batch/latest/userguide/batch-service-job-queue-blocked-events.html
        # whoever's job it is, all behind it wait: it is not limited by names
        Event(
            rule="batch-blocked",
            description="Batch queues whose first service job cannot start",
            source="aws.batch",
            detail_type="Batch Service Job Queue Blocked",
            queue_field="jobQueue",
            text='"Queue <queue:jobQueue> is blocked by job <job:jobName>: <reason:statusReason>. <arn:jobArn>"',
        ),
    ),
    logs=TRAINING_LOGS,
    artifacts=Artifacts(own=True),
    link=Link(
        service="sagemaker",
        resource="training-job",
        arn_output="trainingJobArn",
        name_output="trainingJobName",
        prefix="AWSBatch",
        filled_in=_FILLED_IN,
        describe=Call("DescribeTrainingJob", {"TrainingJobName": "$name"}),
        search=Call(
            "Search",
            {
                "Resource": "TrainingJob",
                "SearchExpression": {
                    "Filters": [{"Name": "Tags.$tag", "Operator": "$how", "Value": "$value"}]
                },
                "SortBy": "CreationTime",
                "SortOrder": "Descending",
            },
            result="Results",
            next_token="NextToken",
        ),
        listing=make_listing(
            "TrainingJob", {"NameContains": "$part", "CreationTimeAfter": "$since"}
        ),
        tags=TAGS,
        # of a run that only this service knows: an adopted training job
        terminate=Call("StopTrainingJob", {"TrainingJobName": "$name"}),
        statuses={**STATUSES, "Deleting": Phase.UNKNOWN},
        outputs={
            "status": "TrainingJobStatus",
            **make_outputs("Training"),
            "trainingJobArn": "TrainingJobArn",
            "modelArtifacts": "ModelArtifacts.S3ModelArtifacts",
        },
        details={
            "steps": "SecondaryStatusTransitions",
            "metrics": "FinalMetricDataList",
            "modelPackage": "OutputModelPackageArn",
        },
    ),
)
