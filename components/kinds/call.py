"""A call of a kind's table. Its parameters are templates: a string that starts with `$` is the value of that name."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Call:
    """One API operation: its name, its parameters as templates, and where in the answer the result is.

    `result` is a dotted path; `next_token` names the paging parameter that is also the answer's field.
    """

    operation: str
    params: Mapping[str, Any] = field(default_factory=dict)
    result: str = ""
    next_token: str = ""
