"""The Gantt chart in the summary of a workflow run."""

from __future__ import annotations

from typing import Any

import pytest

from cli.report.mermaid import MOST, format_gantt
from cli.runs.entries import Entry
from cli.runs.statuses import JobStatus, make_status
from components.kinds import KINDS

NOW = 1_722_520_000.0


def job(name: str, kind: str = "ServiceJob", **outputs: Any) -> JobStatus:
    shown = {"phase": "SUCCEEDED", **outputs}
    return make_status(Entry(name, KINDS[kind], name, shown, pending=False), shown)


CREATED = "2024-08-01T10:20:00Z"
STARTED = "2024-08-01T10:21:00Z"
STOPPED = "2024-08-01T11:21:00Z"


def test_the_chart_is_as_it_was_looked_at() -> None:
    """Mermaid drew this one: what waited, ran, failed, still waits and still runs; what is deferred is not in it."""
    jobs = [
        job("gantt", createdAt=CREATED, startedAt=STARTED, stoppedAt=STOPPED),
        job("title-x", phase="FAILED", createdAt=STARTED, startedAt=STARTED, stoppedAt=STOPPED),
        job("2024-08-01", phase="QUEUED", createdAt=STOPPED),
        job("runs", phase="RUNNING", createdAt=STOPPED, startedAt=STOPPED),
        job("users", "BatchInferenceJob", createdAt=STARTED, stoppedAt=STOPPED),
        job("never", phase="FAILED", createdAt=STARTED, stoppedAt=STARTED),
        job("deferred", phase="WAITING"),
    ]
    assert format_gantt(jobs, NOW) == (
        "```mermaid\n"
        "---\n"
        "displayMode: compact\n"
        "config:\n"
        "  gantt:\n"
        "    leftPadding: 100\n"
        "---\n"
        "gantt\n"
        "  dateFormat x\n"
        "  axisFormat %H:%M\n"
        "  section gantt\n"
        "  · :1722507600000, 1722507660000\n"
        "  succeeded :done, 1722507660000, 1722511260000\n"
        "  section title-x\n"
        "  failed :crit, 1722507660000, 1722511260000\n"
        "  section users\n"
        "  succeeded :done, 1722507660000, 1722511260000\n"
        "  section never\n"
        "  failed :crit, 1722507660000, 1722507661000\n"
        "  section 2024-08-01\n"
        "  queued :1722511260000, 1722520000000\n"
        "  section runs\n"
        "  running :active, 1722511260000, 1722520000000\n"
        "```\n"
    )


@pytest.mark.parametrize("name", ["a\n```\n<img>", "a%%b", "a;b#c:d", "x" * 1000])
def test_no_name_ends_its_line(name: str) -> None:
    """Whatever a state says: one section, one task, one fence."""
    lines = format_gantt([job(name, createdAt=CREATED, startedAt=CREATED)], NOW).splitlines()
    assert len(lines) == 13
    assert lines.count("```") == 1
    assert set(lines[10].removeprefix("  section ")) <= set("abcdimgx?…")


def test_a_time_that_is_none_is_not_drawn() -> None:
    """Half a state is no reason to fail."""
    assert format_gantt([job("a", createdAt="yesterday")], NOW) == ""


def test_the_newest_jobs_fit() -> None:
    """GitHub's limit for a chart is 50,000 characters."""
    names = [f"{'x' * 100}{at}" for at in range(MOST + 20)]
    times = {"createdAt": CREATED, "startedAt": STARTED, "stoppedAt": STOPPED}
    chart = format_gantt([job(name, **times) for name in names], NOW)
    assert chart.count("section") == MOST
    assert len(chart) < 50_000
    assert chart.count("x" * 39 + "…") == MOST
