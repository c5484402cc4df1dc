"""What each call needs: action, resource and condition keys, by the Service Authorization Reference.

https://docs.aws.amazon.com/service-authorization/latest/reference/list_batch.html
https://docs.aws.amazon.com/service-authorization/latest/reference/list_personalize.html
https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonsagemakerai.html
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from .iam import Asked, tagged
from .reference import takes_resource

PERSONALIZE = {
    "personalize:CreateBatchInferenceJob": "batch-inference-job",
    "personalize:CreateBatchSegmentJob": "batch-segment-job",
}
TagsOf = Callable[[str], Mapping[str, str]]


def needs(action: str, request: Mapping[str, Any], place: str, tags_of: TagsOf) -> Iterator[Asked]:
    """Everything that IAM judges of one call. `place` is `REGION:ACCOUNT`; `tags_of` says a resource's tags."""
    if action == "sts:GetCallerIdentity":
        return  # cannot be denied
    if action == "batch:SubmitServiceJob":
        asked = tagged("aws:RequestTag", request["tags"])
        job = f"arn:aws:batch:{place}:service-job/new"
        queue = request["jobQueue"]
        if not queue.startswith("arn:"):
            queue = f"arn:aws:batch:{place}:job-queue/{queue}"
        yield Asked(action, job, asked)
        yield Asked(action, queue, asked)
        yield Asked("batch:TagResource", job, asked)
        role = json.loads(request["serviceRequestPayload"])["RoleArn"]
        yield Asked("iam:PassRole", role, {"iam:PassedToService": "sagemaker.amazonaws.com"})
    elif action in PERSONALIZE:
        asked = tagged("aws:RequestTag", _tags(request))
        job = f"arn:aws:personalize:{place}:{PERSONALIZE[action]}/new"
        yield Asked(action, job, asked)
        yield Asked("personalize:TagResource", "*", asked)
        passed = {"iam:PassedToService": "personalize.amazonaws.com"}
        yield Asked("iam:PassRole", request["roleArn"], passed)
    elif action == "sagemaker:CreateTransformJob":
        asked = tagged("aws:RequestTag", _tags(request))
        job = f"arn:aws:sagemaker:{place}:transform-job/{request['TransformJobName']}"
        yield Asked(action, job, asked)
        yield Asked("sagemaker:AddTags", job, asked)
    else:
        resource = _resource(action, request, place)
        context = tagged("aws:ResourceTag", tags_of(resource)) if resource != "*" else {}
        context |= tagged("aws:RequestTag", _tags(request))
        yield Asked(action, resource if takes_resource(action) else "*", context)


def _resource(action: str, request: Mapping[str, Any], place: str) -> str:
    for name in ("resourceArn", "ResourceArn", "batchInferenceJobArn", "batchSegmentJobArn"):
        if name in request:
            return str(request[name])
    if "jobId" in request:
        return f"arn:aws:batch:{place}:service-job/{request['jobId']}"
    if not takes_resource(action):
        return "*"
    if "jobQueue" in request:
        return f"arn:aws:batch:{place}:job-queue/{request['jobQueue'].rpartition('/')[2]}"
    assert action.startswith("sagemaker:"), f"what {action} needs is not known here"
    if "TransformJobName" in request:
        return f"arn:aws:sagemaker:{place}:transform-job/{request['TransformJobName']}"
    return f"arn:aws:sagemaker:{place}:training-job/{request['TrainingJobName']}"


def _tags(request: Mapping[str, Any]) -> dict[str, str]:
    """The tags that a request sets, in whichever of the three forms."""
    tags = request.get("tags") or request.get("Tags") or {}
    if isinstance(tags, Mapping):
        return dict(tags)
    return {tag.get("tagKey") or tag["Key"]: tag.get("tagValue") or tag["Value"] for tag in tags}
