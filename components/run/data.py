"""Where a run's request names data in S3. Pure."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from typing import Any

from ..wire import Path, walk_leaves


def list_uris(request: Mapping[str, Any], fields: Collection[str]) -> Iterator[tuple[Path, str]]:
    """Yield path and URI of what is in these fields (dotted, lists passed through), as far as it is known."""
    for path, leaf in walk_leaves(request):
        place = ".".join(part for part in path if isinstance(part, str))
        if place in fields and isinstance(leaf, str) and leaf.startswith("s3://"):
            yield path, leaf
