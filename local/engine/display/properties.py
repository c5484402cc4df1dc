"""A change of properties as text, nested as Pulumi prints it, and nothing that stays the same."""

from __future__ import annotations

import json

from local.engine.state.values import Properties, Secret, Unknown, Value, equal, reveal


def scalar(value: Value) -> str:
    """A value on one line; nothing of a secret."""
    if isinstance(value, Secret):
        return "[secret]"
    if isinstance(value, Unknown):
        return "[unknown]"
    if value is None:
        return "<null>"
    if isinstance(value, (dict, list)) and not value:
        return "{}" if isinstance(value, dict) else "[]"
    return json.dumps(value, ensure_ascii=False)


def whole(properties: Properties, indent: int, mark: str = "") -> list[str]:
    """All properties, one to a line, each with the mark."""
    width = max((len(key) for key in properties), default=0)
    lines: list[str] = []
    for key in sorted(properties):
        lines += _one(key.ljust(width), properties[key], indent, mark)
    return lines


def _one(label: str, value: Value, indent: int, mark: str) -> list[str]:
    lead = " " * indent + (f"{mark} " if mark else "")
    step = 4
    if isinstance(value, dict) and value:
        inner = whole(value, indent + step, mark)
        return [f"{lead}{label}: {{", *inner, " " * (len(lead)) + "}"]
    if isinstance(value, list) and value:
        inner = []
        for at, item in enumerate(value):
            inner += _one(f"[{at}]", item, indent + step, mark)
        return [f"{lead}{label}: [", *inner, " " * (len(lead)) + "]"]
    return [f"{lead}{label}: {scalar(value)}"]


def changed(old: Properties, new: Properties, indent: int) -> list[str]:
    """The lines that tell how `new` differs from `old`; none where it does not."""
    keys = [
        key for key in sorted({*old, *new}) if not equal(reveal(old.get(key)), reveal(new.get(key)))
    ]
    width = max((len(key) for key in keys), default=0)
    lines: list[str] = []
    for key in keys:
        lines += _pair(key.ljust(width), old.get(key), new.get(key), indent)
    return lines


def _pair(label: str, old: Value, new: Value, indent: int) -> list[str]:
    lead = " " * indent
    if old is None:
        return _one(label, new, indent, "+")
    if new is None:
        return _one(label, old, indent, "-")
    if isinstance(old, dict) and isinstance(new, dict):
        return [f"{lead}~ {label}: {{", *changed(old, new, indent + 4), f"{lead}  }}"]
    if isinstance(old, list) and isinstance(new, list):
        inner: list[str] = []
        for at in range(max(len(old), len(new))):
            if at >= len(old):
                inner += _one(f"[{at}]", new[at], indent + 4, "+")
            elif at >= len(new):
                inner += _one(f"[{at}]", old[at], indent + 4, "-")
            elif not equal(reveal(old[at]), reveal(new[at])):
                inner += _pair(f"[{at}]", old[at], new[at], indent + 4)
        return [f"{lead}~ {label}: [", *inner, f"{lead}  ]"]
    return [f"{lead}~ {label}: {scalar(old)} => {scalar(new)}"]


def summary_keys(old: Properties, new: Properties) -> str:
    """The top-level keys that differ, as in `~n,nested +fail`."""
    groups: dict[str, list[str]] = {"+": [], "-": [], "~": []}
    for key in sorted({*old, *new}):
        before, after = reveal(old.get(key)), reveal(new.get(key))
        if not equal(before, after):
            mark = "+" if before is None else "-" if after is None else "~"
            groups[mark].append(key)
    return "".join(f"{mark}{','.join(keys)}" for mark, keys in groups.items() if keys)
