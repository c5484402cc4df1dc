"""What `make bench` measures works: here with three resources, and no clock is looked at."""

from __future__ import annotations

from cli.bench_engine import COMMANDS, EMBEDDED, measure


def test_the_engine_is_taken_through_each_command() -> None:
    seconds = measure(EMBEDDED, count=3)
    assert list(seconds) == list(COMMANDS)
    assert all(took > 0 for took in seconds.values())
