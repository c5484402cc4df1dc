"""Which jobs their queue can never start, by the limits of its environments and quota shares."""

from __future__ import annotations

from typing import Any

import pytest

from components.kinds import KINDS
from components.kinds.service_job.capacity import (
    Needs,
    explain_environments,
    explain_share,
    list_needs,
)

M5 = "ml.m5.xlarge"
P5 = "ml.p5.48xlarge"


def environment(**limits: int) -> dict[str, Any]:
    return {
        "serviceEnvironmentName": "training",
        "capacityLimits": [
            {"capacityUnit": unit.replace("_", "."), "maxCapacity": most}
            if unit != "NUM_INSTANCES"
            else {"capacityUnit": unit, "maxCapacity": most}
            for unit, most in limits.items()
        ],
    }


def share(
    name: str, most: int, strategy: str = "RESERVE", unit: str = M5, **sharing: int
) -> dict[str, Any]:
    return {
        "quotaShareName": name,
        "capacityLimits": [{"capacityUnit": unit, "maxCapacity": most}],
        "resourceSharingConfiguration": {"strategy": strategy, **sharing},
    }


@pytest.mark.parametrize(
    ("config", "needs"),
    [
        ({"InstanceType": M5, "InstanceCount": 3}, [{M5: 3}]),
        ({"InstanceType": M5, "InstanceCount": "${matrix.n}"}, []),
        (
            {
                "InstanceGroups": [
                    {"InstanceType": M5, "InstanceCount": 2},
                    {"InstanceType": M5, "InstanceCount": 1},
                    {"InstanceType": P5, "InstanceCount": 4},
                ]
            },
            [{M5: 3, P5: 4}],
        ),
        (
            {
                "InstancePreferences": [
                    {"InstanceType": P5, "InstanceCount": 1},
                    {"InstanceType": M5, "InstanceCount": 8},
                ]
            },
            [{P5: 1}, {M5: 8}],
        ),
        ({}, []),
    ],
)
def test_what_a_job_needs(config: dict[str, Any], needs: list[Needs]) -> None:
    """Groups add up, of preferences one is enough, and a number that is not known yet says nothing."""
    request = {"serviceRequestPayload": {"ResourceConfig": config}}
    assert list_needs(KINDS["ServiceJob"], request) == needs


@pytest.mark.parametrize(
    ("needs", "limits", "said"),
    [
        ([{M5: 3, P5: 4}], {"NUM_INSTANCES": 7}, ""),
        (
            [{M5: 3, P5: 4}],
            {"NUM_INSTANCES": 6},
            "training has at most 6 instances and the job needs 7",
        ),
        ([{M5: 4}], {"ml_m5_xlarge": 4}, ""),
        ([{M5: 5}], {"ml_m5_xlarge": 4}, f"training has at most 4 {M5} and the job needs 5"),
        ([{P5: 1}], {"ml_m5_xlarge": 4}, f"training has no {P5} and the job needs 1"),
        ([{P5: 9}, {M5: 4}], {"ml_m5_xlarge": 4}, ""),
        ([{M5: 4}], {}, ""),
        ([], {"NUM_INSTANCES": 1}, ""),
    ],
)
def test_an_environment_that_is_never_large_enough(
    needs: list[Needs], limits: dict[str, int], said: str
) -> None:
    """All instances count where the unit says so, else each type has a limit or none of it; one choice is enough."""
    assert explain_environments(needs, [environment(**limits)]) == said
    # a second one that is large enough
    assert explain_environments(needs, [environment(**limits), environment(NUM_INSTANCES=99)]) == ""


LENDER = share("lender", 6, "LEND")


@pytest.mark.parametrize(
    ("own", "count", "said"),
    [
        (share("a", 2), 2, ""),
        (share("a", 2), 3, f"it has at most 2 {M5} and the job needs 3"),
        (share("a", 2, "LEND"), 3, f"it has at most 2 {M5} and the job needs 3"),
        (share("a", 2, "LEND_AND_BORROW"), 8, ""),
        (share("a", 2, "LEND_AND_BORROW"), 9, f"it has at most 8 {M5} and the job needs 9"),
        (share("a", 2, "LEND_AND_BORROW", borrowLimit=50), 3, ""),
        (
            share("a", 2, "LEND_AND_BORROW", borrowLimit=50),
            4,
            f"it has at most 3 {M5} and the job needs 4",
        ),
        (share("a", 2, "LEND_AND_BORROW", P5), 6, ""),
        (share("a", 2, "RESERVE", P5), 1, f"it has no {M5} and the job needs 1"),
        ({"quotaShareName": "a"}, 99, ""),
    ],
)
def test_a_share_that_can_never_have_enough(own: dict[str, Any], count: int, said: str) -> None:
    """Its own, and what it may borrow of those that lend: `lender` has 6, `keeper` keeps its own."""
    shares = [own, LENDER, share("keeper", 99)]
    assert explain_share([{M5: count}], own, shares) == said
