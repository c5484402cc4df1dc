"""The Service Authorization Reference: what each action takes, as policy_sentry's data has it.

https://docs.aws.amazon.com/service-authorization/latest/reference/reference.html
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from policy_sentry.shared.iam_data import get_service_prefix_data

# These may have separators of ARNs in them; the others may not.
_WIDE = {"ObjectName", "RoleNameWithPath", "LogGroupName", "LogStreamName"}
# The reference has no tag keys for Personalize; its guide has, for all operations:
# https://docs.aws.amazon.com/personalize/latest/dg/tags-iam.html
_ELSEWHERE = {"personalize": {"aws:RequestTag/${TagKey}", "aws:ResourceTag/${TagKey}"}}


def takes_resource(action: str) -> bool:
    """Whether a policy may name resources for an action; else it must say `*`."""
    return bool(_types(action))


def find_problems(document: Mapping[str, Any]) -> Iterator[str]:
    """What in a document the reference does not have: actions, resources of an action, condition keys."""
    for statement in document["Statement"]:
        resources = statement["Resource"]
        resources = [resources] if isinstance(resources, str) else resources
        keys = {key for each in (statement.get("Condition") or {}).values() for key in each}
        for action in statement["Action"]:
            sid = f"{statement['Sid']}: {action}"
            if _privilege(action) is None:
                yield f"{sid} is no action"
                continue
            yield from (f"{sid} {each}" for each in _find_resource_problems(action, resources))
            known = {_generic(key) for key in _condition_keys(action)}
            yield from (f"{sid} has no key {key}" for key in keys if _generic(key) not in known)


def _find_resource_problems(action: str, resources: list[str]) -> Iterator[str]:
    types = _types(action)
    if not types:
        yield from (f"takes no resource, not {each}" for each in resources if each != "*")
        return
    arns = {name: _pattern(_service(action)["resources"][name]["arn"]) for name in types}
    for each in resources:
        if not any(pattern.fullmatch(each) for pattern in arns.values()):
            yield f"takes no {each}; it takes {', '.join(sorted(types))}"
    for name, needed in types.items():
        if needed and not any(arns[name].fullmatch(each) for each in resources):
            yield f"needs a {name}"


def _service(action: str) -> dict[str, Any]:
    return dict(get_service_prefix_data(action.partition(":")[0]))


def _privilege(action: str) -> dict[str, Any] | None:
    found: dict[str, Any] | None = (
        _service(action).get("privileges", {}).get(action.partition(":")[2])
    )
    return found


def _types(action: str) -> dict[str, bool]:
    """The resource types of an action, and whether each must be allowed; the one without a name is none."""
    privilege = _privilege(action)
    assert privilege is not None, f"{action} is no action"
    return {name: each["required"] for name, each in privilege["resource_types"].items() if name}


def _condition_keys(action: str) -> set[str]:
    privilege, service = _privilege(action), _service(action)
    assert privilege is not None
    found = set(_ELSEWHERE.get(action.partition(":")[0], ()))
    for name, each in privilege["resource_types"].items():
        found |= set(each["condition_keys"])
        found |= set(service["resources"][name]["condition_keys"]) if name else set()
    return found


def _generic(key: str) -> str:
    """`aws:RequestTag/team` and `aws:RequestTag/${TagKey}` as the same key."""
    return re.sub(r"(/|kms:EncryptionContext:).*", r"\1", key)


def _pattern(arn: str) -> re.Pattern[str]:
    parts = re.split(r"\$\{(\w+)\}", arn)
    text = ""
    for at, part in enumerate(parts):
        value = ".+" if part in _WIDE else "[^:/]*"
        text += value if at % 2 else re.escape(part)
    return re.compile(text)
