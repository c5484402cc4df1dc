"""Preflight: what the job files refer to exists in AWS and can be used by these jobs.

What the caller may not read is a warning that names the permission. A job whose run exists already is not stopped by
what has gone since: its input may be deleted, its queue too.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from .. import aws as service
from ..aws import Aws
from ..errors import JobError, Problem
from ..jobfile import Job
from ..kinds import KINDS, load_part
from ..run.definition import DIGEST, SECRETS, SLOT, digest
from . import inputs, outputs, roles
from .problem import ReferenceProblem


def find_problems(
    jobs: Sequence[Job],
    aws: Aws,
    declared: Mapping[str, Mapping[str, Any]] | None = None,
    waiting: Mapping[str, Collection[str]] | None = None,
    *,
    read_inputs: bool = False,
    made_bucket: str = "",
) -> list[Problem]:
    """Return what is wrong with the jobs' references, all of it, each with its place.

    `declared` are the jobs' resource inputs by name, `waiting` the jobs that each one waits for: what those make is
    not there yet. The records of input files are read with `read_inputs` only. `made_bucket` is one that the same
    deployment makes.
    """
    ready = [job for job in jobs if not _waits_for_a_job((waiting or {}).get(job.name, ()))]
    answers = inputs.find_objects(ready, aws)
    read = {inputs.split_uri(uri)[0] for uri, found in answers.items() if isinstance(found, dict)}
    found = [
        *_of_kinds(jobs, aws),
        *roles.find_problems(jobs, aws),
        *inputs.find_problems(ready, answers),
        *outputs.find_problems(jobs, aws, {made_bucket, *read}),
    ]
    if read_inputs:
        found += inputs.check_input_records(ready, aws)
    done = {
        finding.job.name
        for finding in {f.job.name: f for f in found if f.level == "error"}.values()
        if _has_run(finding.job, (declared or {}).get(finding.job.name), aws)
    }
    kept = [f for f in found if f.level == "warning" or f.job.name not in done]
    return [finding.problem() for finding in _counted(kept)]


def _of_kinds(jobs: Sequence[Job], aws: Aws) -> Iterator[ReferenceProblem]:
    for kind in KINDS.values():
        own = [job for job in jobs if job.kind == kind.name]
        if own:
            yield from load_part(kind, "preflight").find_problems(own, aws)


def _waits_for_a_job(names: Collection[str]) -> bool:
    return any(name != SLOT and not name.startswith(SECRETS) for name in names)


def _has_run(job: Job, declared: Mapping[str, Any] | None, aws: Aws) -> bool:
    """Whether AWS has the run of exactly this definition.

    One that was ended by hand counts: it is not repeated as long as the state knows it.
    """
    if declared is None:
        return False
    kind = KINDS[job.kind]
    try:
        run = service.find_newest_run(aws, kind, declared)
    except JobError:
        return False
    if run is None:
        return job.adopt is not None
    return not run.released and run.tags.get(DIGEST) == digest(kind, declared)


def _counted(found: Iterable[ReferenceProblem]) -> Iterator[ReferenceProblem]:
    """Tell a missing permission once, however many jobs it concerns."""
    denied: dict[str, list[ReferenceProblem]] = {}
    for finding in found:
        if finding.lacks:
            denied.setdefault(finding.lacks, []).append(finding)
        else:
            yield finding
    for first, *others in denied.values():
        count = len({finding.job.name for finding in others} - {first.job.name})
        more = f" (and {count} other job{'' if count == 1 else 's'})" if count else ""
        yield replace(first, message=f"not checked{more}: missing permission {first.lacks}")
