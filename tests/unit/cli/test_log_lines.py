"""A log on the terminal: nothing that a job writes moves the cursor or shows a secret."""

from __future__ import annotations

import io

import pytest

from cli.display.log_lines import LogPrinter, split_text
from components.aws.logs import Line
from components.redact import Redactor

NOON = 1_760_011_200_000.0


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_a_terminal_shows_the_day_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """The time of day stands before each line, a new day in a row of its own."""
    monkeypatch.setenv("NO_COLOR", "1")
    out = Terminal()
    printer = LogPrinter(out, Redactor(()))
    for at, text in ((0, "a"), (1000, "b"), (12 * 3_600_000, "c")):
        printer.show(Line(NOON + at, 1, "", text), 1)
    assert out.getvalue().splitlines() == [
        "2025-10-09 UTC",
        "12:00:00 a",
        "12:00:01 b",
        "2025-10-10 UTC",
        "00:00:00 c",
    ]


def test_nodes_are_told_apart_where_there_are_several(monkeypatch: pytest.MonkeyPatch) -> None:
    """With one node there is no label; another log of a node has its name."""
    out = io.StringIO()
    printer = LogPrinter(out, Redactor(()))
    printer.show(Line(NOON, 2, "", "a"), 1)
    printer.show(Line(NOON, 2, "", "b"), 2)
    printer.show(Line(NOON, 1, "data-log", "c"), 1)
    printer.show(Line(NOON, 1, "data-log", "d"), 3)
    stamp = "2025-10-09T12:00:00Z"
    assert out.getvalue().splitlines() == [
        f"{stamp} a",
        f"{stamp} [2] b",
        f"{stamp} [data-log] c",
        f"{stamp} [1 data-log] d",
    ]


def test_colours_are_ours_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    """On a terminal the node has a colour; the job's own are taken out, and what else is hidden is escaped."""
    monkeypatch.delenv("NO_COLOR", raising=False)
    monkeypatch.setenv("TERM", "xterm")
    out = Terminal()
    LogPrinter(out, Redactor(())).show(Line(NOON, 1, "", "\x1b[31mred\x1b[0m \x1b]0;title\x07"), 2)
    assert out.getvalue().splitlines()[1] == (
        "\033[2m12:00:00 \033[0m\033[33m[1] \033[0mred \\u001b]0;title\\u0007"
    )


@pytest.mark.parametrize(
    ("event", "lines"),
    [
        ("one\n", ["one"]),
        ("  5%|#\r 50%|#####\r100%|##########", ["100%|##########"]),
        ("100%\r", ["100%"]),
        ("a\nb\r\nc", ["a", "b", "c"]),
        ("tab\tstays", ["tab\tstays"]),
        ("", [""]),
    ],
)
def test_an_event_is_shown_as_it_was_meant_to_be_seen(event: str, lines: list[str]) -> None:
    """A bar that overwrites itself shows its last state; an event of several lines stays several lines."""
    assert list(split_text(event)) == lines


def test_a_secret_is_hidden_before_anything_is_cut_off() -> None:
    """Also where the job has written it in pieces of a progress bar."""
    out = io.StringIO()
    LogPrinter(out, Redactor(["hunter22"])).show(Line(NOON, 1, "", "x\rtoken hunter22"), 1)
    assert out.getvalue() == "2025-10-09T12:00:00Z token [secret]\n"
