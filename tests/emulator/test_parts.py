"""The clock, the pace, the agenda and the order of waiting jobs, each by itself."""

from __future__ import annotations

import math
from dataclasses import dataclass

import pytest

from local.aws.batch.capacity import fits, read_needs
from local.aws.batch.names import matches
from local.aws.batch.records import Resource
from local.aws.batch.retries import is_retried
from local.aws.clock import Clock, Pace
from local.aws.service.objects import split_uri
from local.aws.service.table import Table


def test_clock_follows_its_source() -> None:
    """A clock shows its source's time until it is frozen, and goes on from there when it is thawed."""
    source = [100.0]
    clock = Clock(lambda: source[0])
    assert clock.now() == 100
    clock.advance(5)
    assert clock.now() == 105
    clock.freeze()
    source[0] = 200
    assert (clock.now(), clock.frozen) == (105, True)
    clock.advance(10)
    clock.thaw()
    assert (clock.now(), clock.frozen) == (115, False)
    source[0] = 201
    assert clock.now() == 116


@pytest.mark.parametrize("seconds", [-1.0, math.inf, math.nan])
def test_clock_never_runs_backwards(seconds: float) -> None:
    """A clock is moved forward by a finite number of seconds."""
    with pytest.raises(ValueError, match="not a number of seconds from 0 up"):
        Clock(frozen_at=0.0).advance(seconds)


def test_pace() -> None:
    """A pace is changed state by state; null is for ever; it says what it does not know."""
    pace = Pace().change({"running": 10, "runnable": None})
    assert (pace.running, pace.runnable, pace.starting) == (10.0, math.inf, 0.3)
    assert (pace.as_json()["runnable"], pace.as_json()["running"]) == (None, 10.0)
    assert Pace.instant().running == 0
    with pytest.raises(ValueError, match="running takes a number"):
        Pace().change({"running": True})


@dataclass
class Step:
    """A record that is due once."""

    key: str
    due: float


def test_what_is_due_comes_in_the_order_of_time() -> None:
    """A record that is put again is due at its new time alone, one that is dropped never."""
    table = Table("steps", Step, "123456789012", "us-east-1")
    for key, due in (("a", 3), ("b", 1), ("a", 2), ("c", 1), ("d", math.inf), ("e", 1), ("f", 11)):
        table.put(Step(key, due))
    table.drop("e")
    taken = []
    for step, at in table.pop_due(10):
        taken.append((step.key, at))
        step.due = math.inf
    assert taken == [("b", 1), ("c", 1), ("a", 2)]


@pytest.mark.parametrize(
    ("payload", "wanted"),
    [
        (
            {"ResourceConfig": {"InstanceType": "ml.m5.large", "InstanceCount": 2}},
            {"ml.m5.large": 2},
        ),
        ({}, {"unknown": 1}),
        ({"ResourceConfig": []}, {"unknown": 1}),
        ({"ResourceConfig": {"InstanceType": 1, "InstanceCount": 2}}, {"unknown": 1}),
        ({"ResourceConfig": {"InstanceGroups": ["x"]}}, {"unknown": 1}),
    ],
)
def test_needs_of_a_payload(payload: dict[str, object], wanted: dict[str, int]) -> None:
    """The instances are read from a payload; one is counted where that cannot be done."""
    assert read_needs(payload) == wanted


def test_fits() -> None:
    """NUM_INSTANCES counts all types together, another unit its own type."""
    limits = [
        {"capacityUnit": "NUM_INSTANCES", "maxCapacity": 4},
        {"capacityUnit": "ml.g5.xlarge", "maxCapacity": 1},
    ]
    both = Resource("arn", "name", {"capacityLimits": limits})
    assert fits({"ml.g5.xlarge": 1}, both, {"ml.m5.large": 3})
    assert not fits({"ml.g5.xlarge": 1}, both, {"ml.m5.large": 4})
    assert not fits({"ml.g5.xlarge": 1}, both, {"ml.g5.xlarge": 1})
    assert fits({"ml.m5.large": 4}, both, {})


def test_retries_stop_at_the_number_of_attempts() -> None:
    """A job is retried until it has had its attempts, one by default."""
    assert not is_retried(None, 1, "x")
    assert is_retried({"attempts": 2}, 1, "x")
    assert not is_retried({"attempts": 2}, 2, "x")


def test_a_rule_without_a_pattern_matches_every_reason() -> None:
    """The first rule that matches decides."""
    rules = [{"action": "RETRY", "onStatusReason": "y"}, {"action": "EXIT"}]
    assert is_retried({"attempts": 2, "evaluateOnExit": rules}, 1, "y")
    assert not is_retried({"attempts": 2, "evaluateOnExit": rules}, 1, "x")


@pytest.mark.parametrize(
    ("pattern", "reason", "expected"),
    [
        ("*", "x", True),
        ("Received status*", "Received status from SageMaker", True),
        ("Received", "Received status", False),
        ("Received", "Received", True),
        ("received*", "Received", False),
    ],
)
def test_pattern_of_a_reason(pattern: str, reason: str, expected: bool) -> None:
    """A pattern is the whole reason, or its start where it ends with an asterisk."""
    assert matches(pattern, reason) is expected


@pytest.mark.parametrize(
    ("uri", "place"),
    [
        ("s3://bucket/a/b", ("bucket", "a/b")),
        ("s3://bucket", ("bucket", "")),
        ("https://s3.us-east-1.amazonaws.com/bucket/a", ("bucket", "a")),
        ("ftp://bucket/a", ("", "")),
    ],
)
def test_split_uri(uri: str, place: tuple[str, str]) -> None:
    """A location is a bucket and a key."""
    assert split_uri(uri) == place
