"""What `make bench` measures works: here with three resources, and no clock is looked at."""

from __future__ import annotations

from tools.bench.engines import COMMANDS, EMBEDDED, measure
from tools.bench.files import measure_plan


def test_the_engine_is_taken_through_each_command() -> None:
    seconds = measure(EMBEDDED, count=3)
    assert list(seconds) == list(COMMANDS)
    assert all(took > 0 for took in seconds.values())


def test_a_plan_is_of_every_changed_job_and_fits_into_a_comment() -> None:
    measured = measure_plan(count=200)
    assert measured.jobs == 200
    assert measured.seconds > 0
    assert measured.characters < 65_536
