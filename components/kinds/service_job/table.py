"""AWS Batch service job: a SageMaker training job behind a Batch queue.

https://docs.aws.amazon.com/batch/latest/APIReference/API_SubmitServiceJob.html
"""

from __future__ import annotations

from ..base import Call, Kind, Link, Payload, Phase

_CONSOLE = "https://{region}.console.aws.amazon.com"

SERVICE_JOB = Kind(
    name="ServiceJob",
    service="batch",
    title="AWS Batch service job",
    shape="SubmitServiceJobRequest",
    submit=Call("SubmitServiceJob", result="jobArn"),
    name_field="jobName",
    name_max=128,
    name_pattern=r"[A-Za-z0-9][A-Za-z0-9_-]*",
    unique_names=False,
    token_field="clientToken",
    defaults={"serviceJobType": "SAGEMAKER_TRAINING"},
    # SageMaker's name is `AWSBatch<TrainingJobName><32 hex>` of at most 63 characters
    payload=Payload(
        field="serviceRequestPayload",
        service="sagemaker",
        operation="CreateTrainingJob",
        shape="CreateTrainingJobRequest",
        name_field="TrainingJobName",
        name_max=23,
        tags_field="Tags",
        # script mode: https://github.com/aws/sagemaker-training-toolkit
        code={
            "HyperParameters.sagemaker_submit_directory": "uri",
            "HyperParameters.sagemaker_program": "entryPoint",
        },
    ),
    tags_as_list=None,
    in_place={
        "schedulingPriority": Call(
            "UpdateServiceJob", {"jobId": "$id", "schedulingPriority": "$value"}
        )
    },
    arn="arn:{partition}:batch:{region}:{account}:service-job/{id}",
    describe=Call("DescribeServiceJob", {"jobId": "$id"}),
    list=Call(
        "ListServiceJobs",
        {
            "jobQueue": "$scope",
            "filters": [{"name": "JOB_NAME", "values": ["$prefix"]}],
            "maxResults": 100,
        },
        result="jobSummaryList",
        next_token="nextToken",
    ),
    list_fields={"arn": "jobArn", "name": "jobName", "created": "createdAt", "id": "jobId"},
    exact_list=True,
    # a job whose queue was changed has earlier runs in another one
    scopes=Call("DescribeJobQueues", {"maxResults": 100}, "jobQueues", "nextToken"),
    scope_field="jobQueueArn",
    scope_filter={"jobQueueType": "SAGEMAKER_TRAINING"},
    tag=Call("TagResource", {"resourceArn": "$arn", "tags": "$tags"}),
    untag=Call("UntagResource", {"resourceArn": "$arn", "tagKeys": "$keys"}),
    read_tags=Call("ListTagsForResource", {"resourceArn": "$arn"}, result="tags"),
    terminate=Call("TerminateServiceJob", {"jobId": "$id", "reason": "$reason"}),
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
    status_field="status",
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
    templates={
        "outputUri": "{request.serviceRequestPayload.OutputDataConfig.S3OutputPath/}"
        "{trainingJobName}/output/",
        "modelArtifacts": "{outputUri}model.tar.gz",
        "consoleUrl": _CONSOLE + "/sagemaker/home?region={region}#/jobs/{trainingJobName}",
        "logsUrl": _CONSOLE + "/cloudwatch/home?region={region}#logsV2:log-groups/log-group/"
        "$252Faws$252Fsagemaker$252FTrainingJobs$3FlogStreamNameFilter$3D{trainingJobName}",
    },
    # https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_OutputDataConfig.html
    variants={
        "modelArtifacts": (
            "request.serviceRequestPayload.OutputDataConfig.CompressionType",
            "NONE",
            "{outputUri}model/",
        )
    },
    results=frozenset({"modelArtifacts"}),
    missing=("ClientException", r"(?i)(does not|doesn't) exist|not found|could ?n[o']t find"),
    taken=("ClientException", r"(?i)client ?token"),
    no_slot=("", ""),
    role="serviceRequestPayload.RoleArn",
    inputs=frozenset({"serviceRequestPayload.InputDataConfig.DataSource.S3DataSource.S3Uri"}),
    link=Link(
        service="sagemaker",
        arn_output="trainingJobArn",
        name_output="trainingJobName",
        describe=Call("DescribeTrainingJob", {"TrainingJobName": "$name"}),
        search=Call(
            "Search",
            {
                "Resource": "TrainingJob",
                "SearchExpression": {
                    "Filters": [
                        {"Name": "Tags.$tag", "Operator": "$how", "Value": "$value"},
                    ]
                },
                "SortBy": "CreationTime",
                "SortOrder": "Descending",
            },
            result="Results",
            next_token="NextToken",
        ),
        tag=Call("AddTags", {"ResourceArn": "$arn", "Tags": "$tags"}),
        read_tags=Call("ListTags", {"ResourceArn": "$arn"}, result="Tags", next_token="NextToken"),
        # of a run that only this service knows: a training job that was taken over
        terminate=Call("StopTrainingJob", {"TrainingJobName": "$name"}),
        # https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_DescribeTrainingJob.html
        statuses={
            "InProgress": Phase.RUNNING,
            "Stopping": Phase.RUNNING,
            "Completed": Phase.SUCCEEDED,
            "Failed": Phase.FAILED,
            "Stopped": Phase.FAILED,
        },
        outputs={
            "status": "TrainingJobStatus",
            "statusReason": "FailureReason",
            "createdAt": "CreationTime",
            "startedAt": "TrainingStartTime",
            "stoppedAt": "TrainingEndTime",
            "trainingJobArn": "TrainingJobArn",
            "modelArtifacts": "ModelArtifacts.S3ModelArtifacts",
        },
    ),
)
