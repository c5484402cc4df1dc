"""Guardrails: JSON Schemas under `policy/` that every expanded job, the stack as a whole, or a plan must satisfy.

A policy file is YAML or JSON:

    message: GPU instances need an approval       what is wrong and what would be right
    level: mandatory                              stops validate, preview and up; advisory: a warning
    scope: job                                    job (default) | stack (all jobs together) | plan (what `up` submits)
    stacks: [prod]                                optional: only there
    kinds: [ServiceJob]                           optional: only these
    schema: {...}                                 JSON Schema 2020-12 of the document below

A job's document: name, kind, stack, file, request, tags (as a mapping), generation, every, onReplace, onDelete, and the
computed maxInstanceHours, instanceTypes, images. A stack's or a plan's: stack, jobs (how many), maxInstanceHours,
instanceHours (by type), instanceTypes. What is not known before `up` satisfies every schema.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from . import ceiling
from .definition import request_tags
from .errors import JobError, Problem, Problems
from .jobfile import Job, Pending, json_text, yaml12
from .jobfile.places import Places
from .kinds import KINDS
from .schema import Fault, foreign
from .wire import Path as Place
from .wire import dotted, leaves

LEVELS = {"advisory": "warning", "mandatory": "error"}
SCOPES = ("job", "stack", "plan")
KEYS = ("message", "level", "scope", "stacks", "kinds", "schema")
SUFFIXES = (".json", ".yaml", ".yml")
FOLDER = "policy"
_SHOWN = 60  # characters of a value in a message


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
    try:
        text = path.read_bytes().decode("utf-8-sig")
        document = json_text.load(text) if is_json else yaml12.load(text)
    except (OSError, UnicodeDecodeError):
        return [Problem(name, 0, 0, "", "cannot be read as UTF-8 text", "policy.file")]
    except yaml12.Unreadable as error:
        return [Problem(name, error.line, error.column, "", error.message, "policy.file")]
    if not isinstance(document, dict):
        return [
            Problem(name, 1, 1, "", f"a policy is a mapping of {', '.join(KEYS)}", "policy.file")
        ]
    wrong = dict(_mistakes(document))
    places = Places(text, is_json)
    if wrong:
        return [
            Problem(name, *places.of((key,)), key, message, "policy.file")
            for key, message in wrong.items()
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


def _mistakes(document: Mapping[str, Any]) -> Iterable[tuple[str, str]]:
    for key in document:
        if key not in KEYS:
            yield str(key), f"there is no such key; a policy has {', '.join(KEYS)}"
    if not isinstance(document.get("message"), str) or not document["message"].strip():
        yield "message", "must say in a sentence what is wrong and what would be right"
    if document.get("level") not in LEVELS:
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
    elif trouble := foreign.trouble(document["schema"]):
        yield "schema", trouble


def problems(policies: Sequence[Policy], jobs: Sequence[Job], stack: str) -> list[Problem]:
    """Return every violation by a job or by all jobs together, with its place in the job file."""
    found: list[Problem] = []
    for policy in policies:
        if policy.scope == "job":
            for job in jobs:
                if policy.concerns(stack, job.kind):
                    found += _of_job(policy, job, stack)
        elif policy.scope == "stack" and jobs and policy.concerns(stack):
            totals = totals_of(stack, [(job.kind, job.request) for job in jobs])
            found += _of_totals(policy, totals, jobs[0].file)
    return found


def of_plan(
    policies: Sequence[Policy], requests: Sequence[tuple[str, Mapping[str, Any]]], stack: str
) -> list[tuple[str, str]]:
    """Return what a plan violates, as (level, sentence); `requests` are (kind, request) of what it submits."""
    totals = totals_of(stack, requests)
    return [
        (policy.level, f"{policy.file}: {problem.message}")
        for policy in policies
        if policy.scope == "plan" and policy.concerns(stack)
        for problem in _of_totals(policy, totals, policy.file)
    ]


def totals_of(stack: str, requests: Sequence[tuple[str, Mapping[str, Any]]]) -> dict[str, Any]:
    """The document of a stack or a plan. Ceilings that are not known yet count as nothing."""
    by_type: dict[str, float] = {}
    total = 0.0
    for kind, request in requests:
        for name, hours in ceiling.hours(KINDS[kind], request).items():
            by_type[name] = by_type.get(name, 0) + hours
        total += ceiling.total(KINDS[kind], request) or 0
    return {
        "stack": stack,
        "jobs": len(requests),
        "maxInstanceHours": total,
        "instanceHours": by_type,
        "instanceTypes": sorted(by_type),
    }


def document_of(job: Job, stack: str) -> dict[str, Any]:
    """What a job's policies see."""
    kind = KINDS[job.kind]
    listed = ceiling.instances(kind, job.request)
    hours = ceiling.total(kind, job.request)
    unknown = Pending("maxInstanceHours", "${maxInstanceHours}")
    tags = job.request.get("tags")
    document: dict[str, Any] = {
        "name": job.name,
        "kind": job.kind,
        "stack": stack,
        "file": job.file,
        "request": job.request,
        "tags": tags if isinstance(tags, Pending) else request_tags(kind, job.request),
        "onReplace": job.on_replace,
        "onDelete": job.on_delete,
        "instanceTypes": sorted({name for name, _ in listed}),
        "images": sorted({leaf for path, leaf in leaves(job.request) if _is_image(path, leaf)}),
        "maxInstanceHours": (unknown if hours is None else hours) if listed else 0,
    }
    for name, value in (("generation", job.generation), ("every", job.every)):
        if value is not None:
            document[name] = value
    return document


def _is_image(path: Place, leaf: Any) -> bool:
    return isinstance(leaf, str) and bool(path) and str(path[-1]).endswith("Image")


def _of_job(policy: Policy, job: Job, stack: str) -> Iterable[Problem]:
    document = document_of(job, stack)
    told: set[str] = set()
    for fault in _faults(policy, document):
        place = _place(job, fault.path)
        path = dotted(place)
        if path in told:
            continue
        told.add(path)
        value = "" if path in job.secret_paths else _value(fault)
        line, column = job.place(place)
        yield Problem(
            job.file,
            line,
            column,
            path,
            f"{policy.message}{value} ({policy.file})",
            f"policy.{policy.name}",
            policy.level,
        )


def _of_totals(policy: Policy, totals: Mapping[str, Any], file: str) -> Iterable[Problem]:
    told = {_value(fault) for fault in _faults(policy, totals)}
    for value in sorted(told):
        message = f"{policy.message}{value} ({policy.file})"
        yield Problem(file, 0, 0, "", message, f"policy.{policy.name}", policy.level)


def _faults(policy: Policy, document: Mapping[str, Any]) -> list[Fault]:
    try:
        return foreign.faults(document, policy.schema)
    except JobError as error:
        raise JobError(f"{policy.file}: {error}") from error


def _value(fault: Fault) -> str:
    """The value that stands there, where it is short enough to help."""
    value = fault.value
    if fault.keyword == "required" or isinstance(value, dict | list) or value is None:
        return ""
    if isinstance(value, float):
        value = f"{value:.2f}".rstrip("0").rstrip(".")
    text = str(value).lower() if isinstance(value, bool) else str(value)
    return f"; it is {text}" if len(text) <= _SHOWN else ""


def _place(job: Job, path: Place) -> Place:
    """Where in the job file a path of the document is said; a computed field where what makes it is."""
    payload = KINDS[job.kind].payload
    body: Place = ("request", payload.field) if payload else ("request",)
    first = path[0] if path else ""
    if first == "tags":
        return ("request", *path)
    if first in ("instanceTypes", "maxInstanceHours"):
        return (*body, "ResourceConfig")
    if first == "images":
        return (*body, "AlgorithmSpecification", "TrainingImage")
    return path if first not in ("stack", "file") else ()
