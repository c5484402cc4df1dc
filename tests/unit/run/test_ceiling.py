"""What bounds a run's price: instances, time, attempts, preemptions."""

from __future__ import annotations

import math
from typing import Any

import pytest

from components.kinds import KINDS
from components.run import ceiling

SERVICE = KINDS["ServiceJob"]


def request(**others: Any) -> dict[str, Any]:
    """An hour on two instances, twice."""
    return {
        "retryStrategy": {"attempts": 2},
        "serviceRequestPayload": {
            "ResourceConfig": {"InstanceType": "ml.m5.xlarge", "InstanceCount": 2},
            "StoppingCondition": {"MaxRuntimeInSeconds": 3600},
        },
        **others,
    }


@pytest.mark.parametrize(
    ("others", "hours"),
    [
        ({}, 4),
        ({"quotaShareName": "gold"}, math.inf),
        (
            {
                "quotaShareName": "gold",
                "preemptionConfiguration": {"preemptionRetriesBeforeTermination": 2},
            },
            12,
        ),
        (
            {
                "quotaShareName": "gold",
                "preemptionConfiguration": {"preemptionRetriesBeforeTermination": 0},
            },
            4,
        ),
    ],
)
def test_a_preempted_run_begins_anew(others: dict[str, Any], hours: float) -> None:
    """As often as the request says, and without limit where it says nothing."""
    assert ceiling.total(SERVICE, request(**others)) == hours
    assert ceiling.is_unlimited(SERVICE, request(**others)) is math.isinf(hours)


@pytest.mark.parametrize(
    ("config", "used"),
    [
        ({"InstanceType": "ml.m5.xlarge", "InstanceCount": 2}, [("ml.m5.xlarge", 2)]),
        (
            {
                "InstanceGroups": [
                    {"InstanceType": "a", "InstanceCount": 1, "InstanceGroupName": "x"}
                ]
            },
            [("a", 1)],
        ),
        ({"InstancePreferences": [{"InstanceType": "a", "InstanceCount": 1}]}, []),
        (
            {
                "InstancePreferences": [{"InstanceType": "a", "InstanceCount": 1}],
                "SelectedInstanceType": "a",
                "SelectedInstanceCount": 1,
            },
            [("a", 1)],
        ),
    ],
)
def test_what_a_run_uses_is_what_aws_says(config: dict[str, Any], used: list[Any]) -> None:
    """Of alternatives the one that was selected, and none before that."""
    record = {"serviceRequestPayload": {"ResourceConfig": config}}
    assert ceiling.list_used(SERVICE, record) == used
    assert ceiling.count_hours(used, 7200) == {name: count * 2 for name, count in used}


def test_hours_of_groups_of_one_type_are_added() -> None:
    """A cluster of two groups."""
    assert ceiling.count_hours([("a", 1), ("a", 2), ("b", 1)], 1800) == {"a": 1.5, "b": 0.5}
