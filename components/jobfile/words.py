"""Find the word that was probably meant."""

from __future__ import annotations

import difflib
from collections.abc import Iterable

_ALIKE = 0.72


def find_nearest(word: str, known: Iterable[str], alike: float = _ALIKE) -> str:
    """The right spelling that was probably meant, or nothing; `alike` is how much of it must be the same, up to 1."""
    by_lower = {name.lower(): name for name in known}
    word = word.lower()
    if len(word) > 4:
        # `m5.xlarge` is `ml.m5.xlarge`, however like `ml.r5.xlarge` it looks
        ending = [name for name in by_lower if name.endswith(f".{word}")]
        if ending:
            return by_lower[ending[0]]
    ending = [name for name in by_lower if name.endswith(word)]
    if len(ending) == 1 and len(word) > 2 and alike == _ALIKE:
        # `Key` is `tagKey`
        return by_lower[ending[0]]
    found = difflib.get_close_matches(word, by_lower, n=1, cutoff=alike)
    return by_lower[found[0]] if found else ""


def suggest(word: str, known: Iterable[str], alike: float = _ALIKE) -> str:
    """`; did you mean ...?`, or nothing."""
    found = find_nearest(word, known, alike)
    return f"; did you mean `{found}`?" if found else ""
