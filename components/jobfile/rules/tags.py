"""Rules of tags: AWS's, and ours.

https://docs.aws.amazon.com/tag-editor/latest/userguide/best-practices-and-strats.html
https://docs.aws.amazon.com/batch/latest/userguide/using-tags.html#tag-restrictions
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator

from ...run import definition
from ...schema import Pending
from ...wire import Path
from .view import JobProblem, Rule, View, get_known, warning

MOST = 50
OURS = 6  # identity, digest, released, on-replace, claimed, because


def keys(view: View) -> Iterator[JobProblem]:
    """Reserved prefixes, characters and number of the tags that are sent."""
    tags = definition.request_tags(view.kind, view.request)
    for index, (key, value) in enumerate(tags.items()):
        at: Path = (
            "request",
            view.kind.tags.field,
            key if view.kind.tags.as_list is None else index,
        )
        if key.startswith(definition.OURS):
            message = f"the prefix `{definition.OURS}` is reserved: runs are found by these tags"
            yield JobProblem(at, message, "tag-ours")
        elif key.lower().startswith("aws:"):
            yield JobProblem(at, "the prefix `aws:` is reserved by AWS", "tag-aws")
        elif len(key) > 128 or not _is_plain(key):
            yield JobProblem(at, f"the key `{key[:60]}` {_RIGHT.format(128)}", "tag-key")
        if isinstance(value, Pending) or at in view.secrets:
            continue
        if len(value) > 256 or not _is_plain(value):
            yield JobProblem(at, f"the value of `{key[:60]}` {_RIGHT.format(256)}", "tag-value")
    if len(tags) > MOST - OURS:
        message = (
            f"{len(tags)} tags, including the stack's; AWS allows {MOST}, and {OURS} of them are added: "
            f"at most {MOST - OURS}"
        )
        yield JobProblem(("request", view.kind.tags.field), message, "tag-count")


_RIGHT = "must consist of at most {} letters, digits, spaces and _ . : / = + - @"


def _is_plain(text: str) -> bool:
    return all(c in "_.:/=+-@" or unicodedata.category(c)[0] in "LZN" for c in text)


def twice(view: View) -> Iterator[JobProblem]:
    """A key stands once in a list of tags, and what the payload says agrees with the request."""
    payload = view.kind.payload
    field = view.kind.tags.field
    own = view.given.get(field)
    if view.kind.tags.as_list is not None:
        yield from _find_repeated(own, view.kind.tags.as_list[0], ("request", field))
    if payload is None:
        return
    body = view.given.get(payload.field)
    hoisted = get_known(body, (payload.tags_field,))
    at = view.at(payload.tags_field)
    yield from _find_repeated(hoisted, "Key", at)
    for index, tag in enumerate(hoisted if isinstance(hoisted, list) else []):
        key, value = get_known(tag, ("Key",)), get_known(tag, ("Value",))
        mine = get_known(own, (key,))
        if None not in (mine, value) and mine != value:
            message = (
                f"`{key}` has a different value in `request.{field}`, which is used; remove it here"
            )
            yield warning((*at, index), message, "tag-hoisted")


def _find_repeated(tags: object, field: str, at: Path) -> Iterator[JobProblem]:
    seen: set[str] = set()
    for index, tag in enumerate(tags if isinstance(tags, list) else []):
        key = get_known(tag, (field,))
        if key in seen:
            yield JobProblem((*at, index), f"duplicate tag `{key}`", "tag-twice")
        elif key is not None:
            seen.add(key)


RULES: tuple[Rule, ...] = (keys, twice)
