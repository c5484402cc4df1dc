"""What holds between jobs: names told apart, aliases, dependencies that exist and do not go in circles."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping, Sequence

from ..errors import Problem
from ..kinds import KINDS, Kind
from ..wire import Path, walk_leaves
from .model import Job
from .words import suggest

_OUTPUT = re.compile(r"\$\{jobs\.([\w-]+)\.(\w+)\}")
VALID = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,99}")


def find_collisions(jobs: Sequence[Job]) -> Iterator[Problem]:
    """Two jobs of one name, and aliases that are taken."""
    first: dict[str, Job] = {}
    for job in jobs:
        other = first.setdefault(job.name, job)
        if other is job:
            continue
        if other.file == job.file:
            message = f"two cells have the name `{job.name}`; make their values differ in letters or digits"
            yield job.problem(("matrix",), message, "name-cells")
        else:
            message = f"`{job.name}` is also the name of the job in {other.file}; names are unique in a project"
            yield job.problem(("name",), message, "name-twice")
    former: dict[str, Job] = {}
    for job in jobs:
        for alias in job.aliases:
            if alias in first:
                message = f"the alias `{alias}` is the name of a job ({first[alias].file})"
                yield job.problem(("aliases",), message, "alias-taken")
            elif former.setdefault(alias, job) is not job:
                message = f"the alias `{alias}` is also used in {former[alias].file}; an alias belongs to one job"
                yield job.problem(("aliases",), message, "alias-twice")


def check_dependencies(
    jobs: Sequence[Job], known: Mapping[str, Sequence[str]], elsewhere: frozenset[str]
) -> Iterator[Problem]:
    """Unknown names in `dependsOn` and `${jobs.x.y}`, and circles. `known` maps a matrix file's name to its cells."""
    kinds = {job.name: KINDS[job.kind] for job in jobs}
    names = kinds.keys()
    for job in jobs:
        for other in job.depends_on:
            if other not in names and other not in elsewhere:
                yield job.problem(
                    _locate(job, other), _describe_missing(other, names, known), "depends-unknown"
                )
        yield from _find_forgotten(job, kinds)
    for circle in _find_circles(
        {job.name: [d for d in job.depends_on if d in names] for job in jobs}
    ):
        job = next(job for job in jobs if job.name == circle[0])
        message = f"circular dependency: {' -> '.join([*circle, circle[0]])}"
        yield job.problem(
            _locate(job, circle[1] if len(circle) > 1 else circle[0]), message, "depends-circle"
        )


def _find_forgotten(job: Job, kinds: Mapping[str, Kind]) -> Iterator[Problem]:
    """Yield the outputs that are others once the service has forgotten the run: the job would run again by itself."""
    if not job.depends_on or job.source is None:
        return
    for at, leaf in walk_leaves(job.source.document):
        for other, output in _OUTPUT.findall(str(leaf)) if isinstance(leaf, str) else ():
            kind = kinds.get(other) if other in job.depends_on else None
            if kind is None or kind.link is None:
                continue
            if output in {*kind.record.outputs, "jobArn", "status"} - {kind.link.arn_output}:
                message = (
                    f"`{output}` is another one once AWS has forgotten {other}'s run (about a week after its end), and "
                    f"this job would run again: use `{kind.link.name_output}`, `{kind.link.arn_output}` or its results"
                )
                yield job.problem(at, message, "depends-output", "warning")


def _locate(job: Job, other: str) -> Path:
    """Where a job's file names the other: in `dependsOn`, else in the leaf that uses its output."""
    document = job.source.document if job.source else {}
    listed = document.get("dependsOn")
    if isinstance(listed, list) and other in listed:
        return ("dependsOn", listed.index(other))
    used = (at for at, leaf in walk_leaves(document) if f"jobs.{other}." in str(leaf))
    return next(used, ("dependsOn",))


def _describe_missing(
    other: str, names: Collection[str], known: Mapping[str, Sequence[str]]
) -> str:
    if other in known:
        return f"`{other}` is a matrix; name one of its cells: {', '.join(f'`{cell}`' for cell in known[other][:6])}"
    return f"there is no job `{other}`{suggest(other, sorted(names))}"


def _find_circles(graph: Mapping[str, Sequence[str]]) -> Iterator[list[str]]:
    """Each circle once, beginning with its first name in the alphabet."""
    done: set[str] = set()
    seen: set[frozenset[str]] = set()
    for start in sorted(graph):
        trail: list[str] = []
        stack: list[tuple[str, bool]] = [(start, False)]
        while stack:
            name, leaving = stack.pop()
            if leaving:
                trail.pop()
                done.add(name)
                continue
            if name in trail:
                circle = trail[trail.index(name) :]
                if frozenset(circle) not in seen:
                    seen.add(frozenset(circle))
                    turn = circle.index(min(circle))
                    yield circle[turn:] + circle[:turn]
                continue
            if name in done:
                continue
            trail.append(name)
            stack.append((name, True))
            stack += [(other, False) for other in reversed(graph[name])]
