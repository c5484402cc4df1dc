"""The resources that a Pulumi program declares: one class a kind, the same arguments in each."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pulumi
from pulumi.dynamic import Resource, ResourceProvider

from .provider import BatchInferenceJobProvider, ServiceJobProvider

# What a run shows once AWS has said it. A dynamic resource has no output that its inputs do not name.
OUTPUTS = (
    "phase",
    "status",
    "statusReason",
    "digest",
    "jobArn",
    "jobName",
    "outputUri",
    "modelArtifacts",
    "trainingJobName",
    "trainingJobArn",
    "consoleUrl",
    "logsUrl",
    "createdAt",
    "startedAt",
    "stoppedAt",
)


class _Job(Resource):
    """What both kinds share: arguments in, a run's outputs out."""

    phase: pulumi.Output[str]
    status: pulumi.Output[str]
    digest: pulumi.Output[str]
    jobArn: pulumi.Output[str]
    outputUri: pulumi.Output[str]

    def __init__(
        self,
        provider: ResourceProvider,
        resource_name: str,
        request: pulumi.Input[Mapping[str, Any]],
        *,
        region: pulumi.Input[str] | None = None,
        name: str | None = None,
        formerly: Sequence[str] = (),
        inputs: Mapping[str, Any] | None = None,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        stack = f"{pulumi.get_project()}/{pulumi.get_stack()}"
        job = name or resource_name
        properties: dict[str, Any] = {
            **dict.fromkeys(OUTPUTS),
            "name": job,
            "identity": f"{stack}/{job}",
            "formerly": [f"{stack}/{former}" for former in formerly] or None,
            "region": region or pulumi.Config("aws").require("region"),
            "request": request,
            **(inputs or {}),
        }
        super().__init__(provider, resource_name, properties, opts)


class ServiceJob(_Job, module="aws-jobs", name="ServiceJob"):
    """An AWS Batch service job: a SageMaker training job behind a Batch queue.

    `request` is SubmitServiceJob's request, its payload an object or AWS's JSON string. `region` defaults to
    `aws:region`. `inputs` may hold generation, onReplace, onDelete, adopt, secretPaths (see
    `components.run.definition`). https://docs.aws.amazon.com/batch/latest/APIReference/API_SubmitServiceJob.html
    """

    trainingJobName: pulumi.Output[str]
    modelArtifacts: pulumi.Output[str]

    def __init__(
        self,
        resource_name: str,
        request: pulumi.Input[Mapping[str, Any]],
        *,
        region: pulumi.Input[str] | None = None,
        name: str | None = None,
        formerly: Sequence[str] = (),
        inputs: Mapping[str, Any] | None = None,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        super().__init__(
            ServiceJobProvider(),
            resource_name,
            request,
            region=region,
            name=name,
            formerly=formerly,
            inputs=inputs,
            opts=opts,
        )


class BatchInferenceJob(_Job, module="aws-jobs", name="BatchInferenceJob"):
    """An Amazon Personalize batch inference job; arguments as `ServiceJob`'s.

    `request` is CreateBatchInferenceJob's request.
    https://docs.aws.amazon.com/personalize/latest/dg/API_CreateBatchInferenceJob.html
    """

    def __init__(
        self,
        resource_name: str,
        request: pulumi.Input[Mapping[str, Any]],
        *,
        region: pulumi.Input[str] | None = None,
        name: str | None = None,
        formerly: Sequence[str] = (),
        inputs: Mapping[str, Any] | None = None,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        super().__init__(
            BatchInferenceJobProvider(),
            resource_name,
            request,
            region=region,
            name=name,
            formerly=formerly,
            inputs=inputs,
            opts=opts,
        )


RESOURCES: dict[str, type[ServiceJob] | type[BatchInferenceJob]] = {
    "ServiceJob": ServiceJob,
    "BatchInferenceJob": BatchInferenceJob,
}
