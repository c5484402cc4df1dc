"""How the teams on one queue share it."""

from __future__ import annotations

from collections.abc import Mapping

import pulumi
from pulumi_aws import batch

from .component import Component, Tags


class FairShare(Component):
    """A fair-share scheduling policy, for `schedulingPolicyArn` of a SAGEMAKER_TRAINING queue.

    `shares` are weights by share identifier, 0.0001 to 999.9999: half the weight, twice the share; an identifier that
    ends in `*` stands for all that start so, and one that is not named weighs 1. `decay_seconds` (0 to 604800) is how
    far back use counts; `reservation` (0 to 99, percent) is kept for share identifiers that are not in use yet.
    https://docs.aws.amazon.com/batch/latest/APIReference/API_FairsharePolicy.html
    """

    arn: pulumi.Output[str]

    def __init__(
        self,
        resource_name: str,
        *,
        name: pulumi.Input[str],
        shares: Mapping[str, pulumi.Input[float]],
        decay_seconds: pulumi.Input[int] = 3600,
        reservation: pulumi.Input[int] = 0,
        tags: Tags | None = None,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        super().__init__(resource_name, opts)
        policy = batch.SchedulingPolicy(
            resource_name,
            name=name,
            fair_share_policy=batch.SchedulingPolicyFairSharePolicyArgs(
                compute_reservation=reservation,
                share_decay_seconds=decay_seconds,
                share_distributions=[
                    batch.SchedulingPolicyFairSharePolicyShareDistributionArgs(
                        share_identifier=share, weight_factor=weight
                    )
                    for share, weight in sorted(shares.items())
                ],
            ),
            tags=tags,
            opts=self.inside(),
        )
        self.arn = policy.arn
        self.register_outputs({"arn": self.arn})
