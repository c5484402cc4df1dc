"""Somebody's own Pulumi program: a bucket, a role, and a training job that uses both.

The role's ARN and the bucket's name are outputs: unknown in the first preview, known when the job is submitted, which
waits for them in the same `up`.
"""

import json

import pulumi
import pulumi_aws as aws

from aws_jobs import ServiceJob

QUEUE = pulumi.Config().get("queue") or "training"
IMAGE = "683313688378.dkr.ecr.us-east-1.amazonaws.com/sagemaker-xgboost:1.7-1"

account = aws.get_caller_identity_output().account_id
bucket = aws.s3.Bucket("models")
role = aws.iam.Role(
    "training",
    assume_role_policy=pulumi.Output.json_dumps(
        {
            "Version": "2012-10-17",
            "Statement": [
                {
                    "Effect": "Allow",
                    "Principal": {"Service": "sagemaker.amazonaws.com"},
                    "Action": "sts:AssumeRole",
                    "Condition": {"StringEquals": {"aws:SourceAccount": account}},
                }
            ],
        }
    ),
)


def may_use_bucket(arn: str) -> str:
    """The policy of the training role: this one bucket. Its log and its image need more; see docs/platform.md."""
    return json.dumps(
        {
            "Version": "2012-10-17",
            "Statement": [
                {"Effect": "Allow", "Action": ["s3:ListBucket"], "Resource": [arn]},
                {
                    "Effect": "Allow",
                    "Action": ["s3:GetObject", "s3:PutObject"],
                    "Resource": [f"{arn}/*"],
                },
            ],
        }
    )


leave = aws.iam.RolePolicy("training", role=role.name, policy=bucket.arn.apply(may_use_bucket))

churn = ServiceJob(
    "churn",
    {
        "jobQueue": QUEUE,
        "serviceRequestPayload": {
            "RoleArn": role.arn,
            "AlgorithmSpecification": {"TrainingImage": IMAGE, "TrainingInputMode": "File"},
            "HyperParameters": {"objective": "binary:logistic", "num_round": "200"},
            "InputDataConfig": [
                {
                    "ChannelName": "train",
                    "ContentType": "text/csv",
                    "DataSource": {
                        "S3DataSource": {
                            "S3DataType": "S3Prefix",
                            "S3Uri": pulumi.Output.concat("s3://", bucket.bucket, "/churn/train/"),
                        }
                    },
                }
            ],
            "OutputDataConfig": {
                "S3OutputPath": pulumi.Output.concat("s3://", bucket.bucket, "/models/")
            },
            "ResourceConfig": {
                "InstanceType": "ml.m5.xlarge",
                "InstanceCount": 1,
                "VolumeSizeInGB": 30,
            },
            "StoppingCondition": {"MaxRuntimeInSeconds": 3600},
        },
        "tags": {"team": "growth"},
    },
    # the role is of no use before its policy is there
    opts=pulumi.ResourceOptions(depends_on=leave),
)

pulumi.export("bucket", bucket.bucket)
pulumi.export("job", churn.jobArn)
pulumi.export("results", churn.outputUri)
