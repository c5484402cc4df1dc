"""Rules of our own keys, once they are filled in: what the schema of the keys cannot say."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from ..errors import Problem
from ..kinds import KINDS
from .messages import join_words
from .model import Job, JobFile
from .rules.view import JobProblem, warning
from .watched_files import is_file
from .words import suggest

_OBJECT = re.compile(r"s3://[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]/.*[^/]")
_GLOB = re.compile(r"[*?\[]")
_RUN = re.compile(
    r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}|arn:[^:]*:[a-z]+:.+"
)
_CODE_CHARACTERS = re.compile(r"\.\.(/|$)|^/")


def check_job(job: Job) -> Iterator[JobProblem]:
    """Yield the problems of one job's own keys."""
    kind = KINDS[job.kind]
    for index, uri in enumerate(job.watch):
        if is_file(uri):
            continue
        if isinstance(uri, str) and _GLOB.search(uri):
            message = (
                f"`{uri}`: a glob is for files of the repository; of S3 one object is watched: name one that is "
                "written last, such as s3://bucket/data/_SUCCESS"
            )
            yield JobProblem(("watch", index), message, "watch-object")
        elif isinstance(uri, str) and not _OBJECT.fullmatch(uri):
            message = f"`{uri}` is not an S3 object, such as s3://bucket/data/_SUCCESS"
            yield JobProblem(("watch", index), message, "watch-object")
    if isinstance(job.adopt, str) and not _RUN.fullmatch(job.adopt):
        message = f"`{job.adopt}` is neither a job's id nor the ARN of a job or training job"
        yield JobProblem(("adopt",), message, "adopt-run")
    entry = (job.code or {}).get("entryPoint")
    if isinstance(entry, str) and _CODE_CHARACTERS.search(entry):
        message = f"`{entry}` must be in the folder `{(job.code or {}).get('dir')}`"
        yield JobProblem(("code", "entryPoint"), message, "code-entry")
    if kind.terminate is None:
        for key, value in (("onReplace", job.on_replace), ("onDelete", job.on_delete)):
            if value == "terminate":
                message = f"{kind.title}s cannot be stopped: the run keeps running and is released"
                yield warning((key,), message, "terminate-kind")
    if isinstance(job.generation, str) and not job.generation.strip():
        yield JobProblem(("generation",), "is empty", "generation-empty")


def check_aliases(aliases: object, names: Sequence[str], is_matrix: bool) -> Iterator[JobProblem]:
    """Check the form that aliases have with and without a matrix, and the cells they name."""
    if isinstance(aliases, dict) and not is_matrix:
        message = "must be a list of old names; a mapping is for a matrix only"
        yield JobProblem(("aliases",), message, "alias-form")
    elif isinstance(aliases, list) and is_matrix:
        message = f"with a matrix, must be a mapping of `old name: new name`; the new names are {join_words(names, 6)}"
        yield JobProblem(("aliases",), message, "alias-form")
    elif isinstance(aliases, dict):
        for old, new in aliases.items():
            if new not in names:
                message = f"there is no cell `{new}`{suggest(new, names) or f'; there are {join_words(names, 6)}'}"
                yield JobProblem(("aliases", old), message, "alias-cell")


def check_overlays(file: JobFile, stacks: Sequence[str]) -> Iterator[JobProblem]:
    """Warn of overlays for stacks that do not exist."""
    overlays = file.document.get("stacks")
    for name in overlays if isinstance(overlays, dict) and stacks else ():
        if name not in stacks:
            hint = suggest(name, stacks) or f"; there are {join_words(stacks, 6)}"
            yield warning(
                ("stacks", name), f"there is no Pulumi.{name}.yaml{hint}", "stack-unknown"
            )


def find_adopted_twice(jobs: Sequence[Job]) -> Iterator[Problem]:
    """Yield jobs that adopt the same run as another."""
    first: dict[str, Job] = {}
    for job in jobs:
        if not isinstance(job.adopt, str):
            continue
        other = first.setdefault(job.adopt, job)
        if other is not job:
            message = f"`{other.name}` adopts this run too; a run belongs to one job"
            yield job.problem("adopt", message, "adopt-twice")
