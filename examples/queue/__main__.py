"""A queue for SageMaker training jobs: service environment, scheduling policy, queue and quota shares.

pulumi-aws 7.51 has neither service environments nor SAGEMAKER_TRAINING queues; pulumi-aws-native has both.
https://docs.aws.amazon.com/batch/latest/userguide/create-quota-management-resources.html
"""

import pulumi
import pulumi_aws_native as aws_native

config = pulumi.Config()
name = config.get("name") or "training"
# an instance type and how many of it run at once, all shares together
capacity = config.get_object("capacity") or {"ml.m5.xlarge": 4, "ml.g5.xlarge": 2}
# how many of each instance type a share has for itself
shares = config.get_object("shares") or {
    "research": {"ml.m5.xlarge": 2, "ml.g5.xlarge": 2},
    "growth": {"ml.m5.xlarge": 2},
}
tags = {"team": "ml"}

environment = aws_native.batch.ServiceEnvironment(
    "environment",
    service_environment_name=f"{name}-environment",
    service_environment_type="SAGEMAKER_TRAINING",
    state="ENABLED",
    capacity_limits=[
        aws_native.batch.ServiceEnvironmentCapacityLimitArgs(
            capacity_unit=unit, max_capacity=int(most)
        )
        for unit, most in sorted(capacity.items())
    ],
    tags=tags,
)

policy = aws_native.batch.SchedulingPolicy(
    "policy",
    name=f"{name}-quota",
    quota_share_policy=aws_native.batch.SchedulingPolicyQuotaSharePolicyArgs(
        idle_resource_assignment_strategy="FIFO"
    ),
    tags=tags,
)

queue = aws_native.batch.JobQueue(
    "queue",
    job_queue_name=name,
    job_queue_type="SAGEMAKER_TRAINING",
    state="ENABLED",
    priority=1,
    scheduling_policy_arn=policy.arn,
    service_environment_order=[
        aws_native.batch.JobQueueServiceEnvironmentOrderArgs(
            order=1, service_environment=environment.service_environment_arn
        )
    ],
    tags=tags,
)

for share, limits in sorted(shares.items()):
    aws_native.batch.QuotaShare(
        share,
        quota_share_name=share,
        job_queue=queue.job_queue_arn,
        state="ENABLED",
        capacity_limits=[
            aws_native.batch.QuotaShareCapacityLimitArgs(capacity_unit=unit, max_capacity=int(most))
            for unit, most in sorted(limits.items())
        ],
        # what one share leaves idle, the other may borrow, and gives back when it is asked for
        resource_sharing_configuration=aws_native.batch.QuotaShareResourceSharingConfigurationArgs(
            strategy="LEND_AND_BORROW", borrow_limit=100
        ),
        preemption_configuration=aws_native.batch.QuotaSharePreemptionConfigurationArgs(
            in_share_preemption="ENABLED"
        ),
        tags=tags,
    )

# what job files use: `jobQueue: training` and `quotaShareName: research`
pulumi.export("jobQueue", queue.job_queue_name)
pulumi.export("jobQueueArn", queue.job_queue_arn)
pulumi.export("quotaShareNames", sorted(shares))
