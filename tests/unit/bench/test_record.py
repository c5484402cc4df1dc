"""What follows from measurements: ratios, what is worse, what was promised, and the table of them."""

from __future__ import annotations

from typing import Any

import pytest

from tools.bench.record import (
    PACED,
    Record,
    find_promises,
    find_ratios,
    find_worse,
    take_least,
)
from tools.bench.subjects import AWS_CLI, DYNAMIC, OURS, THREADS, TRIVIAL
from tools.bench.table import format_table, put_between


def make(subject: str, row: str, count: int, wall: float, **more: Any) -> Record:
    engine = more.pop("engine", "" if subject in (THREADS, AWS_CLI) else "embedded")
    return Record(subject, engine, row, count, wall, more.pop("processor", wall), 50, **more)


MEASURED = [
    make(OURS, "up", 200, 4, calls={"SubmitServiceJob": 200}, state=4333),
    make(THREADS, "up", 200, 1),
    make(DYNAMIC, "up", 200, 5),
    make(DYNAMIC, "up", 4, 5),
    make(DYNAMIC, "up", 200, 10, engine="pulumi"),
    make(OURS, "preview", 4, 1.2),
    make(TRIVIAL, "preview", 5, 1),
]


def test_a_row_is_compared_with_the_same_row_of_as_many_jobs_on_the_same_engine() -> None:
    """Except for trivial resources, whose number is their own."""
    found = {key: wall for key, (wall, _) in find_ratios(MEASURED).items()}
    assert found == {
        ("up", "embedded", 200, THREADS): 4,
        ("up", "embedded", 200, DYNAMIC): 0.8,
        ("preview", "embedded", 4, TRIVIAL): 1.2,
    }


def test_the_least_of_the_rounds_counts() -> None:
    rounds = [make(OURS, "up", 4, 3, processor=1), make(OURS, "up", 4, 2, processor=2)]
    [least] = take_least(rounds)
    assert (least.wall, least.processor) == (2, 1)


@pytest.mark.parametrize("what", ["wall", "processor"])
def test_a_ratio_is_worse_by_more_than_a_third(what: str) -> None:
    """Also where both have become slower, or only the other has become faster."""

    def find(ours: float, threads: float) -> list[str]:
        now = [make(OURS, "up", 200, 4, processor=4), make(THREADS, "up", 200, 1, processor=1)]
        changed = [
            Record(**{**vars(each), what: value})
            for each, value in zip(now, (ours, threads), strict=True)
        ]
        return find_worse(MEASURED, changed)

    assert find(5.3, 1) == find(8, 2) == []
    [said] = find(5.4, 1)
    assert said.startswith("up of 200 jobs (embedded): ")
    assert "5.40 of that of boto3, 16 threads, recorded 4.00" in said
    assert len(find(4, 0.7)) == 1


def test_what_was_not_recorded_is_not_compared() -> None:
    assert find_worse([], MEASURED) == []


def test_promises() -> None:
    paced = make(OURS, PACED, 300, 60, used=0.94)
    cli = make(OURS, "up", 200, 11, engine="pulumi")
    assert list(find_promises([*MEASURED, paced, cli])) == [
        "- processor time of a preview of 4 jobs without changes, of five trivial resources': 1.20, at most 1.3: holds",
        "- `up` of 200, of three times boto3 with 16 threads and that preview: 0.95, at most 1: holds",
        "- `up` of 200 on the Pulumi CLI, of a dynamic provider's: 1.10, at most 1.05: **does not hold**",
        "- `up` of 300 where AWS takes 5 submissions a second: the part of them used: 0.94, at least 0.95: "
        "**does not hold**",
    ]


def test_the_table_has_ours_first_and_says_what_is_missing() -> None:
    lines = format_table(MEASURED, {AWS_CLI: "no `aws` on PATH"}).splitlines()
    assert len({line.count("|") for line in lines}) == 1
    assert [line.split(" | ")[1] for line in lines[2:5]] == [
        "jobs (embedded)",
        "jobs (embedded)",
        "a dynamic provider (embedded)",
    ]
    up = lines[2].strip("| ").split(" | ")
    assert up[:8] == [
        *("up", "jobs (embedded)", "200", "", "4.00 / 4.00", "no `aws` on PATH"),
        *("0.80 / 0.80", ""),
    ]
    assert up[-2:] == ["200 SubmitServiceJob", "4,333"]


def test_a_page_keeps_what_stands_around_the_table() -> None:
    page = "before\n<!-- a -->\nold\n<!-- /a -->\nafter\n"
    assert put_between(page, "<!-- a -->", "<!-- /a -->", "new\n") == page.replace("old", "new")
    with pytest.raises(ValueError):
        put_between("", "<!-- a -->", "<!-- /a -->", "new")
