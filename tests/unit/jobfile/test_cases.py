"""Each example file of `tests/cases` is accepted or rejected, with exactly what is written beside it."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from .cases import examples, expected, line, outcome


def _name(example: Path) -> str:
    return example.name


@pytest.mark.parametrize("example", examples("accepted"), ids=_name)
def test_accepted(example: Path) -> None:
    """An accepted example has no error, and just the warnings written beside it."""
    jobs, problems = outcome(example)
    assert [line(problem, not example.is_dir()) for problem in problems] == expected(example)
    assert all(problem.level == "warning" for problem in problems)
    assert jobs


@pytest.mark.parametrize("example", examples("rejected"), ids=_name)
def test_rejected(example: Path) -> None:
    """A rejected example has an error, and just the problems written beside it."""
    _, problems = outcome(example)
    assert [line(problem, not example.is_dir()) for problem in problems] == expected(example)
    assert any(problem.level == "error" for problem in problems)


def test_each_rejected_for_its_own_reason() -> None:
    """No two rejected examples show the same mistake."""
    reasons: dict[str, str] = {}
    for example in examples("rejected"):
        said = [re.sub(r"^\S+ |`[^`]*`|\d+", "", text) for text in expected(example)]
        other = reasons.setdefault("\n".join(said), example.name)
        assert other == example.name
    assert len(reasons) >= 80
    assert len(examples("accepted")) >= 25


def test_no_secret_in_any_sentence() -> None:
    """The stack's secret, which some examples use wrongly, is in no message."""
    for folder in ("accepted", "rejected"):
        for example in examples(folder):
            _, problems = outcome(example)
            assert not [str(p) for p in problems if "correct horse" in str(p)]
