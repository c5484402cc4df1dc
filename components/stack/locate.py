"""Where a job stands in its file, for the provider: it is given a job's inputs, and no file.

It reads the job files once more, in the program's folder, where it runs too. Errors are rare, and a location among the
inputs would be a change whenever a line moves.
"""

from __future__ import annotations

import re
import threading
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any

from .. import yaml12
from ..jobfile import Context, Job, JobFile, load
from ..jobfile.composition import Composition
from ..wire import Path as Place
from ..wire import join_path, walk_leaves
from .settings import JOBS, add_namespace
from .settings_file import read_config

_lock = threading.Lock()  # of many refusals at once, the first reads


def locate(root: Path, inputs: Mapping[str, Any], sentence: str) -> str:
    """Put the job's file, line, column and path before a sentence that AWS's words are in.

    Without a file that declares the job, as in somebody's own program, the sentence stays as it is.
    """
    job = _find_job(root, inputs)
    if job is None or job.source is None:
        return sentence
    words = sentence.removeprefix(f"{job.name}: ")
    key, _, told = words.partition(": ")
    path: Place
    if key in job.source.document:  # our own sentences begin with it: `adopt: AWS has no job ...`
        path, words = (key,), told
    else:
        path = find_path(inputs, words)
    return str(job.problem(path, words, "aws"))


def _find_job(root: Path, inputs: Mapping[str, Any]) -> Job | None:
    name = str(inputs.get("name", ""))
    project, _, rest = str(inputs.get("identity", "")).partition("/")
    stack = rest.partition("/")[0]
    with _lock:
        files = _read_files(root, project, stack)
    likely = [each for each in files if name.startswith(str(each.document.get("name", each.stem)))]
    jobs = (
        job for file in likely for job in Composition(file, Context(stack, any_config=True)).jobs()
    )
    return next((job for job in jobs if job.name == name), None)


@lru_cache(maxsize=1)
def _read_files(root: Path, project: str, stack: str) -> list[JobFile]:
    try:
        config = read_config(root / f"Pulumi.{stack}.yaml")
    except yaml12.Unreadable:
        config = {}  # the program would have said so
    folder = add_namespace(project, config).get("aws-jobs:jobs") or JOBS
    return load([root / str(folder)], root)[0]


def find_path(inputs: Mapping[str, Any], words: str) -> Place:
    """Return the path of the field that AWS's words are about, or that of the whole request.

    It is the one whose value they repeat: an ARN or address, or a word beside the field's name (`Job queue training`);
    else the one whose name they quote. A secret is no clue.
    """
    secret = set(inputs.get("secretPaths") or ())
    leaves = [
        (path, leaf)
        for path, leaf in walk_leaves(inputs.get("request"), ("request",))
        if isinstance(leaf, str) and leaf and join_path(path) not in secret
    ]
    repeated = [
        (len(leaf), path)
        for path, leaf in leaves
        if _has(words, re.escape(leaf)) and (":" in leaf or _has(words, _spell(path[-1])))
    ]
    if repeated:
        return max(repeated, key=lambda found: found[0])[1]
    # SageMaker writes ResourceConfig.InstanceType as 'resourceConfig.instanceType'
    names = [name.lower() for name in re.findall(r"'([\w.]+)'", words)]
    quoted = (
        path
        for path, _ in leaves
        if any(f".{name}".endswith(f".{str(path[-1]).lower()}") for name in names)
    )
    return next(quoted, ("request",))


def _spell(field: str | int) -> str:
    """Return a pattern of a field's name in prose: `job queue` and `job-queue` for `jobQueue`."""
    return re.sub(r"(?<=[a-z])(?=[A-Z])", "[ _-]?", re.escape(str(field)))


def _has(words: str, pattern: str) -> bool:
    """Tell whether a pattern matches whole words."""
    return re.search(rf"(?<![\w-])(?:{pattern})(?![\w-])", words, re.IGNORECASE) is not None
