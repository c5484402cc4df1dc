"""The data that the jobs read: it exists, within AWS's quotas, and its records are as a kind's example."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from ..aws import Aws
from ..aws.objects import list_objects, read_beginning
from ..errors import Denied, Rejected
from ..jobfile import Job
from ..kinds import KINDS, Kind, load_part
from ..run.data import list_uris
from ..wire import join_path, pick
from .problem import ReferenceProblem, denied

URI = re.compile(r"s3://([a-z0-9][a-z0-9.-]{1,61}[a-z0-9])(?:/(.*))?", re.DOTALL)
AT_ONCE = 8
# these name one object, where a prefix matches many
_MANIFESTS = ("ManifestFile", "AugmentedManifestFile")
RECORDS = 10
FEW = 10  # objects that are listed where it only matters that there is one

Answer = dict[str, int] | Denied | Rejected


def find_objects(jobs: Sequence[Job], aws: Aws) -> dict[str, Answer]:
    """Return the objects at each URI that the jobs read: each is asked for once, several at a time."""
    most: dict[str, int] = {}
    for job in jobs:
        for _, uri, _ in _list_inputs(job):
            most[uri] = max(most.get(uri, FEW), KINDS[job.kind].request.input_files + 1)
    with ThreadPoolExecutor(AT_ONCE) as pool:
        found = pool.map(lambda each: _list(aws, *each), most.items())
        return dict(zip(most, found, strict=True))


def find_problems(jobs: Sequence[Job], answers: Mapping[str, Answer]) -> Iterator[ReferenceProblem]:
    """Yield what is wrong with what the jobs read, from what was looked up."""
    named = [(job, path, uri, exact) for job in jobs for path, uri, exact in _list_inputs(job)]
    for job, path, uri, exact in named:
        answer = answers[uri]
        if isinstance(answer, Denied):
            yield denied(job, path, answer)
        elif isinstance(answer, Rejected):
            yield ReferenceProblem(
                job, path, f"the bucket of {uri} does not exist", "preflight.input"
            )
        elif not answer or (exact and split_uri(uri)[1] not in answer):
            yield ReferenceProblem(job, path, f"no object found at {uri}", "preflight.input")
        elif excess := _find_excess(KINDS[job.kind], answer):
            message = f"{uri} has {excess}; AWS's default quota is exceeded, and the job would fail"
            yield ReferenceProblem(job, path, message, "preflight.quota", "warning")


def _find_excess(kind: Kind, sizes: Mapping[str, int]) -> str:
    """Say how an input exceeds the kind's quota, which an account may have had raised."""
    files, size = kind.request.input_files, kind.request.input_bytes
    if files and len(sizes) > files:
        return f"more than {files:,} files"
    total = sum(sizes.values())
    return f"{total / 2**30:.1f} GiB" if size and total > size else ""


def _list_inputs(job: Job) -> Iterator[tuple[str, str, bool]]:
    """Yield path and URI of what a job reads, and whether it must be one object."""
    fields = KINDS[job.kind].request.inputs
    for path, uri in list_uris(job.request, fields):
        beside = fields[".".join(part for part in path if isinstance(part, str))]
        how = pick(job.request, ".".join(map(str, (*path[:-1], beside))))
        if URI.fullmatch(uri):
            yield join_path(("request", *path)), uri, how in _MANIFESTS


def split_uri(uri: str) -> tuple[str, str]:
    """Return the bucket and the key, or prefix, of an S3 URI."""
    bucket, _, key = uri.removeprefix("s3://").partition("/")
    return bucket, key


def _list(aws: Aws, uri: str, most: int) -> Answer:
    try:
        return list_objects(aws, *split_uri(uri), most)
    except (Denied, Rejected) as error:
        return error


def check_input_records(jobs: Sequence[Job], aws: Aws) -> Iterator[ReferenceProblem]:
    """What is wrong with the first records of a batch job's input. The records themselves are never shown."""
    for job in jobs:
        example = load_part(KINDS[job.kind], "preflight").find_example_record(job, aws)
        if example is None:
            continue
        for path, uri, _ in _list_inputs(job):
            keys = _list(aws, uri, FEW)
            if not isinstance(keys, dict) or not keys:
                continue
            try:
                text = read_beginning(aws, split_uri(uri)[0], next(iter(keys)))
            except Denied as error:
                yield denied(job, path, error)
                continue
            except Rejected:
                continue
            wrong = check_records(text, example.record)
            if wrong:
                lines = f"{example.source} expects lines like {json.dumps(example.record)}"
                yield ReferenceProblem(job, path, f"{uri}: {wrong}; {lines}", "preflight.records")
            elif example.most and len(_list_records(text)) > example.most:
                message = f"{uri}: a file has more than {example.most} records, AWS's default quota"
                yield ReferenceProblem(job, path, message, "preflight.quota", "warning")


def check_records(text: str, example: Mapping[str, Any]) -> str:
    """What is wrong with the first of the lines, one JSON object each; nothing where they are like the example."""
    lines = _list_records(text)
    if not lines:
        return "its first lines have no record"
    for number, line in enumerate(lines[:RECORDS], 1):
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


def _list_records(text: str) -> list[str]:
    return [line for line in text.split("\n") if line.strip()]
