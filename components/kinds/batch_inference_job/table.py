"""Amazon Personalize batch inference job.

https://docs.aws.amazon.com/personalize/latest/dg/API_CreateBatchInferenceJob.html
"""

from __future__ import annotations

from ..base import Call, Kind, Phase

BATCH_INFERENCE_JOB = Kind(
    name="BatchInferenceJob",
    service="personalize",
    title="Amazon Personalize batch inference job",
    shape="CreateBatchInferenceJobRequest",
    submit=Call("CreateBatchInferenceJob", result="batchInferenceJobArn"),
    name_field="jobName",
    name_max=63,
    name_pattern=r"[A-Za-z0-9][A-Za-z0-9_-]*",
    unique_names=True,
    token_field="",
    defaults={},
    payload=None,
    tags_as_list=("tagKey", "tagValue"),
    in_place={},
    arn="arn:{partition}:personalize:{region}:{account}:batch-inference-job/{name}",
    describe=Call(
        "DescribeBatchInferenceJob", {"batchInferenceJobArn": "$arn"}, result="batchInferenceJob"
    ),
    # neither this call nor any other filters by name
    list=Call(
        "ListBatchInferenceJobs",
        {"maxResults": 100},
        result="batchInferenceJobs",
        next_token="nextToken",
    ),
    list_fields={
        "arn": "batchInferenceJobArn",
        "name": "jobName",
        "created": "creationDateTime",
        "id": "batchInferenceJobArn",
    },
    exact_list=False,
    scopes=None,
    scope_field="",
    scope_filter={},
    tag=Call("TagResource", {"resourceArn": "$arn", "tags": "$tags"}),
    untag=Call("UntagResource", {"resourceArn": "$arn", "tagKeys": "$keys"}),
    read_tags=Call("ListTagsForResource", {"resourceArn": "$arn"}, result="tags"),
    terminate=None,
    # https://docs.aws.amazon.com/personalize/latest/dg/API_BatchInferenceJob.html
    statuses={
        "CREATE PENDING": Phase.QUEUED,
        "CREATE IN_PROGRESS": Phase.RUNNING,
        "ACTIVE": Phase.SUCCEEDED,
        "CREATE FAILED": Phase.FAILED,
    },
    status_field="status",
    terminated_field="",
    outputs={
        "jobName": "jobName",
        "statusReason": "failureReason",
        "createdAt": "creationDateTime",
        "stoppedAt": "lastUpdatedDateTime",
    },
    templates={
        "outputUri": "{request.jobOutput.s3DataDestination.path/}",
        "consoleUrl": "https://{region}.console.aws.amazon.com/personalize/home?region={region}",
    },
    variants={},
    results=frozenset(),
    missing=("ResourceNotFoundException", ""),
    taken=("ResourceAlreadyExistsException", ""),
    no_slot=("LimitExceededException", ""),
    role="roleArn",
    inputs=frozenset({"jobInput.s3DataSource.path"}),
    # https://docs.aws.amazon.com/personalize/latest/dg/limits.html: pending or in progress
    slots=5,
)
