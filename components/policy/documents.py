"""What a policy's schema sees: a job, or the totals of a stack or a plan. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from ..jobfile import Job, Pending
from ..kinds import KINDS
from ..run import ceiling
from ..run.definition import request_tags
from ..wire import Path as Place
from ..wire import walk_leaves

_OF_REQUEST = {"tags", "instanceTypes", "images", "maxInstanceHours"}  # computed


def make_totals(stack: str, requests: Sequence[tuple[str, Mapping[str, Any]]]) -> dict[str, Any]:
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


def make_document(job: Job, stack: str) -> dict[str, Any]:
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
