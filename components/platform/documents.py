"""IAM documents as plain data: who may do what to which resource. Pure; knows neither Pulumi nor AWS's clients.

No action and no resource is a bare `*` where AWS takes a narrower one. Account ids are twelve digits, buckets are
names, ARNs are whole. Each function names the AWS page it follows.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from ..permissions import allow_objects

Document = dict[str, Any]
Statement = dict[str, Any]


def policy(*statements: Statement) -> Document:
    return {"Version": "2012-10-17", "Statement": list(statements)}


def allow(
    sid: str,
    actions: Sequence[str],
    resources: str | Sequence[str],
    condition: dict[str, Any] | None = None,
    principal: dict[str, Any] | None = None,
) -> Statement:
    statement: Statement = {"Sid": sid, "Effect": "Allow"}
    if principal is not None:
        statement["Principal"] = principal
    statement["Action"] = list(actions)
    statement["Resource"] = resources if isinstance(resources, str) else list(resources)
    if condition is not None:
        statement["Condition"] = condition
    return statement


def from_this_account(service: str, account: str, region: str, partition: str) -> dict[str, Any]:
    """Return the condition that a service acts for this account and region, and for nobody else.

    https://docs.aws.amazon.com/IAM/latest/UserGuide/confused-deputy.html
    """
    return {
        "StringEquals": {"aws:SourceAccount": account},
        "ArnLike": {"aws:SourceArn": f"arn:{partition}:{service}:{region}:{account}:*"},
    }


def service_trust(service: str, account: str, region: str, partition: str) -> Document:
    """Return the trust of a role that an AWS service (`sagemaker`, `personalize`) assumes.

    https://docs.aws.amazon.com/sagemaker/latest/dg/security-confused-deputy-prevention.html
    https://docs.aws.amazon.com/personalize/latest/dg/cross-service-confused-deputy-prevention.html
    """
    return policy(
        {
            "Sid": "AssumedByService",
            "Effect": "Allow",
            "Principal": {"Service": f"{service}.amazonaws.com"},
            "Action": "sts:AssumeRole",
            "Condition": from_this_account(service, account, region, partition),
        }
    )


def github_trust(repository: str, environment: str, account: str, partition: str) -> Document:
    """Return the trust of a role that the workflows of one environment of one repository assume, and no others.

    https://docs.github.com/actions/how-tos/secure-your-work/security-harden-deployments/oidc-in-aws
    """
    issuer = "token.actions.githubusercontent.com"
    return policy(
        {
            "Effect": "Allow",
            "Principal": {"Federated": f"arn:{partition}:iam::{account}:oidc-provider/{issuer}"},
            "Action": "sts:AssumeRoleWithWebIdentity",
            "Condition": {
                "StringEquals": {
                    f"{issuer}:aud": "sts.amazonaws.com",
                    f"{issuer}:sub": f"repo:{repository}:environment:{environment}",
                }
            },
        }
    )


def buckets(read: Sequence[str], write: Sequence[str], partition: str) -> list[Statement]:
    """Return what reads all named buckets and writes those in `write`; nothing for no bucket.

    https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazons3.html
    """
    named = list(dict.fromkeys([*write, *read]))
    if not named:
        return []
    arns = [f"arn:{partition}:s3:::{name}" for name in named]
    found = [
        allow("ListBuckets", ["s3:GetBucketLocation", "s3:ListBucket"], arns),
        allow("ReadObjects", ["s3:GetObject"], [f"{arn}/*" for arn in arns]),
    ]
    if write:
        targets = [f"arn:{partition}:s3:::{name}/*" for name in dict.fromkeys(write)]
        found.append(allow("WriteObjects", ["s3:AbortMultipartUpload", "s3:PutObject"], targets))
    return found


def training(
    read: Sequence[str],
    write: Sequence[str],
    account: str,
    region: str,
    partition: str,
    keys: Mapping[str, str],
) -> Document:
    """Return what a SageMaker training job needs: its buckets, its image, its log and its metrics.

    AWS keeps its own algorithm images in accounts that differ by region, so images may come from any account whose
    repository lets this one in. `ecr:GetAuthorizationToken` and `cloudwatch:PutMetricData` take no resource.
    https://docs.aws.amazon.com/sagemaker/latest/dg/sagemaker-roles.html#sagemaker-roles-createtrainingjob-perms
    """
    group = f"arn:{partition}:logs:{region}:{account}:log-group:/aws/sagemaker/TrainingJobs"
    return policy(
        *buckets(read, write, partition),
        *allow_objects(keys, read, write),
        allow(
            "PullImages",
            ["ecr:BatchCheckLayerAvailability", "ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer"],
            f"arn:{partition}:ecr:{region}:*:repository/*",
        ),
        allow("LogInToImages", ["ecr:GetAuthorizationToken"], "*"),
        allow("MakeLogGroup", ["logs:CreateLogGroup", "logs:DescribeLogStreams"], [group]),
        allow(
            "WriteLogs",
            ["logs:CreateLogStream", "logs:PutLogEvents"],
            [f"{group}:log-stream:*"],
        ),
        allow(
            "WriteMetrics",
            ["cloudwatch:PutMetricData"],
            "*",
            {
                "StringLike": {
                    "cloudwatch:namespace": ["/aws/sagemaker/*", "aws/sagemaker/*", "AWS/SageMaker"]
                }
            },
        ),
    )


def personalize(
    read: Sequence[str], write: Sequence[str], partition: str, keys: Mapping[str, str]
) -> Document:
    """Return what a Personalize batch job needs: to list and read its input, and to write its results.

    It uses a bucket's key itself, not through S3. `keys` are the ARNs of the keys of buckets that have one.
    https://docs.aws.amazon.com/personalize/latest/dg/granting-personalize-s3-access.html
    https://docs.aws.amazon.com/personalize/latest/dg/granting-personalize-key-access.html
    """
    found = buckets(read, write, partition)
    if used := sorted({keys[name] for name in [*read, *write] if name in keys}):
        found.append(
            allow(
                "UseKeys",
                ["kms:Decrypt", "kms:DescribeKey", "kms:GenerateDataKey", "kms:ListGrants"],
                used,
            )
        )
    return policy(*found)


def bucket(name: str, account: str, region: str, partition: str, for_personalize: bool) -> Document:
    """Return a bucket's own policy: TLS only; Personalize, which asks the bucket too, from this account only.

    https://docs.aws.amazon.com/AmazonS3/latest/userguide/security-best-practices.html
    https://docs.aws.amazon.com/personalize/latest/dg/granting-personalize-s3-access.html#attach-bucket-policy
    """
    arn = f"arn:{partition}:s3:::{name}"
    statements: list[Statement] = [
        {
            "Sid": "TlsOnly",
            "Effect": "Deny",
            "Principal": "*",
            "Action": "s3:*",
            "Resource": [arn, f"{arn}/*"],
            "Condition": {"Bool": {"aws:SecureTransport": "false"}},
        }
    ]
    if for_personalize:
        statements.append(
            allow(
                "Personalize",
                ["s3:GetObject", "s3:ListBucket", "s3:PutObject"],
                [arn, f"{arn}/*"],
                from_this_account("personalize", account, region, partition),
                {"Service": "personalize.amazonaws.com"},
            )
        )
    return policy(*statements)


def topic(arn: str) -> Document:
    """Return a topic's policy: EventBridge may publish.

    Without a condition, because AWS says that EventBridge fills in none for SNS: with one, every notice is lost.
    https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-use-resource-based.html#eb-sns-permissions
    """
    return policy(
        allow("EventBridge", ["sns:Publish"], arn, principal={"Service": "events.amazonaws.com"})
    )
