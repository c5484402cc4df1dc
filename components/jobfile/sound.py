"""What of a document is sound, although other parts of it do not fit its schema: rules are asked about that."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from copy import deepcopy
from dataclasses import replace
from typing import Any

from ..schema import Pending, SchemaProblem
from ..wire import Path, map_leaves
from .faults import rate_fault
from .unknown_fields import find_homes, is_doubled
from .words import find_nearest

# no word that a model's vocabulary has, as `<PAD>` is one
_PLACEHOLDER = re.compile(r"<fill in [^<>]+>")
_UNKNOWN = Pending("", "")


def keep_sound(body: dict[str, Any], faults: Iterable[SchemaProblem], model: str) -> dict[str, Any]:
    """Return the body with each faulty part as something that is not known yet: of that no rule says anything.

    So is a field that is missing, and the one that was probably meant by a field which is not known.
    """
    result = deepcopy(body)
    for fault in faults:
        if rate_fault(fault)[0] == "error":
            _hide(result, fault, model)
    return result


def hide_placeholders(body: Any, report: Callable[[Path, str, str], None], at: Path) -> Any:
    """Report what `jobctl new` leaves to the author, and return it as something that is not known yet."""

    def hide(path: Path, leaf: Any) -> Any:
        found = _PLACEHOLDER.search(leaf) if isinstance(leaf, str) else None
        if not found:
            return leaf
        report(path, f"`{found[0]}` is not filled in yet", "not-filled")
        return Pending("", leaf)

    return map_leaves(body, hide, at)


def _hide(body: dict[str, Any], fault: SchemaProblem, model: str) -> None:
    if is_doubled(fault.path, model):
        fault = replace(fault, path=fault.path[:-1], keyword="")
    if not fault.path:
        body.clear()
        return
    parent = _find(body, fault.path[:-1])
    last: Any = fault.path[-1]
    if isinstance(parent, list) and isinstance(last, int):
        parent[last] = _UNKNOWN
    elif isinstance(parent, dict) and fault.keyword in ("additionalProperties", "propertyNames"):
        parent.pop(last, None)
        homes = find_homes(fault.path, model)
        for home in homes:
            _hide_absent(body, (*home, str(last)))
        if not homes and (meant := find_nearest(str(last), fault.expected or ())):
            parent.setdefault(meant, _UNKNOWN)
    elif isinstance(parent, dict):
        parent[last] = _UNKNOWN


def _hide_absent(body: Any, path: Path) -> None:
    """Put something unknown where the path's first missing part would be."""
    for part in path:
        inner = body.setdefault(str(part), _UNKNOWN) if isinstance(body, dict) else None
        body = _find(body, (part,)) if inner is None else inner


def _find(value: Any, path: Path) -> Any:
    for part in path:
        try:
            value = value[part]
        except (KeyError, IndexError, TypeError):
            return None
    return value
