"""Lists that all jobs share cost at most about twice the cheaper of reading them whole and asking one by one."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from components.aws.shared import FIRST_PAGES, MOST_AT_ONCE, Item, SharedList


class Paged:
    """A list of as many items, in pages of 100; counts what is read of it."""

    def __init__(self, items: int, fail_at: int = 0) -> None:
        self.items, self.read, self.fail_at = items, 0, fail_at
        self.list = SharedList(self._read, "arn")

    def _read(self, token: str) -> tuple[Sequence[Item], str]:
        start = int(token or 0)
        self.read += 1
        if self.read == self.fail_at:
            raise TimeoutError
        end = min(start + 100, self.items)
        return [{"arn": str(at)} for at in range(start, end)], str(end) if end < self.items else ""


@given(items=st.integers(0, 20_000), asked=st.integers(1, 400))
def test_reading_all_costs_at_most_twice_the_cheaper_way(items: int, asked: int) -> None:
    paged, alone = Paged(items), 0
    for _ in range(asked):
        found = paged.list.read_all()
        if found is None:
            alone += 1
        else:
            assert len(found) == items
    pages = max(1, -(-items // 100))
    assert paged.read + alone <= 2 * min(pages, asked) + 1


@given(
    items=st.integers(0, 60_000), wanted=st.lists(st.integers(0, 60_000), min_size=1, max_size=300)
)
def test_finding_some_costs_at_most_twice_the_cheaper_way(items: int, wanted: list[int]) -> None:
    """And a few pages, with which a queue that is ours alone needs hardly any other call."""
    paged, alone = Paged(items), 0
    for at in wanted:
        found = paged.list.find(str(at))
        assert found is None or found["arn"] == str(at)
        alone += found is None
    assert paged.read <= max(MOST_AT_ONCE, alone + 1)


def test_a_thousand_runs_in_a_list_of_their_own_are_read_with_it() -> None:
    """In whatever order they are asked for: the oldest first is the worst."""
    paged, alone = Paged(1_000), 0
    for at in reversed(range(1_000)):
        alone += paged.list.find(str(at)) is None
    assert paged.read + alone <= 12


def test_one_run_behind_many_costs_a_few_pages() -> None:
    paged = Paged(50_000)
    assert paged.list.find("49999") is None
    assert paged.read == FIRST_PAGES


def test_a_page_that_failed_is_read_again() -> None:
    """Were the list taken for complete, runs would be missing in it, and be submitted again."""
    paged = Paged(150, fail_at=2)
    with pytest.raises(TimeoutError):
        paged.list.read_all(always=True)
    assert len(paged.list.read_all(always=True) or ()) == 150
