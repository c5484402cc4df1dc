"""What the file that `jobctl new` writes leaves to its author: `<fill in a bucket>`."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from ..schema import Pending
from ..wire import Path

# no word that a model's vocabulary has, as `<PAD>` is one
_PLACEHOLDER = re.compile(r"<fill in [^<>]+>")


def hide_placeholders(value: Any, report: Callable[[Path, str, str], None], at: Path = ()) -> Any:
    """Report each placeholder, and return the value with such a leaf as something that is not known yet."""
    if isinstance(value, dict):
        return {key: hide_placeholders(item, report, (*at, key)) for key, item in value.items()}
    if isinstance(value, list):
        return [hide_placeholders(item, report, (*at, place)) for place, item in enumerate(value)]
    found = _PLACEHOLDER.search(value) if isinstance(value, str) else None
    if not found:
        return value
    report(at, f"`{found[0]}` is not filled in yet", "not-filled")
    return Pending("", value)
