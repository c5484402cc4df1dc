"""Lay a stack's overlay over a document: JSON merge patch, https://www.rfc-editor.org/rfc/rfc7396."""

from __future__ import annotations

from typing import Any


def merge(document: Any, patch: Any) -> Any:
    """Return the document with the patch applied: null takes a field away, a list is replaced as a whole."""
    if not isinstance(patch, dict):
        return patch
    result = dict(document) if isinstance(document, dict) else {}
    for name, value in patch.items():
        if value is None:
            result.pop(name, None)
        else:
            result[name] = merge(result.get(name), value)
    return result
