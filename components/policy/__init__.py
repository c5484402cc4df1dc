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

import math
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from ..errors import JobError, Problem
from ..jobfile import Job, Pending
from ..kinds import KINDS
from ..run import ceiling
from ..run.definition import request_tags
from ..schema import SchemaProblem
from ..wire import Path as Place
from ..wire import join_path, walk_leaves
from .files import Policy, load

__all__ = ["Policy", "check_plan", "judge_jobs", "judge_stack", "load"]

_SHOWN = 60  # characters of a value in a message
_OF_REQUEST = {"tags", "instanceTypes", "images", "maxInstanceHours"}  # computed


def judge_jobs(policies: Sequence[Policy], jobs: Sequence[Job], stack: str) -> Iterator[Problem]:
    """Yield every violation by a job, with its place in the job file."""
    for policy in policies:
        for job in jobs if policy.scope == "job" else ():
            if policy.concerns(stack, job.kind):
                yield from _judge_job(policy, job, stack)


def judge_stack(policies: Sequence[Policy], jobs: Sequence[Job], stack: str) -> Iterator[Problem]:
    """Yield every violation by all jobs together, at the first one's file."""
    for policy in policies if jobs else ():
        if policy.scope == "stack" and policy.concerns(stack):
            totals = _make_totals(stack, [(job.kind, job.request) for job in jobs])
            yield from _judge_totals(policy, totals, jobs[0].file)


def check_plan(
    policies: Sequence[Policy], requests: Sequence[tuple[str, Mapping[str, Any]]], stack: str
) -> list[tuple[str, str]]:
    """Return what a plan violates, as (level, sentence); `requests` are (kind, request) of what it submits."""
    totals = _make_totals(stack, requests)
    return [
        (policy.level, f"{policy.file}: {problem.message}")
        for policy in policies
        if policy.scope == "plan" and policy.concerns(stack)
        for problem in _judge_totals(policy, totals, policy.file)
    ]


def _judge_job(policy: Policy, job: Job, stack: str) -> Iterator[Problem]:
    document = _make_document(job, stack)
    told: set[str] = set()
    for fault in _find_faults(policy, document):
        place = _locate(job, fault.path)
        path = join_path(place)
        if path in told:
            continue
        told.add(path)
        value = "" if path in job.secret_paths else _describe_value(fault)
        message = f"{policy.message}{value} ({policy.file})"
        yield job.problem(place, message, f"policy.{policy.name}", policy.level)


def _judge_totals(policy: Policy, totals: Mapping[str, Any], file: str) -> Iterator[Problem]:
    told = {_describe_value(fault) for fault in _find_faults(policy, totals)}
    for value in sorted(told):
        message = f"{policy.message}{value} ({policy.file})"
        yield Problem(file, 0, 0, "", message, f"policy.{policy.name}", policy.level)


def _find_faults(policy: Policy, document: Mapping[str, Any]) -> list[SchemaProblem]:
    # an eighth of a second, for those who have policies
    from ..schema import foreign

    try:
        return foreign.find_problems(document, policy.schema)
    except JobError as error:
        raise JobError(f"{policy.file}: {error}") from error


def _describe_value(fault: SchemaProblem) -> str:
    """The value that stands there, where it is short enough to help."""
    value = fault.value
    if fault.keyword == "required" or isinstance(value, dict | list) or value is None:
        return ""
    if value == math.inf:
        value = "without limit"
    if isinstance(value, float):
        value = f"{value:.2f}".rstrip("0").rstrip(".")
    text = str(value).lower() if isinstance(value, bool) else str(value)
    return f"; it is {text}" if len(text) <= _SHOWN else ""


def _locate(job: Job, path: Place) -> Place:
    """Where in the job file a path of the document is said; a computed field where what makes it is."""
    kind = KINDS[job.kind]
    first = path[0] if path else ""
    if first == "tags":
        return ("request", kind.tags.field, *path[1:])
    computed = {"instanceTypes": "resources", "maxInstanceHours": "resources", "images": "image"}
    if first in computed:
        where = getattr(kind.compute, computed[str(first)]) if kind.compute else ""
        return ("request", *where.split(".")) if where else ("request",)
    return path if first not in ("stack", "file") else ()


def _make_totals(stack: str, requests: Sequence[tuple[str, Mapping[str, Any]]]) -> dict[str, Any]:
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


def _make_document(job: Job, stack: str) -> dict[str, Any]:
    kind = KINDS[job.kind]
    listed = ceiling.instances(kind, job.request)
    hours = ceiling.total(kind, job.request)
    unknown = Pending("maxInstanceHours", "${maxInstanceHours}")
    tags = job.request.get(kind.tags.field)
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
        "images": sorted(
            {leaf for path, leaf in walk_leaves(job.request) if _is_image(path, leaf)}
        ),
        "maxInstanceHours": (unknown if hours is None else hours) if listed else 0,
    }
    for name, value in (("generation", job.generation), ("every", job.every)):
        if value is not None:
            document[name] = value
    wrong = set(job.wrong_keys)
    if "request" in wrong:
        wrong |= _OF_REQUEST
    if isinstance(tags, list) and any(isinstance(tag, Pending) for tag in tags):
        wrong.add("tags")
    return document | {name: Pending("", "") for name in wrong}


def _is_image(path: Place, leaf: Any) -> bool:
    return isinstance(leaf, str) and bool(path) and str(path[-1]).endswith("Image")
