"""The ground under the jobs, by pulumi-aws: bucket, roles, notices, a scheduling policy, a budget.

Each component is usable alone; `Platform` makes those that a stack asks for. Import what you need from its module
(`from components.platform.bucket import Bucket`): this package imports nothing, so that a program without a platform
never loads pulumi_aws.
"""
