"""Lists that all jobs of a process share, instead of a call for each job.

A list may be long because of other teams' jobs. So it is read page by page, and only as far as asking for jobs one by
one has cost as much: both together cost at most about twice the cheaper of the two, however long it is.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from typing import Any

from ..wire import pick

Item = Mapping[str, Any]
PageReader = Callable[[str], tuple[Sequence[Item], str]]

AGE = 30.0  # seconds after which a list is read anew
FIRST_PAGES = 2  # what a look for one run may read before that run is asked for
AT_ONCE = 4  # pages more for each that was asked for, up to the next; then one for one
MOST_AT_ONCE = 12


class SharedList:
    """A list, the newest first. Thread-safe.

    `read` takes a page's token ("" for the first), and returns its items and the next page's token ("" after the last).
    `arn` is the path of an item's ARN. `group` says which items are of one job, as far as an item tells.
    """

    def __init__(
        self, read: PageReader, arn: str, group: Callable[[Item], Hashable] = lambda item: None
    ) -> None:
        self._read = read
        self._arn = arn
        self._group = group
        self._items: dict[str, Item] = {}
        self._places: dict[str, int] = {}
        self._newest: dict[Hashable, int] = {}
        self._token, self._pages, self._alone = "", 0, 0
        self._complete = self._useless = False
        self._lock = threading.Lock()

    def read_all(self, *, always: bool = False) -> Sequence[Item] | None:
        """Return every item. `None` while asking alone is cheaper, which the caller does then, unless `always`."""
        with self._lock:
            while not self._complete and (always or self._pages <= self._alone):
                self._read_page()
            if self._complete:
                return list(self._items.values())
            self._alone += 1
            return None

    def find(self, arn: str) -> Item | None:
        """Return one run's item; `None` where the list has none as far as it is worth reading: ask for it alone."""
        with self._lock:
            while arn not in self._items and self._is_worth_a_page:
                self._read_page()
            self._alone += arn not in self._items
            return self._items.get(arn)

    def has_newer(self, arn: str, groups: Iterable[Hashable]) -> bool:
        """Tell whether items of these groups stand before one that has been found."""
        with self._lock:
            place = self._places[arn]
            return any(self._newest.get(group, place) < place for group in groups)

    def give_up(self) -> None:
        """Look for nothing more: AWS does not answer this list."""
        self._useless = True

    @property
    def _is_worth_a_page(self) -> bool:
        limit = max(min(FIRST_PAGES + AT_ONCE * self._alone, MOST_AT_ONCE), self._alone)
        return self._pages < limit and not (self._complete or self._useless)

    def _read_page(self) -> None:
        items, token = self._read(self._token)  # where this raises, the next reader tries it again
        for item in items:
            arn = str(pick(item, self._arn))
            if arn not in self._items:
                place = self._places[arn] = len(self._items)
                self._newest.setdefault(self._group(item), place)
                self._items[arn] = item
        self._token, self._pages, self._complete = token, self._pages + 1, not token
