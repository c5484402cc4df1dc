"""Policy files: found and read, with every mistake in them."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from ..errors import JobError, Problem, Problems
from ..jobfile.load import MAX_BYTES, SUFFIXES, parse
from ..jobfile.places import Places
from ..jobfile.regular_files import read_regular
from ..kinds import KINDS

LEVELS = {"advisory": "warning", "mandatory": "error"}
SCOPES = ("job", "stack", "plan")
KEYS = ("message", "level", "scope", "stacks", "kinds", "schema")
FOLDER = "policy"
_RULE = "policy.file"


@dataclass(frozen=True)
class Policy:
    """One policy file that is right. `level` is a problem's: error or warning."""

    name: str
    file: str
    message: str
    level: str
    scope: str
    schema: dict[str, Any] = field(repr=False)
    stacks: tuple[str, ...] = ()
    kinds: tuple[str, ...] = ()

    def concerns(self, stack: str, kind: str = "") -> bool:
        """Whether the policy says anything about this stack and kind."""
        return (not self.stacks or stack in self.stacks) and (
            not self.kinds or not kind or kind in self.kinds
        )


def load(root: Path) -> list[Policy]:
    """Read the project's policies; none where it has no such folder. Raises `Problems` with every mistake in them."""
    folder = root / FOLDER
    policies: list[Policy] = []
    problems: list[Problem] = []
    paths = sorted(folder.iterdir()) if folder.is_dir() else []
    for path in paths:
        if path.suffix in SUFFIXES and not path.name.startswith("."):
            found = _read(path, f"{FOLDER}/{path.name}")
            if isinstance(found, Policy):
                policies.append(found)
            else:
                problems += found
    if problems:
        raise Problems(problems)
    return policies


def _read(path: Path, name: str) -> Policy | list[Problem]:
    is_json = path.suffix == ".json"
    folder, file = os.path.split(os.path.realpath(path))
    try:
        # a FIFO or a device would be read for ever
        content, _ = read_regular(folder, file, MAX_BYTES)
    except JobError:
        return [Problem(name, 0, 0, "", "cannot be read as UTF-8 text", _RULE)]
    if len(content) > MAX_BYTES:
        return [Problem(name, 0, 0, "", "more than 1 MB", _RULE)]
    parsed = parse(content, name, is_json)
    if isinstance(parsed, Problem):
        return [replace(parsed, rule=_RULE)]
    text, document = parsed
    if not isinstance(document, dict):
        return [Problem(name, 1, 1, "", f"a policy is a mapping of {', '.join(KEYS)}", _RULE)]
    wrong = dict(_find_problems(document))
    places = Places(text, is_json)
    if wrong:
        return [
            Problem(name, *places.of((key,)), key, message, _RULE) for key, message in wrong.items()
        ]
    return Policy(
        name=path.stem,
        file=name,
        message=document["message"].rstrip("."),
        level=LEVELS[document["level"]],
        scope=document.get("scope", "job"),
        schema=document["schema"],
        stacks=tuple(document.get("stacks", ())),
        kinds=tuple(document.get("kinds", ())),
    )


def _find_problems(document: Mapping[str, Any]) -> Iterable[tuple[str, str]]:
    for key in document:
        if key not in KEYS:
            yield str(key), f"unknown key; allowed: {', '.join(KEYS)}"
    if not isinstance(document.get("message"), str) or not document["message"].strip():
        yield "message", "must say in a sentence what is wrong and what would be right"
    # a list or a mapping is no key of anything
    if document.get("level") not in list(LEVELS):
        yield "level", "must be advisory or mandatory"
    if document.get("scope", "job") not in SCOPES:
        yield "scope", f"must be one of {', '.join(SCOPES)}"
    for key, known in (("stacks", None), ("kinds", KINDS)):
        listed = document.get(key, [])
        if not isinstance(listed, list) or not all(isinstance(each, str) for each in listed):
            yield key, "must be a list of names"
        elif known is not None and not all(each in known for each in listed):
            yield key, f"must be kinds of jobs: {', '.join(known)}"
    if not isinstance(document.get("schema"), dict):
        yield "schema", "must be a JSON Schema (2020-12)"
        return
    from ..schema import foreign

    if trouble := foreign.check_schema(document["schema"]):
        yield "schema", trouble
