"""Take secrets out of what AWS says, in whatever form they come back. Pure.

A secret leaf is hidden wherever its whole value stands: as it is, escaped as in JSON (once, and again as a payload
within a request), URL-encoded, in base64, and line by line. A part of it is not: of `prefix-${config.token}` the whole
is the secret.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Iterable, Iterator, Mapping
from typing import Any
from urllib.parse import quote, quote_plus

from .wire import Path, join_path, map_leaves, walk_leaves

HIDDEN = "[secret]"
SHORTEST = 4  # characters; what is shorter is a word of many sentences


class Redactor:
    """Hides some secrets; without any it changes nothing."""

    def __init__(self, secrets: Iterable[str]) -> None:
        found = {form for secret in secrets for form in _list_forms(secret)}
        self._forms = sorted((f for f in found if len(f) >= SHORTEST), key=len, reverse=True)

    def hide(self, value: Any) -> Any:
        """Return the value, a text or a tree of values, without the secrets."""
        return map_leaves(value, self._hide_in) if self._forms else value

    def _hide_in(self, at: Path, leaf: Any) -> Any:
        for form in self._forms if isinstance(leaf, str) else ():
            leaf = leaf.replace(form, HIDDEN)
        return leaf


def list_secrets(inputs: Mapping[str, Any]) -> Iterator[str]:
    """Yield the values of a run's secret leaves; `secretPaths` among its inputs names them."""
    paths = set(inputs.get("secretPaths") or ())
    if paths:
        for path, leaf in walk_leaves(inputs.get("request"), ("request",)):
            if join_path(path) in paths:
                yield str(leaf)


def _list_forms(secret: str) -> Iterator[str]:
    lines = [line for line in secret.splitlines() if line.strip()]
    for text in {secret, secret.strip(), *(lines if len(lines) > 1 else ())}:
        yield text
        for ascii_only in (True, False):
            once = json.dumps(text, ensure_ascii=ascii_only)[1:-1]
            yield once
            yield json.dumps(once, ensure_ascii=ascii_only)[1:-1]
        for encode in (quote, quote_plus):
            coded = encode(text, safe="")
            yield from (coded, encode(text), coded.replace("%", "%25"), _lower(coded))
        whole = text.encode("utf-8", "surrogatepass")
        for coded in (base64.b64encode(whole).decode(), base64.urlsafe_b64encode(whole).decode()):
            yield coded
            yield coded.rstrip("=")


def _lower(coded: str) -> str:
    """Write `%2F` as `%2f`."""
    head, *rest = coded.split("%")
    return "%".join([head, *(part[:2].lower() + part[2:] for part in rest)])
