"""An alarm on what the jobs cost."""

from __future__ import annotations

from collections.abc import Sequence

import pulumi
from pulumi_aws import budgets

from ..run.definition import IDENTITY
from .component import Component, Tags


class BudgetAlarm(Component):
    """A monthly budget for the costs that carry our jobs' tag, with e-mails at 80 % forecast and 100 % spent.

    `monthly` is in US dollars. `identities` is the start of the tag's values, `project/stack/`: the jobs of one stack.
    Costs carry the tag `aws-jobs:identity` from the day on which the payer's account activates it as a cost
    allocation tag (Billing, "Cost allocation tags"); before that the budget sees nothing.
    https://docs.aws.amazon.com/awsaccountbilling/latest/aboutv2/activating-tags.html
    https://docs.aws.amazon.com/aws-cost-management/latest/APIReference/API_budgets_TagValues.html
    """

    def __init__(
        self,
        resource_name: str,
        *,
        name: pulumi.Input[str],
        monthly: pulumi.Input[float],
        identities: pulumi.Input[str],
        emails: Sequence[pulumi.Input[str]],
        tags: Tags | None = None,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        super().__init__(resource_name, opts)
        budgets.Budget(
            resource_name,
            name=name,
            budget_type="COST",
            time_unit="MONTHLY",
            limit_amount=pulumi.Output.from_input(monthly).apply("{:.2f}".format),
            limit_unit="USD",
            metrics="UnblendedCost",
            filter_expression=budgets.BudgetFilterExpressionArgs(
                tags=budgets.BudgetFilterExpressionTagsArgs(
                    key=IDENTITY, values=[identities], match_options=["STARTS_WITH"]
                )
            ),
            notifications=[
                budgets.BudgetNotificationArgs(
                    comparison_operator="GREATER_THAN",
                    notification_type=kind,
                    threshold=threshold,
                    threshold_type="PERCENTAGE",
                    subscriber_email_addresses=list(emails),
                )
                for kind, threshold in (("FORECASTED", 80.0), ("ACTUAL", 100.0))
            ],
            tags=tags,
            opts=self.inside(),
        )
        self.register_outputs({})
