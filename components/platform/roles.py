"""The roles that the services assume to run our jobs, with what the named buckets need and no more."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, ClassVar

import pulumi
from pulumi_aws import iam

from . import documents
from .component import Component, Tags, write_document

Buckets = Sequence[pulumi.Input[str]]


class ServiceRole(Component):
    """A role that one AWS service assumes, and its one policy.

    `name` has at most 64 characters. `read` and `write` are bucket names; what is written may be read too.
    `keys` are the ARNs of the KMS keys of buckets that have one. `arn` is the role's; whoever is to use it right away
    depends on the whole component, so that the policy is there.
    """

    arn: pulumi.Output[str]
    name: pulumi.Output[str]
    _service: ClassVar[str]
    _description: ClassVar[str]
    _allow: ClassVar[Callable[..., documents.Document]]

    def __init__(
        self,
        resource_name: str,
        *,
        name: pulumi.Input[str],
        account: pulumi.Input[str],
        region: pulumi.Input[str],
        partition: pulumi.Input[str] = "aws",
        read: Buckets = (),
        write: Buckets = (),
        keys: Mapping[str, str] | None = None,
        tags: Tags | None = None,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        super().__init__(resource_name, opts)
        where = {"account": account, "region": region, "partition": partition}
        role = iam.Role(
            resource_name,
            name=name,
            description=self._description,
            assume_role_policy=write_document(
                documents.service_trust, service=self._service, **where
            ),
            tags=tags,
            opts=self.inside(),
        )
        iam.RolePolicy(
            resource_name,
            name="jobs",
            role=role.name,
            policy=write_document(
                self._allow, read=list(read), write=list(write), keys=keys or {}, **where
            ),
            opts=self.inside(),
        )
        self.arn, self.name = role.arn, role.name
        self.register_outputs({"arn": self.arn, "name": self.name})


class TrainingRole(ServiceRole):
    """The role that SageMaker assumes for a training job: `RoleArn` of a service job's payload.

    https://docs.aws.amazon.com/sagemaker/latest/dg/sagemaker-roles.html
    """

    _service = "sagemaker"
    _description = "SageMaker training jobs submitted by AWS Batch"
    _allow = staticmethod(documents.training)


class PersonalizeRole(ServiceRole):
    """The role that Amazon Personalize assumes for a batch inference job: `roleArn` of its request.

    The buckets' own policies must let Personalize in as well: see `Bucket`.
    https://docs.aws.amazon.com/personalize/latest/dg/granting-personalize-s3-access.html
    """

    _service = "personalize"
    _description = "Amazon Personalize batch inference jobs"

    @staticmethod
    def _allow(account: str, region: str, **inputs: Any) -> documents.Document:
        return documents.personalize(**inputs)
