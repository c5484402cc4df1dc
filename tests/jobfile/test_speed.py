"""Thousands of job files are validated in seconds."""

from __future__ import annotations

from cli.bench_validate import measure


def test_five_thousand_files() -> None:
    """5,000 files, half of them YAML, take at most 4 seconds of one core and 200 MB, process start included."""
    measured = measure(5000)
    assert (measured.code, measured.said) == (0, "5000 job files: valid")
    assert measured.seconds <= 4
    assert measured.megabytes <= 200
