"""Where a run's request names data in S3. Pure."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from typing import Any

from ..wire import Path


def list_uris(
    request: Mapping[str, Any], fields: Collection[str], scheme: str = "s3"
) -> Iterator[tuple[Path, str]]:
    """Yield path and URI of what is in these fields (dotted, lists passed through), as far as it is known."""
    for field in fields:
        for at, value in _follow(request, field.split("."), ()):
            if value.startswith(f"{scheme}://"):
                yield at, value


def _follow(value: Any, parts: list[str], at: Path) -> Iterator[tuple[Path, str]]:
    if isinstance(value, list | tuple):
        for index, item in enumerate(value):
            yield from _follow(item, parts, (*at, index))
    elif parts:
        if isinstance(value, Mapping) and parts[0] in value:
            yield from _follow(value[parts[0]], parts[1:], (*at, parts[0]))
    elif isinstance(value, str):
        yield at, value
