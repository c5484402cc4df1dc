"""Submissions at AWS's rate: as fast as it takes them, and no faster."""

from __future__ import annotations

import pytest

from components.aws.pace import Pace
from components.kinds import KINDS
from tests.fakes.aws import Account, Fault, refusal
from tests.unit.lifecycle.test_calls import submit

SERVICE = KINDS["ServiceJob"]


class Clock:
    """Time that passes where somebody sleeps."""

    now = 1_000.0

    def __call__(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.now += seconds


@pytest.mark.parametrize("rate", [0.5, 1, 5, 10])
def test_the_rate_is_kept_and_used(rate: float) -> None:
    """After a pause as many at once as a second has; then one after another."""
    clock = Clock()
    pace = Pace(rate, clock, clock.sleep)
    times = []
    for _ in range(300):
        pace.take()
        times.append(clock.now)
    burst = max(1.0, rate)
    assert times[-1] - times[0] == pytest.approx((300 - burst) / rate)
    for at, since in enumerate(times):
        within = [each for each in times[at:] if each < since + 10]
        assert len(within) <= 10 * rate + burst


def test_a_clock_that_is_set_back_stops_nobody() -> None:
    clock = Clock()
    pace = Pace(5, clock, clock.sleep)
    pace.take()
    clock.now -= 3_600
    begun = clock.now
    for _ in range(10):
        pace.take()
    assert clock.now - begun < 10


def test_after_a_throttle_the_bucket_is_empty() -> None:
    clock = Clock()
    pace = Pace(5, clock, clock.sleep)
    pace.drain()
    pace.take()
    assert clock.now == pytest.approx(1_000.2)


def test_a_throttled_submission_waits_as_long_as_it_takes(monkeypatch: pytest.MonkeyPatch) -> None:
    """Others use up the account's rate for a minute: no error, one run."""
    monkeypatch.setattr(Account, "judge", lambda *_: None)
    account = Account()
    throttle = refusal("TooManyRequestsException", "Too Many Requests")
    account.faults = [Fault("SubmitServiceJob", "before", throttle) for _ in range(7)]
    submit(account.aws(), 1)
    assert len(account.jobs) == 1
    assert 30 < sum(account.paused) < 120


def test_a_stack_may_submit_more_slowly(monkeypatch: pytest.MonkeyPatch) -> None:
    """`aws-jobs:submitRate`."""
    monkeypatch.setattr(Account, "judge", lambda *_: None)
    spent = []
    for rate in (0, 1):
        account = Account()
        submit(account.aws(submit_rate=rate), 20)
        spent.append(sum(account.paused))
    assert spent == [pytest.approx(3, abs=0.5), pytest.approx(19, abs=0.5)]
