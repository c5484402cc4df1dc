"""Who may do what: one policy document, judged as IAM judges it, as far as our documents go.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic.html
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from typing import Any


@dataclass(frozen=True)
class Asked:
    """One thing that a call needs: an action on a resource (`*` where AWS takes none), and what is known of both."""

    action: str
    resource: str = "*"
    context: Mapping[str, str] = field(default_factory=dict)


def tagged(prefix: str, tags: Mapping[str, str]) -> dict[str, str]:
    """Condition keys of tags; `prefix` is `aws:RequestTag` or `aws:ResourceTag`."""
    return {f"{prefix}/{key}": value for key, value in tags.items()}


def allows(document: Mapping[str, Any], asked: Asked) -> bool:
    """Whether a statement allows it: its action, its resource and every condition match."""
    return any(
        asked.action in statement["Action"]
        and any(_matches(asked.resource, pattern) for pattern in statement["Resource"])
        and all(_holds(*condition, asked.context) for condition in _conditions(statement))
        for statement in document["Statement"]
    )


def _conditions(statement: Mapping[str, Any]) -> Iterator[tuple[str, str, list[str]]]:
    for operator, keys in (statement.get("Condition") or {}).items():
        for key, values in keys.items():
            yield operator, key, [values] if isinstance(values, str) else list(values)


def _holds(operator: str, key: str, values: list[str], context: Mapping[str, str]) -> bool:
    """A key that the call does not have holds in none of our operators but `Null` and `...IfExists`.

    https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html
    """
    given = context.get(key)
    if operator == "Null":
        return values == [str(given is None).lower()]
    if given is None:
        return operator.endswith("IfExists")
    # a key with several values is given here with one of them
    operator = operator.removesuffix("IfExists").removeprefix("ForAnyValue:")
    if operator == "StringEquals":
        return given in values
    assert operator == "StringLike", f"this judge does not know {operator}"
    return any(_matches(given, value) for value in values)


def _matches(text: str, pattern: str) -> bool:
    assert "[" not in pattern
    return fnmatchcase(text, pattern)
