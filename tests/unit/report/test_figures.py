"""What the charts and tiles of the report show."""

from __future__ import annotations

from dataclasses import replace

import pytest

from cli.report import figures
from cli.report.model import RunRow
from cli.report.reading import read_rows

from .recorded import NOW, SINCE, Recorded
from .test_reading import KNOWN, PRICES


@pytest.fixture
def rows() -> list[RunRow]:
    return read_rows(Recorded().aws(), KNOWN, PRICES, SINCE, NOW)


def bars(rows: list[RunRow], job: str) -> list[tuple[str, str, str]]:
    found = figures.list_segments(rows, NOW)
    return [
        (each["state"], each["attempt"], each["lasted"]) for each in found if each["job"] == job
    ]


def test_waiting_is_apart_from_running(rows: list[RunRow]) -> None:
    """Before the first attempt, between two, and up to now where a run still waits."""
    assert bars(rows, "defects") == [
        ("waiting", "", "31m"),
        ("failed", "1 of 2", "28m"),
        ("waiting", "", "31m"),
        ("failed", "2 of 2", "28m"),
        ("waiting", "", "10s"),
    ]
    assert bars(rows, "waits") == [("waiting", "", "2h")]
    assert bars(rows, "users") == [("succeeded", "1 of 1", "30m")]


def test_bars_of_a_run_fill_its_time(rows: list[RunRow]) -> None:
    """None overlaps, none is missing, from the submission to the end."""
    for row in rows:
        own = [each for each in figures.list_segments(rows, NOW) if each["run"] == row.name]
        ends = [row.submitted, *(each["end"] for each in own)]
        assert [each["start"] for each in own] == ends[:-1]
        assert ends[-1] == (row.ended or NOW)


def test_a_running_attempt_lasts_until_now(rows: list[RunRow]) -> None:
    """And nothing waits after it."""
    [row] = [row for row in rows if row.job == "churn"]
    attempt = replace(row.attempts[0], phase="RUNNING", stopped=0.0)
    running = replace(row, phase="RUNNING", ended=0.0, attempts=(attempt,))
    last = figures.list_segments([running], NOW)[-1]
    assert (last["state"], last["end"]) == ("running", NOW)


def total(rows: list[RunRow], by: str, unit: str = "hours") -> dict[str, tuple[float, float, int]]:
    """What was used, what might have been, and the runs without a ceiling: as the chart adds them."""
    found: dict[str, tuple[float, float, int]] = {}
    for each in figures.list_usage(rows):
        own, limit = each["used"][unit], each["ceiling"][unit]
        if own is not None:
            used, most, without = found.get(each["places"][by], (0, 0, 0))
            found[each["places"][by]] = (used + own, most + (limit or 0), without + (limit is None))
    return {
        value: (round(used, 3), round(most, 3), without)
        for value, (used, most, without) in found.items()
    }


def test_use_is_added_by_job_queue_and_tag(rows: list[RunRow]) -> None:
    """Of a run without the tag, or without a queue, the place is (none); Personalize uses no instances."""
    assert total(rows, "queue") == {
        "gpu": (3.844, 8, 1),
        "sagemaker-training-queue": (0.223, 4, 0),
        "(none)": (0.667, 2, 1),
    }
    assert total(rows, "tag team") == {"vision": (3.844, 8, 1), "growth": (0.889, 6, 1)}
    assert total(rows, "tag stage")["(none)"] == (4.234, 14, 1)
    assert "users" not in total(rows, "job")
    assert total(rows, "job", "money")["defects"] == (5.767, 12, 0)


def test_without_prices_there_is_no_money() -> None:
    """Not even nought."""
    rows = read_rows(Recorded().aws(), KNOWN, {}, SINCE, NOW)
    assert total(rows, "job", "money") == {}
    assert "money" not in dict(figures.list_tiles(rows))


def test_failures_are_counted_by_what_is_common(rows: list[RunRow]) -> None:
    """Each failed attempt once; a run that never ran once."""
    [never] = [row for row in rows if row.job == "waits"]
    never = replace(never, phase="FAILED", reason="Terminated by job queue")
    found = [each["reason"] for each in figures.list_failures([*rows, never])]
    assert found == [
        "Received status from SageMaker: AlgorithmError: ExecuteUserScriptError: Exit code: 1 token=[secret]",
        "Received status from SageMaker: AlgorithmError: ExecuteUserScriptError: Exit code: 1",
        "ClientError",
        "Terminated by job queue",
    ]


@pytest.mark.parametrize(
    ("text", "common"),
    [
        ("", "no reason given"),
        ("exit code 137 of 1234567 bytes", "exit code 137 of … bytes"),
        ("cannot read s3://bucket/a/b.csv now", "cannot read s3://… now"),
        ("no arn:aws:iam::123456789012:role/x here", "no ARN here"),
        ("job a4d6c728-8ee8-4c65-8e2a-9a5e8f4b7c3d\n is gone", "job … is gone"),
        ("decade facade", "decade facade"),
        ("x" * 200, "x" * 99 + "…"),
    ],
)
def test_what_differs_between_like_reasons_is_left_out(text: str, common: str) -> None:
    assert figures.group_reason(text) == common


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0, "0"),
        (0.001, "<0.01"),
        (0.05, "0.05"),
        (12.0, "12"),
        (999.5, "999.50"),
        (1204.4, "1,204"),
    ],
)
def test_numbers_have_what_a_reader_needs(value: float, text: str) -> None:
    assert figures.format_number(value) == text


def test_tiles(rows: list[RunRow]) -> None:
    """Counts, waiting, and what was used of at most what."""
    assert figures.list_tiles(rows) == [
        ("runs", "6"),
        ("succeeded", "3"),
        ("failed", "2"),
        ("active", "1"),
        ("median wait", "2m 50s"),
        ("instance-hours", "4.73 of 14"),
        ("money", "5.87 of 12.69"),
    ]
    assert figures.list_tiles([])[4] == ("median wait", "–")
