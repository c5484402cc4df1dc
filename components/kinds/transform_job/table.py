"""SageMaker transform job: batch inference on a SageMaker model.

https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_CreateTransformJob.html
"""

from __future__ import annotations

from ..base import Kind, Record, Request
from ..parts import Artifacts, Call, Compute, Event, Permissions
from ..sagemaker.table import (
    ERRORS,
    STATUSES,
    TAGS,
    TRANSFORM_LOGS,
    make_links,
    make_listing,
    make_outputs,
)

KIND = Kind(
    name="TransformJob",
    service="sagemaker",
    title="SageMaker transform job",
    request=Request(
        submit=Call("CreateTransformJob"),
        name_field="TransformJobName",
        name_max=63,
        unique_names=True,
        plain_names=True,
        inputs={"TransformInput.DataSource.S3DataSource.S3Uri": "S3DataType"},
        outputs=("TransformOutput.S3OutputPath", "DataCaptureConfig.DestinationS3Uri"),
    ),
    record=Record(
        arn="arn:{partition}:sagemaker:{region}:{account}:transform-job/{name}",
        describe=Call("DescribeTransformJob", {"TransformJobName": "$name"}),
        status_field="TransformJobStatus",
        statuses=STATUSES,
        stopped=frozenset({"Stopping", "Stopped"}),
        outputs={"jobName": "TransformJobName", **make_outputs("Transform")},
        templates={
            "outputUri": "{request.TransformOutput.S3OutputPath/}",
            **make_links("transform-jobs", TRANSFORM_LOGS),
        },
    ),
    listing=make_listing(
        "TransformJob", {"NameContains": "$start"}, recent={"CreationTimeAfter": "$since"}
    ),
    tags=TAGS,
    errors=ERRORS,
    permissions=Permissions(reads=(("DescribeModel", "model/*"),)),
    logs=TRANSFORM_LOGS,
    # https://docs.aws.amazon.com/sagemaker/latest/dg/batch-transform.html
    artifacts=Artifacts(by_record=True),
    terminate=Call("StopTransformJob", {"TransformJobName": "$name"}),
    # AWS has no limit of a transform job's time, so none of its cost
    compute=Compute(resources="TransformResources"),
    # https://docs.aws.amazon.com/sagemaker/latest/dg/automating-sagemaker-with-eventbridge.html
    events=(
        Event(
            rule="transform",
            description="SageMaker transform jobs that someone should know of",
            source="aws.sagemaker",
            detail_type="SageMaker Transform Job State Change",
            name_field="TransformJobName",
            status_field="TransformJobStatus",
            text='"Transform job <job:TransformJobName> is <status:TransformJobStatus>: '
            '<reason:FailureReason>. <arn:TransformJobArn>"',
        ),
    ),
)
