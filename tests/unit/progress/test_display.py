"""Waiting, as a terminal and as a log file show it. No test sleeps: the clock is the test's."""

from __future__ import annotations

import io
from dataclasses import dataclass

from rich.console import Console

from cli.progress.display import Lines, Table, draw_bar
from cli.progress.viewer import describe_failure
from cli.runs.pace import Pace
from tests.unit.progress.sample import CHAIN, NOW, a_job

JOBS = {job.name: job for job in CHAIN}


@dataclass
class Clock:
    now: float = NOW

    def __call__(self) -> float:
        return self.now


def test_a_line_a_change_with_its_moment() -> None:
    """The same again is no line."""
    said: list[str] = []
    clock = Clock()
    lines = Lines(said.append, clock)
    lines.show([JOBS["forecast"], JOBS["score"]])
    clock.now += 60
    lines.show([a_job("forecast", "RUNNING", attempts=1), JOBS["score"]])
    assert said == [
        "2026-11-27T12:00:00Z  forecast: RUNNABLE",
        "2026-11-27T12:00:00Z  score: waits for churn-xgboost",
        "2026-11-27T12:01:00Z  forecast: RUNNING (attempt 1/3)",
    ]


def test_ten_minutes_of_silence_are_broken() -> None:
    """CI ends a job that prints nothing for long, and a person wants to know that it still waits."""
    said: list[str] = []
    clock = Clock()
    lines = Lines(said.append, clock)
    for _ in range(4):
        lines.show(CHAIN[:1])
        clock.now += 301
    assert said[1:] == ["2026-11-27T12:10:02Z  1 job, 1 succeeded"]


def test_table_fits_a_low_terminal() -> None:
    """Ended jobs leave first; the sum stays."""
    many = [a_job(f"ended-{at}", "SUCCEEDED") for at in range(30)]
    console = Console(file=io.StringIO(), width=80, height=12, force_terminal=True)
    table = Table(console, lambda *_: [], Clock())
    table._jobs = [*many, JOBS["churn-xgboost"]]
    console.print(table.render())
    text = console.file.getvalue()  # type: ignore[attr-defined]
    assert len(text.splitlines()) <= 12
    assert "churn-xgboost" in text
    assert "31 jobs, 1 running, 30 succeeded" in text


def test_what_failed_stays_and_what_is_cut_is_counted() -> None:
    """A failure must not vanish from a low terminal."""
    many = [a_job(f"failed-{at:02}", "FAILED", statusReason="no") for at in range(30)]
    console = Console(file=io.StringIO(), width=80, height=20, force_terminal=True)
    table = Table(console, lambda *_: [], Clock())
    table._jobs = [a_job("done", "SUCCEEDED"), *many]
    console.print(table.render())
    text = console.file.getvalue()  # type: ignore[attr-defined]
    assert "failed-00" in text
    assert "… 45 more lines; ./jobctl status has all" in text
    assert len(text.splitlines()) <= 20


def test_bar_shows_what_is_usual_and_what_is_granted() -> None:
    """70 minutes of usually 100, of at most two hours."""
    [bar] = draw_bar(JOBS["churn-xgboost"], NOW, 6000.0, 76)
    assert bar.plain[:26] == "━" * 18 + "─" * 8, "it is read without colours too"
    assert bar.plain.strip("━─ ") == "70% of the usual 1h 40m, of at most 2h"
    [late] = draw_bar(JOBS["churn-xgboost"], NOW, 600.0, 76)
    assert late.plain.strip("━ ") == "usually 10m, of at most 2h"
    assert draw_bar(JOBS["prepare"], NOW, 6000.0, 76) == []


def test_failure_names_reason_log_and_next_command() -> None:
    """In Actions the log is folded."""
    job = JOBS["defects"]
    text = describe_failure(job, ["Epoch 1", "boom"], "prod", grouped=False)
    assert text[0].startswith("defects: failed: AlgorithmError: CUDA out of memory")
    assert text[1:4] == ["  the last 2 lines of the log of defects:", "  | Epoch 1", "  | boom"]
    assert any("./jobctl logs defects -s prod" in line for line in text)
    folded = describe_failure(job, ["boom"], "prod", grouped=True)
    assert folded[1] == "::group::the last line of the log of defects"
    assert folded[3] == "::endgroup::"


def test_no_line_of_awss_is_a_workflow_command() -> None:
    """A job writes its own failure reason and log: a line feed in them begins no line.

    https://docs.aws.amazon.com/sagemaker/latest/dg/your-algorithms-training-algo-output.html
    """
    reason = "AlgorithmError: boom\n::stop-commands::x"
    job = a_job("defects", "FAILED", statusReason=reason)
    text = describe_failure(job, ["boom\n::error::y"], "prod", grouped=True)
    said: list[str] = []
    Lines(said.append, Clock()).show([job])
    written = "\n".join([*text, *said]).split("\n")
    assert {line.partition(" ")[0] for line in written if line.lstrip().startswith("::")} == {
        "::group::the",
        "::endgroup::",
    }
    assert any("boom\\n::stop-commands::x" in line for line in written)


def test_pace_grows_while_nothing_changes() -> None:
    """From 5 to 60 seconds; a change brings it back."""
    pace = Pace()
    pauses = [pace.next_pause(CHAIN) for _ in range(9)]
    assert pauses[0] == 5.0
    assert pauses == sorted(pauses)
    assert pauses[-1] == 60.0
    assert pace.next_pause(CHAIN[:2]) == 5.0
