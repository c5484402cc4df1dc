"""Property paths as Pulumi writes them: `a.b[0]["c.d"]`."""

from __future__ import annotations

import re

Path = tuple[str | int, ...]


def render(path: Path) -> str:
    """Return the path as text, a name in quotes where it holds more than letters, digits and `_`."""
    text = ""
    for element in path:
        if isinstance(element, int):
            text += f"[{element}]"
        elif not re.fullmatch(r"[A-Za-z0-9_]*", element):
            escaped = element.replace('"', '\\"')
            text += f'["{escaped}"]'
        else:
            text += f".{element}" if text else element
    return text
