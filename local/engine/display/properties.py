"""Properties and their changes as text, nested as Pulumi prints them."""

from __future__ import annotations

import json
from itertools import zip_longest

from local.engine.state.values import Properties, Secret, Unknown, Value, equal, reveal

STEP = 4


def format_scalar(value: Value) -> str:
    """Return a value on one line; nothing of a secret."""
    if isinstance(value, Secret):
        return "[secret]"
    if isinstance(value, Unknown):
        return "[unknown]"
    return "<null>" if value is None else json.dumps(value, ensure_ascii=False)


def get_brackets(value: Value) -> tuple[str, str]:
    return ("[", "]") if isinstance(value, list) else ("{", "}")


def describe(value: Value, indent: int, mark: str = "") -> list[str]:
    """Return what an object or a list holds, one to a line, each with the mark."""
    lead = " " * indent + (f"{mark} " if mark else "")
    lines: list[str] = []
    for label, inner in label_items(value):
        if isinstance(inner, (dict, list)) and inner:
            first, last = get_brackets(inner)
            nested = describe(inner, indent + STEP, mark)
            lines += [f"{lead}{label}: {first}", *nested, " " * len(lead) + last]
        else:
            lines.append(f"{lead}{label}: {format_scalar(inner)}")
    return lines


def label_items(value: Value) -> list[tuple[str, Value]]:
    if isinstance(value, list):
        return [(f"[{at}]", item) for at, item in enumerate(value)]
    width = max(map(len, value), default=0)
    return [(key.ljust(width), value[key]) for key in sorted(value)]


def describe_changes(old: Value, new: Value, indent: int) -> list[str]:
    """Return the lines that tell how an object or a list differs from `old`; none where it does not."""
    changes = list_changes(old, new)
    width = max((len(key) for key, _, _ in changes), default=0) if isinstance(old, dict) else 0
    lead = f"{' ' * indent}~ "
    lines: list[str] = []
    for key, before, after in changes:
        label = key.ljust(width)
        if before is None:
            lines += describe({label: after}, indent, "+")
        elif after is None:
            lines += describe({label: before}, indent, "-")
        elif isinstance(before, (dict, list)) and type(before) is type(after):
            first, last = get_brackets(before)
            nested = describe_changes(before, after, indent + STEP)
            lines += [f"{lead}{label}: {first}", *nested, " " * len(lead) + last]
        else:
            lines.append(f"{lead}{label}: {format_scalar(before)} => {format_scalar(after)}")
    return lines


def list_changes(old: Value, new: Value) -> list[tuple[str, Value, Value]]:
    """Return key or index, old and new value wherever two objects or lists differ, secrets by their values."""
    if isinstance(old, dict):
        pairs = [(key, old.get(key), new.get(key)) for key in sorted({*old, *new})]
    else:
        pairs = [(f"[{at}]", *pair) for at, pair in enumerate(zip_longest(old, new))]
    return [each for each in pairs if not equal(reveal(each[1]), reveal(each[2]))]


def summarize_keys(old: Properties, new: Properties) -> str:
    """Return the top-level keys that differ, as in `~n,nested +fail`."""
    groups: dict[str, list[str]] = {"+": [], "-": [], "~": []}
    for key, before, after in list_changes(reveal(old), reveal(new)):
        groups["+" if before is None else "-" if after is None else "~"].append(key)
    return "".join(f"{mark}{','.join(keys)}" for mark, keys in groups.items() if keys)
