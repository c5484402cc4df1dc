"""Properties and their changes as text, nested as Pulumi prints them."""

from __future__ import annotations

import json

from local.engine.state.values import Properties, Secret, Unknown, Value, equal, reveal

STEP = 4


def format_scalar(value: Value) -> str:
    """Return a value on one line; nothing of a secret."""
    if isinstance(value, Secret):
        return "[secret]"
    if isinstance(value, Unknown):
        return "[unknown]"
    return "<null>" if value is None else json.dumps(value, ensure_ascii=False)


def describe(properties: Properties, indent: int, mark: str = "") -> list[str]:
    """Return all properties, one to a line, each with the mark."""
    width = max((len(key) for key in properties), default=0)
    lines: list[str] = []
    for key in sorted(properties):
        lines += _describe_one(key.ljust(width), properties[key], indent, mark)
    return lines


def _describe_one(label: str, value: Value, indent: int, mark: str) -> list[str]:
    lead = " " * indent + (f"{mark} " if mark else "")
    if isinstance(value, dict) and value:
        inner = describe(value, indent + STEP, mark)
        return [f"{lead}{label}: {{", *inner, " " * len(lead) + "}"]
    if isinstance(value, list) and value:
        inner = []
        for at, item in enumerate(value):
            inner += _describe_one(f"[{at}]", item, indent + STEP, mark)
        return [f"{lead}{label}: [", *inner, " " * len(lead) + "]"]
    return [f"{lead}{label}: {format_scalar(value)}"]


def describe_changes(old: Properties, new: Properties, indent: int) -> list[str]:
    """Return the lines that tell how `new` differs from `old`; none where it does not."""
    keys = list_changed_keys(old, new)
    width = max((len(key) for key in keys), default=0)
    lines: list[str] = []
    for key in keys:
        lines += _describe_change(key.ljust(width), old.get(key), new.get(key), indent)
    return lines


def list_changed_keys(old: Properties, new: Properties) -> list[str]:
    """Return the top-level keys whose values differ, secrets compared by their values."""
    return [
        key for key in sorted({*old, *new}) if not equal(reveal(old.get(key)), reveal(new.get(key)))
    ]


def _describe_change(label: str, old: Value, new: Value, indent: int) -> list[str]:
    lead = " " * indent
    if old is None:
        return _describe_one(label, new, indent, "+")
    if new is None:
        return _describe_one(label, old, indent, "-")
    if isinstance(old, dict) and isinstance(new, dict):
        return [f"{lead}~ {label}: {{", *describe_changes(old, new, indent + STEP), f"{lead}  }}"]
    if isinstance(old, list) and isinstance(new, list):
        inner: list[str] = []
        for at in range(max(len(old), len(new))):
            if at >= len(old):
                inner += _describe_one(f"[{at}]", new[at], indent + STEP, "+")
            elif at >= len(new):
                inner += _describe_one(f"[{at}]", old[at], indent + STEP, "-")
            elif not equal(reveal(old[at]), reveal(new[at])):
                inner += _describe_change(f"[{at}]", old[at], new[at], indent + STEP)
        return [f"{lead}~ {label}: [", *inner, f"{lead}  ]"]
    return [f"{lead}~ {label}: {format_scalar(old)} => {format_scalar(new)}"]


def summarize_keys(old: Properties, new: Properties) -> str:
    """Return the top-level keys that differ, as in `~n,nested +fail`."""
    groups: dict[str, list[str]] = {"+": [], "-": [], "~": []}
    for key in list_changed_keys(old, new):
        before, after = reveal(old.get(key)), reveal(new.get(key))
        groups["+" if before is None else "-" if after is None else "~"].append(key)
    return "".join(f"{mark}{','.join(keys)}" for mark, keys in groups.items() if keys)
