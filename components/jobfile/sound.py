"""What of a document is sound, although other parts of it do not fit its schema: rules are asked about that."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from ..schema import Pending, SchemaProblem
from ..wire import Path
from .faults import rate_fault
from .unknown_fields import find_homes, is_doubled
from .words import find_nearest

_UNKNOWN = Pending("", "")


def keep_sound(body: dict[str, Any], faults: Iterable[SchemaProblem], model: str) -> dict[str, Any]:
    """Return the body with each faulty part as something that is not known yet: of that no rule says anything.

    So is a field that is missing, and the one that was probably meant by a field which is not known.
    """
    result: dict[str, Any] = _copy(body)
    for fault in faults:
        if rate_fault(fault)[0] == "error":
            _hide(result, fault, model)
    return result


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


def _copy(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _copy(item) for key, item in value.items()}
    return [_copy(item) for item in value] if isinstance(value, list) else value
