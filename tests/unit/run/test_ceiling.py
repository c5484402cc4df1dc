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
