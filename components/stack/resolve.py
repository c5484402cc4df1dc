"""From a stack's job files to what its resources are declared with. Knows AWS, not Pulumi.

Some leaves are known only outside the files (a packed archive's URI, another job's model): files are expanded
again, with what has been learnt, until nothing more can be.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from .. import aws as service
from .. import policy
from ..aws import Aws
from ..aws.objects import etag
from ..aws.references import find_latest
from ..errors import Denied, JobError, Problem, Problems
from ..jobfile import Context, Job, JobFile, Pending, expand
from ..kinds import KINDS, LATEST, Phase
from ..lifecycle.outputs import outputs_of
from ..platform import references
from ..policy import Policy
from ..run.definition import DIGEST, digest
from ..wire import leaves
from .archive import Archive, packed
from .settings import Settings

_OF_A_JOB = re.compile(r"jobs\.([A-Za-z0-9][A-Za-z0-9_-]*)\.(\w+)")
_LATEST = re.compile(r"([\w.]+)\((.+)\)")


@dataclass
class StackJobs:
    """The jobs of one stack with all that makes their runs.

    `inputs` are resource inputs by job name; `waiting` says which other jobs each one waits for; `archives`
    are the code folders to upload, by URI. `references` are the leaves that refer to the stack's own platform: by job
    name and dotted path, the leaf with only those expressions (`s3://${platform.bucket}/models/`) left in it; in
    `inputs` such a leaf has the value that it is going to have.
    """

    jobs: Sequence[Job] = ()
    inputs: dict[str, dict[str, Any]] = field(default_factory=dict)
    waiting: dict[str, list[str]] = field(default_factory=dict)
    archives: dict[str, Archive] = field(default_factory=dict)
    references: dict[str, dict[str, str]] = field(default_factory=dict)
    warnings: list[Problem] = field(default_factory=list)


def resolve(
    files: Sequence[JobFile],
    settings: Settings,
    context: Context,
    aws: Callable[[], Aws],
    platform: Mapping[str, str] | None = None,
    policies: Sequence[Policy] = (),
) -> StackJobs:
    """Expand the files until all that can be known is. Raises `Problems` with every mistake at once.

    `platform` are the outputs that the stack's own platform is going to have, by name.
    """
    ours = {("", f"platform.{name}"): value for name, value in (platform or {}).items()}
    learnt: dict[tuple[str, str], str] = dict(ours)
    result = StackJobs()
    packs: dict[str, Archive] = {}
    etags: dict[str, str] = {}

    def lookup(job: str, expression: str) -> str | None:
        return learnt.get((job, expression)) or learnt.get(("", expression))

    while True:
        jobs, problems = expand(files, replace(context, lookup=lookup))
        problems = [*problems, *policy.problems(policies, jobs, settings.stack)]
        _stop_at_errors([*problems, *references.unknown(jobs, settings.stack, platform)])
        result.jobs, result.warnings = jobs, problems
        result.inputs = {
            job.name: _inputs(job, settings, packs, etags, aws, result.archives) for job in jobs
        }
        result.waiting = {}
        new = _learn(result, learnt, aws)
        if not new:
            break
        learnt.update(new)
    if settings.preflight:
        _wait_for_slots(result, aws)
    if ours:
        for key in ours:
            del learnt[key]
        result.jobs, _ = expand(files, replace(context, lookup=lookup))
        result.references = {job.name: references.of(job) for job in result.jobs}
    return result


def _wait_for_slots(result: StackJobs, aws: Callable[[], Aws]) -> None:
    """Let wait what would be one run more than the account may have at once; the next `up` goes on."""
    for kind in KINDS.values():
        ready = [
            job for job in result.jobs if job.kind == kind.name and job.name not in result.waiting
        ]
        if not kind.slots or not ready:
            continue
        try:
            free = max(0, kind.slots - service.count_live(aws(), kind))
        except Denied:
            continue  # the submission itself finds out, and waits then
        if free >= len(ready):
            continue
        for job in ready:
            inputs = result.inputs[job.name]
            run = service.find(aws(), kind, inputs)
            if run and run.adoptable and run.tags.get(DIGEST) == digest(kind, inputs):
                continue
            if free:
                free -= 1
            else:
                result.waiting[job.name] = ["slot"]


def _stop_at_errors(problems: Sequence[Problem]) -> None:
    if any(problem.level == "error" for problem in problems):
        raise Problems(problems)


def _inputs(
    job: Job,
    settings: Settings,
    packs: dict[str, Archive],
    etags: dict[str, str],
    aws: Callable[[], Aws],
    archives: dict[str, Archive],
) -> dict[str, Any]:
    inputs: dict[str, Any] = {
        "name": job.name,
        "identity": settings.identity(job.name),
        "region": settings.region,
        "request": _textual(job.request),
    }
    if job.aliases:
        inputs["formerly"] = [settings.identity(alias) for alias in job.aliases]
    for key, value in (
        ("generation", job.generation),
        ("period", job.period),
        ("adopt", job.adopt),
        ("secretPaths", list(job.secret_paths)),
    ):
        if value not in (None, []):
            inputs[key] = value
    inputs["onReplace"], inputs["onDelete"] = job.on_replace, job.on_delete
    if job.watch:
        inputs["watched"] = {uri: _etag(job, str(uri), etags, aws) for uri in job.watch}
    if job.code:
        inputs["code"] = _code(job, settings, packs, archives)
        inputs["request"] = _wired(job, inputs["request"], inputs["code"])
    return inputs


def _textual(value: Any) -> Any:
    """Write what is not known yet as the file has it: a placeholder's request, never a submitted one."""
    if isinstance(value, Pending):
        return str(value)
    if isinstance(value, Mapping):
        return {key: _textual(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_textual(item) for item in value]
    return value


def _etag(job: Job, uri: str, etags: dict[str, str], aws: Callable[[], Aws]) -> str:
    if uri not in etags:
        try:
            found = etag(aws(), uri)
        except JobError as error:
            raise _at(job, "watch", str(error)) from error
        if found is None:
            raise _at(job, "watch", f"there is no object {uri}")
        etags[uri] = found
    return etags[uri]


def _at(job: Job, path: str, message: str) -> Problems:
    line, column = job.place(path)
    return Problems([Problem(job.file, line, column, path, message, "outside")])


def _code(
    job: Job, settings: Settings, packs: dict[str, Archive], archives: dict[str, Archive]
) -> dict[str, Any]:
    assert job.code is not None
    folder = str(job.code["dir"])
    if not settings.artifacts:
        raise _at(
            job,
            "code",
            "no place to upload to: pulumi config set aws-jobs:artifacts s3://BUCKET/PREFIX",
        )
    try:
        archive = packs[folder] if folder in packs else packed(settings.root / folder)
    except JobError as error:
        raise _at(job, "code.dir", f"{folder}: {error}") from error
    packs[folder] = archive
    uri = f"{settings.artifacts}/{archive.sha256}.tar.gz"
    archives[uri] = archive
    entry = job.code.get("entryPoint", "")
    if entry and entry not in archive.files:
        raise _at(job, "code.entryPoint", f"the folder {folder} has no file {entry}")
    return {**job.code, "uri": uri, "sha256": archive.sha256, "files": archive.files}


def _wired(job: Job, request: dict[str, Any], code: Mapping[str, Any]) -> dict[str, Any]:
    """Say in the payload where the code lies, unless the file does so itself."""
    payload = KINDS[job.kind].payload
    if payload is None:
        raise _at(job, "code", f"a {job.kind} runs no code of yours: remove `code`")
    body = request.get(payload.field)
    if not isinstance(body, dict) or any(code["uri"] == leaf for _, leaf in leaves(body)):
        return request
    body = dict(body)
    for path, key in payload.code.items():
        parent, name = path.split(".")
        if code.get(key):
            body[parent] = {name: code[key], **(body.get(parent) or {})}
    return {**request, payload.field: body}


def _pending(job: Job) -> list[str]:
    return [leaf.expression for _, leaf in leaves(job.request) if isinstance(leaf, Pending)]


def _learn(
    result: StackJobs,
    learnt: Mapping[tuple[str, str], str],
    aws: Callable[[], Aws],
) -> dict[tuple[str, str], str]:
    """Resolve what the jobs' leaves still ask for, and note which jobs wait for which."""
    new: dict[tuple[str, str], str] = {}
    by_name = {job.name: job for job in result.jobs}
    pending = {job.name: _pending(job) for job in result.jobs}
    runs: dict[str, service.Run | None] = {}

    def succeeded(name: str) -> service.Run | None:
        if name not in runs:
            runs[name] = None
            waits = [other for other in needs(by_name[name]) if succeeded(other) is None]
            if not waits and not pending[name]:
                runs[name] = _finished(by_name[name], result.inputs[name], aws())
        return runs[name]

    def needs(job: Job) -> list[str]:
        asked = [found[1] for text in pending[job.name] if (found := _OF_A_JOB.match(text))]
        return [name for name in dict.fromkeys([*job.depends_on, *asked]) if name in by_name]

    for job in result.jobs:
        for expression in pending[job.name]:
            key, value = _answer(job, expression, result, succeeded, aws)
            if value is not None and key not in learnt:
                new[key] = value
        waits = [name for name in needs(job) if succeeded(name) is None]
        if waits:
            result.waiting[job.name] = waits
    return new


def _answer(
    job: Job,
    expression: str,
    result: StackJobs,
    succeeded: Callable[[str], service.Run | None],
    aws: Callable[[], Aws],
) -> tuple[tuple[str, str], str | None]:
    if expression == "code.uri":
        return (job.name, expression), result.inputs[job.name].get("code", {}).get("uri")
    if found := _LATEST.fullmatch(expression):
        return ("", expression), find_latest(aws(), LATEST[found[1]], found[2].strip())
    if found := _OF_A_JOB.fullmatch(expression):
        run = succeeded(found[1])
        return ("", expression), None if run is None else _shown(run, found, result)
    return ("", expression), None


def _shown(run: service.Run, found: re.Match[str], result: StackJobs) -> str:
    job = next(job for job in result.jobs if job.name == found[1])
    outputs = outputs_of(KINDS[job.kind], result.inputs[job.name], run)
    if found[2] not in outputs:
        known = ", ".join(sorted(name for name in outputs if isinstance(outputs[name], str)))
        raise JobError(f"${{{found[0]}}}: {job.name}'s run has no {found[2]}; it has {known}")
    return str(outputs[found[2]])


def _finished(job: Job, inputs: Mapping[str, Any], aws: Aws) -> service.Run | None:
    """Return the run of exactly this definition, if it has succeeded. AWS is asked, not the state."""
    kind = KINDS[job.kind]
    run = service.find(aws, kind, inputs)
    if run is None or not run.adoptable or run.phase is not Phase.SUCCEEDED:
        return None
    return run if run.tags.get(DIGEST) == digest(kind, inputs) else None
