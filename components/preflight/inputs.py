"""The data that the jobs read: it exists, and its records are like the example that a kind may give."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from ..aws import Aws
from ..aws.objects import list_keys, read_beginning
from ..errors import Denied, Rejected
from ..jobfile import Job
from ..kinds import KINDS, load_part
from ..wire import join_path, pick, walk_leaves
from .problem import ReferenceProblem, denied

_URI = re.compile(r"s3://([a-z0-9][a-z0-9.-]{1,61}[a-z0-9])(?:/(.*))?", re.DOTALL)
_AT_ONCE = 8
# these name one object, where a prefix matches many
_MANIFESTS = ("ManifestFile", "AugmentedManifestFile")
RECORDS = 10

Answer = list[str] | Denied | Rejected


def find_problems(jobs: Sequence[Job], aws: Aws) -> Iterator[ReferenceProblem]:
    """Each place is asked for once, several at a time."""
    named = [
        (job, path, uri, exact) for job in jobs for path, uri, exact in _named(KINDS[job.kind], job)
    ]
    uris = list(dict.fromkeys(uri for _, _, uri, _ in named))
    with ThreadPoolExecutor(_AT_ONCE) as pool:
        answers = dict(zip(uris, pool.map(lambda uri: _keys(aws, uri), uris), strict=True))
    for job, path, uri, exact in named:
        answer = answers[uri]
        if isinstance(answer, Denied):
            yield denied(job, path, answer)
        elif isinstance(answer, Rejected):
            yield ReferenceProblem(
                job, path, f"the bucket of {uri} does not exist", "preflight.input"
            )
        elif not answer or (exact and _split(uri)[1] not in answer):
            yield ReferenceProblem(job, path, f"no object found at {uri}", "preflight.input")


def _named(kind: Any, job: Job) -> Iterator[tuple[str, str, bool]]:
    """Path and URI of what a job reads, and whether it must be one object."""
    for path, leaf in walk_leaves(job.request):
        if not isinstance(leaf, str) or not _URI.fullmatch(leaf):
            continue
        beside = kind.request.inputs.get(".".join(part for part in path if isinstance(part, str)))
        if beside is not None:
            how = pick(job.request, ".".join(map(str, (*path[:-1], beside))))
            yield join_path(("request", *path)), leaf, how in _MANIFESTS


def _split(uri: str) -> tuple[str, str]:
    bucket, _, key = uri.removeprefix("s3://").partition("/")
    return bucket, key


def _keys(aws: Aws, uri: str) -> Answer:
    try:
        return list_keys(aws, *_split(uri))
    except (Denied, Rejected) as error:
        return error


def check_input_records(jobs: Sequence[Job], aws: Aws) -> Iterator[ReferenceProblem]:
    """What is wrong with the first records of a batch job's input. The records themselves are never shown."""
    for job in jobs:
        example = load_part(KINDS[job.kind], "preflight").find_example_record(job, aws)
        if example is None:
            continue
        source, record = example
        for path, uri, _ in _named(KINDS[job.kind], job):
            keys = _keys(aws, uri)
            if not isinstance(keys, list) or not keys:
                continue
            try:
                text = read_beginning(aws, _split(uri)[0], keys[0])
            except Denied as error:
                yield denied(job, path, error)
                continue
            except Rejected:
                continue
            wrong = check_records(text, record)
            if wrong:
                message = f"{uri}: {wrong}; {source} expects lines like {json.dumps(record)}"
                yield ReferenceProblem(job, path, message, "preflight.records")


def check_records(text: str, example: Mapping[str, Any]) -> str:
    """What is wrong with the first of the lines, one JSON object each; nothing where they are like the example."""
    lines = [line for line in text.split("\n")[:RECORDS] if line.strip()]
    if not lines:
        return "its first lines have no record"
    for number, line in enumerate(lines, 1):
        try:
            record = json.loads(line)
        except ValueError:
            record = None
        if not isinstance(record, dict):
            return f"record {number} is not a JSON object on one line"
        for name, value in example.items():
            if not isinstance(record.get(name), type(value)):
                what = "list" if isinstance(value, list) else "text"
                return f"record {number} has no {what} `{name}`"
    return ""
