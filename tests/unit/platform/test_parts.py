"""The scheduling policy and the budget."""

from __future__ import annotations

from components.platform.fairshare import FairShare
from components.platform.spending import BudgetAlarm
from tests.unit.platform.recording import run


def test_fair_share_gives_each_identifier_its_weight() -> None:
    """AWS's own fields, in an order that never changes by itself."""

    def program() -> None:
        FairShare(
            "fair",
            name="acme-fair-share",
            shares={"vision*": 0.5, "growth": 1.0},
            decay_seconds=600,
            reservation=10,
            tags={"team": "ml"},
        )

    policy = run(program).one("aws:batch/schedulingPolicy:SchedulingPolicy")
    assert policy.parent == "fair"
    assert policy.inputs == {
        "name": "acme-fair-share",
        "fairSharePolicy": {
            "computeReservation": 10,
            "shareDecaySeconds": 600,
            "shareDistributions": [
                {"shareIdentifier": "growth", "weightFactor": 1.0},
                {"shareIdentifier": "vision*", "weightFactor": 0.5},
            ],
        },
        "tags": {"team": "ml"},
    }


def test_budget_counts_what_carries_this_stacks_tag() -> None:
    """Every job's identity starts with project and stack; mails at 80 % forecast and 100 % spent."""

    def program() -> None:
        BudgetAlarm(
            "budget",
            name="acme-budget",
            monthly=500,
            identities="aws-jobs/dev/",
            emails=["cfo@example.com"],
            tags={"team": "ml"},
        )

    budget = run(program).one("aws:budgets/budget:Budget")
    assert budget.parent == "budget"
    notifications = budget.inputs.pop("notifications")
    assert budget.inputs == {
        "name": "acme-budget",
        "budgetType": "COST",
        "timeUnit": "MONTHLY",
        "limitAmount": "500.00",
        "limitUnit": "USD",
        "metrics": "UnblendedCost",
        "filterExpression": {
            "tags": {
                "key": "aws-jobs:identity",
                "values": ["aws-jobs/dev/"],
                "matchOptions": ["STARTS_WITH"],
            }
        },
        "tags": {"team": "ml"},
    }
    assert [(n["notificationType"], n["threshold"]) for n in notifications] == [
        ("FORECASTED", 80.0),
        ("ACTUAL", 100.0),
    ]
    assert all(n["subscriberEmailAddresses"] == ["cfo@example.com"] for n in notifications)
    assert all(n["comparisonOperator"] == "GREATER_THAN" for n in notifications)
    assert all(n["thresholdType"] == "PERCENTAGE" for n in notifications)
